"""Building the index of an instruction set: SQLite's full-text search, FTS5, in a file of its own.

Texts are given to FTS5 as folded words with spaces between, and its `ascii` tokenizer divides them
nowhere else, so that its words are ours in every script. Prompts have a table of their own, because
BM25 goes by the length of whole rows.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from app.borrowing.instances import Instance
from app.borrowing.words import folded_words
from app.errors import AppError

Progress = Callable[[int], None]
"""Called with the number of instances so far; what it raises ends the building."""

_STEP = 1000
_FTS5 = """content='', tokenize="ascii tokenchars '''.,'" """
_TABLES = f"""
    CREATE TABLE instances (number INTEGER PRIMARY KEY, prompt TEXT, response TEXT);
    CREATE VIRTUAL TABLE prompts USING fts5(prompt, {_FTS5});
    CREATE VIRTUAL TABLE texts USING fts5(prompt, response, {_FTS5});
    CREATE VIRTUAL TABLE temp.prompt_words USING fts5vocab(main, prompts, row);
    CREATE VIRTUAL TABLE temp.text_words USING fts5vocab(main, texts, row);
"""
_COUNTS = """
    CREATE TABLE words (word TEXT PRIMARY KEY, prompts INTEGER, instances INTEGER) WITHOUT ROWID;
    INSERT INTO words SELECT t.term, coalesce(p.doc, 0), t.doc
        FROM temp.text_words t LEFT JOIN temp.prompt_words p ON p.term = t.term;
"""


def build_index(path: Path, instances: Iterable[Instance], progress: Progress | None) -> None:
    """Writes the index beside `path` and gives it that name when it is whole.

    Waits while another process builds in the same folder; what that one has built by then is kept.
    Raises AppError where SQLite has no FTS5 or the file cannot be written.
    """
    _check_fts5()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(path.parent):
        if path.exists():
            return
        unfinished = path.with_suffix(".building")
        try:
            _write(unfinished, instances, progress)
        except sqlite3.Error as error:
            message = f"The index of the instruction set could not be written: {error}."
            raise AppError(message, hint=f"Is there room in {path.parent}?") from None
        unfinished.replace(path)


def _check_fts5() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE tried USING fts5(text)")
        except sqlite3.OperationalError:
            hint = "Use a Python whose sqlite3 module has FTS5, such as that of python.org."
            raise AppError("This Python's SQLite has no full-text search.", hint=hint) from None


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One process at a time; whatever an earlier one left unfinished goes away."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for unfinished in folder.glob("*.building*"):
            unfinished.unlink()
        yield


def _write(path: Path, instances: Iterable[Instance], progress: Progress | None) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        # Nothing is undone in a file that is thrown away: what counts is that it is renamed last.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.executescript(_TABLES)
        for count, instance in enumerate(instances, start=1):
            _add(connection, instance)
            if progress is not None and count % _STEP == 0:
                progress(count)
        connection.execute("INSERT INTO prompts(prompts) VALUES ('optimize')")
        connection.execute("INSERT INTO texts(texts) VALUES ('optimize')")
        connection.executescript(_COUNTS)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _add(connection: sqlite3.Connection, instance: Instance) -> None:
    number, prompt, response = instance.number, instance.prompt, instance.response
    asked, answered = " ".join(folded_words(prompt)), " ".join(folded_words(response))
    connection.execute("INSERT INTO instances VALUES (?, ?, ?)", (number, prompt, response))
    connection.execute("INSERT INTO prompts(rowid, prompt) VALUES (?, ?)", (number, asked))
    row = (number, asked, answered)
    connection.execute("INSERT INTO texts(rowid, prompt, response) VALUES (?, ?, ?)", row)
