"""Marks are part of the word that they stand in: accents, vowel signs, Hebrew and Arabic points."""

import unicodedata

_MARK = "\u0300"
_LOOKS = range(0xFE00, 0xFE10)  # variation selectors, which say how an emoji or a digit is drawn
_RUN = rf"(?:[^\W_]{_MARK}*)+"
WORD = rf"{_RUN}(?:['’]{_RUN})*"
"""Letters and digits with their marks, apostrophes within, in what `with_marks_alike` gives."""


def with_marks_alike(text: str) -> str:
    """The text, of the same length, with one mark for all, because `re` has no class of them."""
    return text if text.isascii() else text.translate(_alike)


class _Alike(dict[int, int]):
    def __missing__(self, code: int) -> int:
        is_mark = unicodedata.category(chr(code)) in {"Mn", "Mc"} and code not in _LOOKS
        self[code] = ord(_MARK) if is_mark else code
        return self[code]


_alike = _Alike()
