"""Rows of large files one after another: JSON lines, a JSON list, Parquet, Arrow.

Nothing is held but the row at hand, so that the first rows of a huge file cost little.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from app.errors import InvalidInput, Problem
from app.readers.json_files import decode_json
from app.readers.rows import Row

_PART = 2**16  # characters
_ROWS = 256


def stream_rows(path: Path) -> Iterator[Row]:
    """Raises InvalidInput, at the latest when it comes to the row that is wrong."""
    ending = path.suffix.lower()
    if ending not in _STREAMS:
        hint = f"Known: {', '.join(_STREAMS)}."
        raise _invalid(path, path.name, "has an ending that is not known.", hint)
    try:
        yield from _STREAMS[ending](path)
    except OSError as error:
        hint = "Check the path, and that you may read the file."
        message = f"cannot be read: {error.strerror or error}."
        raise _invalid(path, path.name, message, hint) from None
    except UnicodeDecodeError:
        raise _invalid(path, path.name, "is not UTF-8 text.", "Save the file as UTF-8.") from None


def _invalid(path: Path, where: str, message: str, hint: str) -> InvalidInput:
    return InvalidInput(f"{path.name} cannot be read.", [Problem(where, message, hint)])


def _row(path: Path, where: str, values: Any) -> Row:
    if not isinstance(values, dict):
        hint = 'Like {"prompt": "What is vLLM?", "response": "An engine."}.'
        raise _invalid(path, where, "each entry must be a JSON object.", hint)
    return Row(where, values)


# --- JSON ---------------------------------------------------------------------------------------


def _json_lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            text, where = line.strip(" \t\r\n"), f"{path.name}:{number}"
            if text:
                yield _row(path, where, _whole(path, where, text))


def _whole(path: Path, where: str, text: str) -> Any:
    try:
        value, end = decode_json(text)
    except ValueError as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    else:
        if end == len(text):
            return value
        why = f"there is more after the object, from column {end + 1}"
    hint = "Each line is one whole JSON object, as json.dumps writes it."
    raise _invalid(path, where, f"is not JSON: {why}.", hint)


def _json(path: Path) -> Iterator[Row]:
    """A list, or lines: many tools write JSON lines into .json."""
    with path.open(encoding="utf-8-sig") as file:
        start = file.read(_PART).lstrip()
        if start.startswith("["):
            yield from _entries(path, file, start[1:])
            return
    yield from _json_lines(path)


def _entries(path: Path, file: TextIO, text: str) -> Iterator[Row]:
    """The entries of a list whose text behind the bracket begins with `text`."""
    number = 0
    while not (text := _ahead(file, text)).startswith("]"):
        number += 1
        where = f"{path.name} entry {number}"
        value, text = _entry(path, file, text, where)
        yield _row(path, where, value)


def _ahead(file: TextIO, text: str) -> str:
    """What follows white space and commas."""
    while not (rest := text.lstrip(" \t\r\n,")) and (more := file.read(_PART)):
        text = more
    return rest


def _entry(path: Path, file: TextIO, text: str, where: str) -> tuple[Any, str]:
    """The next value and the text behind it; reads on for as long as a value may be cut short."""
    while True:
        try:
            value, end = decode_json(text)
            return value, text[end:]
        except ValueError as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
        more = file.read(max(_PART, len(text)))
        if not more:
            hint = "The file is one JSON list of objects, as json.dump writes it."
            raise _invalid(path, where, f"is not JSON: {why}.", hint)
        text += more


# --- Parquet and Arrow --------------------------------------------------------------------------


def _parquet(path: Path) -> Iterator[Row]:
    from pyarrow import parquet

    def batches() -> Iterator[Any]:
        with parquet.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=_ROWS)

    return _tables(path, "Parquet", batches)


def _arrow(path: Path) -> Iterator[Row]:
    """A stream, as `datasets` keeps it, or a file."""
    import pyarrow as pa

    def batches() -> Iterator[Any]:
        with pa.memory_map(str(path)) as source:
            if source.read(6) == b"ARROW1":
                file = pa.ipc.open_file(source)
                yield from map(file.get_batch, range(file.num_record_batches))
                return
            source.seek(0)
            yield from pa.ipc.open_stream(source)

    return _tables(path, "Arrow", batches)


def _tables(path: Path, kind: str, batches: Callable[[], Iterator[Any]]) -> Iterator[Row]:
    import pyarrow as pa

    number = 0
    try:
        for batch in batches():
            for begin in range(0, batch.num_rows, _ROWS):
                for values in batch.slice(begin, _ROWS).to_pylist():
                    number += 1
                    yield Row(f"{path.name} row {number}", values)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        why = str(error).splitlines()[0].rstrip(".")
        hint = "Write or copy it again."
        raise _invalid(path, path.name, f"is not {kind}: {why}.", hint) from None


_STREAMS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".parquet": _parquet,
    ".arrow": _arrow,
}

STREAMED = tuple(_STREAMS)
