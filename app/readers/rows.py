"""Rows with their places, and the one error that lists what is wrong with a file."""

import codecs
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from app.errors import InvalidInput, Problem

SHOWN = 50
"""Problems listed one by one; the rest are counted."""


@dataclass(frozen=True)
class Source:
    """A file to read: its name as a person knows it, and its content or where that is."""

    filename: str
    data: BinaryIO | Path

    def read(self) -> bytes:
        """Raises InvalidInput when the file cannot be read."""
        if not isinstance(self.data, Path):
            return self.data.read()
        try:
            return self.data.read_bytes()
        except OSError as error:
            hint = "Check the path, and that you may read the file."
            problem = Problem(str(self.data), f"cannot be read: {error.strerror}.", hint)
            raise invalid_file(self.filename, [problem]) from None


@dataclass(frozen=True)
class Row:
    """`where` is `file.jsonl:17`; `values` as they stand in the file."""

    where: str
    values: dict[str, Any]


@dataclass
class Rows:
    """What a file holds, and what is wrong with it so far."""

    filename: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def columns(self) -> list[str]:
        """Every column of any row, in order of first appearance."""
        names = dict.fromkeys(key for row in self.rows for key in row.values)
        return [_printable(name) for name in names]

    def add(self, line: int, values: Any) -> None:
        where = f"{self.filename}:{line}"
        if isinstance(values, dict):
            self.rows.append(Row(where, values))
        else:
            hint = 'Like {"prompt": "What is vLLM?"}.'
            self.problem(where, "each entry must be a JSON object.", hint)

    def problem(self, where: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(where, _printable(message), hint))

    def raise_if_any(self) -> None:
        if self.problems:
            raise invalid_file(self.filename, self.problems)


def _printable(text: str) -> str:
    # JSON can name half of a surrogate pair, which no page or terminal can be sent.
    return text.encode(errors="replace").decode()


def invalid_file(name: str, problems: list[Problem]) -> InvalidInput:
    """The first problems one by one, the rest as a count."""
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    shown = problems[:SHOWN]
    if len(problems) > SHOWN:
        shown.append(Problem(name, f"and {len(problems) - SHOWN} more problems."))
    return InvalidInput(f"{name} has {count}; nothing was imported.", shown)


def decode_text(content: bytes, filename: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With "utf-8-sig" the position counts from behind the byte order mark.
        skipped = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
        start = error.start + skipped
        line = content.count(b"\n", 0, start) + 1
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = "is UTF-16 text, not UTF-8."
    else:
        message = f"byte {start + 1} of the file (0x{content[start]:02x}) is not UTF-8 text."
    problem = Problem(f"{filename}:{line}", message, "Save the file as UTF-8.")
    raise invalid_file(filename, [problem])
