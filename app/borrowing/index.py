"""Searching an instruction set: the instances nearest to a prompt, and where a phrase occurs."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from app.analysis.tokens.kinds import is_style
from app.borrowing.build import Progress, build_index
from app.borrowing.instances import Instance, fingerprint_of, read_instances
from app.borrowing.words import folded_words
from app.errors import AppError, NotFound
from app.registry import TrainedOnSpec

NEAREST = 10
QUERY_WORDS = 24
"""Of a long prompt, as many of its rarest words are searched for."""
_KEPT = 4096  # answers to the same questions


@dataclass(frozen=True)
class Near:
    """An instance and its BM25 score; a higher one is nearer."""

    number: int
    score: float


def open_index(
    spec: TrainedOnSpec, folder: Path, progress: Progress | None = None
) -> "InstructionIndex":
    """The index of a set, built where `folder` has none of the same content that can be read.

    Raises InvalidInput for a set that cannot be read, AppError, OSError.
    """
    path = folder / f"{fingerprint_of(spec)}.sqlite"
    if path.exists():
        with suppress(AppError):  # damaged, and gone by now
            return InstructionIndex(path)
    build_index(path, read_instances(spec), progress)
    return InstructionIndex(path)


class InstructionIndex:
    """May be used by several threads at once. A context manager that closes the file.

    Everything raises AppError where the file is damaged, which takes it away to be built again.
    """

    def __init__(self, path: Path) -> None:
        self.fingerprint = path.stem
        self._path = path
        with _sound(path):
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
        self._lock = Lock()
        self.count = int(self._rows("SELECT count(*) FROM instances")[0][0])
        self._prompts_with = lru_cache(_KEPT)(self._count_prompts)
        self._nearest = lru_cache(_KEPT)(self._search)
        self.instances_with = lru_cache(_KEPT)(self._count_instances)
        self.words = lru_cache(_KEPT)(self._read_words)

    def __enter__(self) -> "InstructionIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:  # SQLite crashes where a connection is closed under a query
            self._connection.close()

    def instance(self, number: int) -> Instance:
        """Raises NotFound."""
        rows = self._rows("SELECT prompt, response FROM instances WHERE number = ?", number)
        if not rows:
            raise NotFound(f"The instruction set has no instance {number}.")
        return Instance(number, *rows[0])

    def nearest(self, prompt: str, most: int = NEAREST) -> tuple[Near, ...]:
        """The instances whose prompts are nearest by BM25, best first; none without a common word.

        BM25 (Robertson and Zaragoza 2009, section 3) with k1 = 1.2 and b = 0.75, as FTS5 has it.
        """
        return self._nearest(prompt, most)

    def with_phrase(self, words: Sequence[str], most: int) -> list[int]:
        """The first instances that have these folded words one after another, in one text."""
        query = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid LIMIT ?"
        return [number for (number,) in self._rows(query, _quoted(" ".join(words)), most)]

    # --- what is asked again and again, and kept ------------------------------------------------

    def _search(self, prompt: str, most: int) -> tuple[Near, ...]:
        words = self._query_words(prompt)
        if not words:
            return ()
        query = "SELECT rowid, rank FROM prompts WHERE prompts MATCH ? ORDER BY rank, rowid LIMIT ?"
        found = self._rows(query, " OR ".join(map(_quoted, words)), most)
        return tuple(Near(number, -rank) for number, rank in found)

    def _query_words(self, prompt: str) -> list[str]:
        """The rarest words. Stop words, and those of more than half of the prompts, to which BM25
        gives no weight, are searched for only where there are no others."""
        there = [word for word in dict.fromkeys(folded_words(prompt)) if self._prompts_with(word)]
        telling = [
            word
            for word in there
            if not is_style(word) and self._prompts_with(word) <= self.count / 2
        ]
        return sorted(telling or there, key=self._prompts_with)[:QUERY_WORDS]

    def _count_prompts(self, word: str) -> int:
        return sum(n for (n,) in self._rows("SELECT prompts FROM words WHERE word = ?", word))

    def _count_instances(self, word: str) -> int:
        """How many instances have a folded word."""
        return sum(n for (n,) in self._rows("SELECT instances FROM words WHERE word = ?", word))

    def _read_words(self, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The folded words of an instance's prompt and response."""
        instance = self.instance(number)
        return folded_words(instance.prompt), folded_words(instance.response)

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._lock, _sound(self._path):
            return self._connection.execute(query, values).fetchall()


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.ProgrammingError:  # a mistake of ours, such as a query after the end
        raise
    except sqlite3.DatabaseError as error:
        path.unlink(missing_ok=True)
        message = f"The index of the instruction set is damaged: {error}."
        raise AppError(message, hint="Start the lens again: it is built anew.") from None


def _quoted(text: str) -> str:
    """As a string of FTS5's query language, in which no character has a meaning of its own."""
    return '"' + text.replace('"', '""') + '"'
