"""Where in the raw text each piece of rendered text came from, in code points.

markdown-it says which lines a block came from, and `app.markup.trace` where in its block an inline
token stands. Here the two are joined: a piece is contiguous raw text, or a unit, such as an entity
or a formula, that stands for a stretch of raw text as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

UNKNOWN = -1
_CELL = re.compile(r"\\\||\||[^\\|]+|\\")
Offsets = Sequence[int]


@dataclass(frozen=True)
class Piece:
    """`length` characters of the raw text from `at` on; UNKNOWN where `text` is not in it."""

    text: str
    at: int
    length: int

    def html(self, css: str | None = None) -> str:
        """Escaped, in a `span` that says where it came from."""
        if not self.text:
            return ""
        attributes = f' class="{css}"' if css else ""
        if self.at != UNKNOWN:
            attributes += f' data-at="{self.at}"'
            attributes += f' data-len="{self.length}"' if self.length != len(self.text) else ""
        text = escape(self.text, quote=False)
        return f"<span{attributes}>{text}</span>" if attributes else text


def pieces(text: str, offsets: Offsets) -> Iterator[Piece]:
    """`text` cut wherever its characters do not follow each other in the raw text."""
    start = 0
    for i in range(1, len(text) + 1):
        known = offsets[start] != UNKNOWN
        follows = i < len(text) and offsets[i] == (offsets[i - 1] + 1 if known else UNKNOWN)
        if not follows:
            length = i - start if known else 0
            yield Piece(text[start:i], offsets[start], length)
            start = i


class Source:
    """The raw text as markdown-it reads it: in lines, with line ends of one kind."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.lines: list[str] = []
        self.starts: list[int] = []
        at = 0
        for line in re.split(r"(\r\n?|\n)", raw):
            if line[:1] not in ("\r", "\n"):
                self.lines.append(line.replace("\0", "\ufffd"))
                self.starts.append(at)
            at += len(line)

    def block(self, token: Token) -> list[int]:
        """Raw offsets of the characters of a block's `content`."""
        first, last = token.map or (0, 0)
        rows = token.content.split("\n")
        for line in range(first, max(first, last - len(rows)) + 1):
            found = [self._row(row, line + n) for n, row in enumerate(rows)]
            if all(row is not None for row in found):
                return self._joined(found, line)
        return [UNKNOWN] * len(token.content)

    def heading(self, token: Token) -> list[int]:
        """Of one line, after its number signs."""
        line = (token.map or (0, 0))[0]
        begin = re.search(r"#+", self.lines[line])
        found = self.lines[line].find(token.content, begin.end() if begin else 0)
        return self._known(token.content, range(found, found + len(token.content)), line)

    def cells(self, row: Sequence[Token]) -> list[list[int]]:
        """Of the cells of a table's row, where a pipe may be written as an escape."""
        line = (row[0].map or (0, 0))[0]
        columns = list(_columns(self.lines[line])) if line < len(self.lines) else []
        texts = [cell.content for cell in row]
        for skipped in (0, 1):
            found = [_ending(columns, n + skipped, text) for n, text in enumerate(texts)]
            if all(one is not None for one in found):
                return [self._known(t, at or (), line) for t, at in zip(texts, found, strict=True)]
        return [[UNKNOWN] * len(text) for text in texts]

    def stretch(self, token: Token) -> tuple[int, int]:
        """(start, length) of whole lines, without the white space around them."""
        first, last = token.map or (0, 0)
        begin = self.lines[first].find(token.markup)
        start = self.starts[first] + max(begin, 0)
        end = self.starts[last - 1] + len(self.lines[last - 1].rstrip())
        return start, max(end - start, 0)

    def _row(self, row: str, line: int) -> list[int] | None:
        """A row of a block is the end of its line, but for what was trimmed or a tab's rest."""
        text = self.lines[line] if line < len(self.lines) else ""
        for body, whole in ((row, text), (row, text.rstrip()), (row.lstrip(" "), text)):
            if whole.endswith(body):
                at = len(whole) - len(body)
                filler = [UNKNOWN] * (len(row) - len(body))
                return filler + self._known(body, range(at, len(whole)), line)
        return None

    def _joined(self, rows: Sequence[list[int] | None], first: int) -> list[int]:
        offsets: list[int] = []
        for n, row in enumerate(rows):
            if n:
                end = self.starts[first + n] - 1 if first + n < len(self.starts) else len(self.raw)
                offsets.append(end if self.raw[end : end + 1] == "\n" else UNKNOWN)
            offsets += row or []
        return offsets

    def _known(self, text: str, columns: Sequence[int], line: int) -> list[int]:
        """Offsets of `columns` in a line, where the raw text really has these characters."""
        start = self.starts[line] if line < len(self.starts) else 0
        offsets = [start + column for column in columns] or [UNKNOWN] * len(text)
        return [
            at if at != UNKNOWN and self.raw[at : at + 1] == character else UNKNOWN
            for character, at in zip(text, offsets, strict=True)
        ]


def _columns(line: str) -> Iterator[tuple[str, list[int]]]:
    """The cells of a line of a table, with the place of each character."""
    text, places = "", list[int]()
    for found in _CELL.finditer(line):
        if found.group() == "|":
            yield text, places
            text, places = "", []
        else:
            kept = "|" if found.group() == r"\|" else found.group()
            text += kept
            places += range(found.end() - len(kept), found.end())
    yield text, places


def _ending(columns: Sequence[tuple[str, list[int]]], n: int, text: str) -> list[int] | None:
    """The places of `text` at the end of column `n`; None where it is not there."""
    if not text:
        return []
    column, places = columns[n] if n < len(columns) else ("", [])
    trimmed = column.rstrip()
    if not trimmed.endswith(text):
        return None
    return places[len(trimmed) - len(text) : len(trimmed)]
