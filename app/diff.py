"""Two texts compared word by word: what both say, what only the one says, what only the other."""

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_WORDS = 3000  # of each text: more take long to compare, and nobody reads them
_EVERY_PAIR = 1500 * 1500
_WORD = re.compile(r"\s*(?:\w+|[^\w\s])")


class Side(enum.StrEnum):
    BOTH = "both"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True)
class Stretch:
    """Words that stand in both texts or on one side only, with the white space before them."""

    side: Side
    text: str


@dataclass(frozen=True)
class Difference:
    """Joined in order, the stretches of one side are its text; `is_cut`: only its beginning."""

    stretches: tuple[Stretch, ...]
    is_cut: bool


def compare_words(left: str, right: str, *, most_words: int = MOST_WORDS) -> Difference:
    """The difference between two texts. White space counts as the word's that follows it."""
    words = _words(left), _words(right)
    is_cut = any(len(one) > most_words for one in words)
    return Difference(tuple(_stretches(*(one[:most_words] for one in words))), is_cut)


def _words(text: str) -> list[str]:
    words = _WORD.findall(text)
    rest = text[sum(map(len, words)) :]
    return [*words, rest] if rest else words


def _stretches(left: Sequence[str], right: Sequence[str]) -> Iterator[Stretch]:
    # In long texts what stands everywhere is not looked for: repeats would take minutes.
    matcher = SequenceMatcher(None, left, right, autojunk=len(left) * len(right) > _EVERY_PAIR)
    for _, i, left_end, j, right_end in matcher.get_opcodes():
        here, there = "".join(left[i:left_end]), "".join(right[j:right_end])
        if here == there:
            yield Stretch(Side.BOTH, here)
            continue
        if here:
            yield Stretch(Side.LEFT, here)
        if there:
            yield Stretch(Side.RIGHT, there)
