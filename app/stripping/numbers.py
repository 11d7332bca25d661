"""The numbers of lists, which say no more than the order of the lines does.

A list is two lines or more whose numbers count 1, 2, 3, ...: indented alike, with the same sign,
and all or none of them quoted, headings or bold. Any other number at the beginning of a line may
say something of the matter ("42. It is even.", "7. Yes" and "9. No"), and so may those of lines of
which one is a date ("1. May 1990").
"""

import re
from collections.abc import Iterator

_MONTH = (
    r"(?:Jan(?:uary?)?|Jän(?:ner)?|Feb(?:ruary?)?|Mar(?:ch)?|März?|Apr(?:il)?|Ma[iy]|Jun[ei]?"
    r"|Jul[iy]?|Aug(?:ust)?|Sept?(?:ember)?|O[ck]t(?:ober)?|Nov(?:ember)?|De[cz](?:ember)?)\b"
)
_NUMBERED = re.compile(
    r"^(?P<indent>[ \t]*+)(?P<before>(?:>[> \t]*+)?+(?:#{1,6}[ \t]++)?+(?:\*\*|__)?+)"
    r"(?P<mark>(?P<number>\d{1,3})(?P<sign>[.)])[ \t]++)(?=\S)"
    rf"(?P<date>(?=[*_]{{0,3}}+(?:{_MONTH}|\d{{1,2}}\.(?:[ \t]|\d{{4}}))))?",
    re.M,
)


def numbers_of_lists(text: str) -> Iterator[tuple[int, int]]:
    """With the space around them."""
    for counted in _counted(text):
        if len(counted) > 1 and all(line["date"] is None for line in counted):
            for line in counted:
                yield from (line.span("indent"), line.span("mark"))


def _counted(text: str) -> list[list[re.Match[str]]]:
    """Lines that count on from one, list by list; of nested lists each by itself."""
    found, current = list[list[re.Match[str]]](), dict[tuple[str, ...], list[re.Match[str]]]()
    for line in _NUMBERED.finditer(text):
        kind, number = line.group("indent", "before", "sign"), int(line["number"])
        if number == 1:
            current[kind] = []
            found.append(current[kind])
        if number == len(current.get(kind, ())) + 1:
            current[kind].append(line)
    return found
