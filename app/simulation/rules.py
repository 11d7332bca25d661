"""What simulated raters look for: one rule per criterion, by its key."""

import re
from collections.abc import Callable, Mapping

from app.tables import Prompt

Rule = Callable[[Prompt, str], bool]
"""Whether an answer to a prompt meets what the criterion asks."""

Place = Callable[[Prompt, str], tuple[int, int]]
"""Where in an answer that is wrong a mark goes: start and end (exclusive)."""

_OPENING = re.compile(
    r"(great|good|excellent) question|happy to help|i('| a)?m happy to|i'd be happy to"
    r"|sure|certainly|of course|absolutely|thank you for|thanks for",
    re.IGNORECASE,
)


def states_reference(prompt: Prompt, text: str) -> bool:
    """Whether it contains the reference answer; case, blanks and a last full stop aside."""
    wanted = _plain(prompt.reference or "")
    return bool(wanted) and wanted in _plain(text)


def opens_like_an_assistant(_: Prompt, text: str) -> bool:
    return _OPENING.match(text.lstrip().replace("’", "'")) is not None


def longest_sentence(_: Prompt, text: str) -> tuple[int, int]:
    """The whole of a text without one."""
    found = [match.span() for match in re.finditer(r"[^\s.!?][^.!?]*[.!?]?", text)]
    return max(found, key=lambda span: span[1] - span[0], default=(0, len(text)))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).removesuffix(".")


RULES: Mapping[str, Rule] = {
    "factuality": states_reference,
    "style": opens_like_an_assistant,
}
