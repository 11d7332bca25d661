"""Instructions and the answers to them, out of the rows of an instruction-tuning set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from app.errors import InvalidInput, Problem
from app.readers.rows import Row
from app.readers.splits import files_of
from app.readers.streams import stream_rows

_FIRST = 20
"""Rows that tell which columns there are."""
_ASKS = ("user", "human")
_ANSWERS = ("assistant", "gpt")


@dataclass(frozen=True)
class Layout:
    """The columns with what is asked (put together; all but the first may be missing) and with the
    answer. The same column for both holds conversations."""

    prompt: tuple[str, ...]
    response: str

    @property
    def needed(self) -> tuple[str, str]:
        return self.prompt[0], self.response


KNOWN = (
    Layout(("messages",), "messages"),
    Layout(("conversations",), "conversations"),
    Layout(("prompt",), "response"),
    Layout(("prompt",), "completion"),
    Layout(("instruction", "input"), "output"),
    Layout(("instruction", "context"), "response"),
    Layout(("question",), "answer"),
)
"""In order of trial: the first whose needed columns are there is taken."""


def read_instructions(
    path: Path, *, split: str | None = None, named: Layout | None = None
) -> Iterator[tuple[str, str]]:
    """Prompt and response of every row, read as they are asked for; either may be empty.

    `named` columns instead of a common layout. Raises InvalidInput, at the latest when it comes to
    the row that is wrong.
    """
    rows = chain.from_iterable(map(stream_rows, files_of(path, split)))
    first = list(islice(rows, _FIRST))
    layout = _layout(path, first, named)
    return (_texts(row, layout) for row in chain(first, rows))


def _layout(path: Path, first: Sequence[Row], named: Layout | None) -> Layout:
    columns = list(dict.fromkeys(key for row in first for key in row.values))
    if not columns:
        raise _invalid(path.name, "has no rows.", "It needs at least one row.")
    layout = named or _known(columns)
    if layout is None:
        message = "has no columns of a common layout."
    elif missing := [name for name in layout.needed if name not in columns]:
        message = f"has no column '{missing[0]}'."
    else:
        return layout
    hint = f"Name the columns as prompt and response; there are: {', '.join(columns)}."
    raise _invalid(path.name, message, hint)


def _known(columns: Iterable[str]) -> Layout | None:
    return next((known for known in KNOWN if set(known.needed) <= set(columns)), None)


def _invalid(where: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput("The instruction set cannot be used.", [Problem(where, message, hint)])


def _texts(row: Row, layout: Layout) -> tuple[str, str]:
    asked = (_text(row, column, _ASKS) for column in layout.prompt)
    return "\n\n".join(filter(None, asked)), _text(row, layout.response, _ANSWERS)


def _text(row: Row, column: str, roles: Sequence[str]) -> str:
    """The text of a column, or what these roles say in its conversation, with blank lines."""
    match row.values.get(column):
        case None:
            return ""
        case str(text):
            return text.strip()
        case list(turns) if all(isinstance(turn, Mapping) for turn in turns):
            said = (_content(turn) for turn in turns if _role(turn) in roles)
            return "\n\n".join(filter(None, said))
    hint = "It must be text, or a list of turns with 'role' and 'content' each."
    raise _invalid(row.where, f"'{column}' is neither text nor a conversation.", hint)


def _role(turn: Mapping[str, Any]) -> Any:
    return turn.get("role") or turn.get("from")


def _content(turn: Mapping[str, Any]) -> str:
    """Text, or the texts among its parts."""
    content = turn["content"] if "content" in turn else turn.get("value")
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = (part.get("text") for part in parts if isinstance(part, Mapping))
    return "\n".join(text.strip() for text in texts if isinstance(text, str))
