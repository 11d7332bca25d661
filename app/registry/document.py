"""A YAML file as plain data that remembers the line of every key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.errors import InvalidInput, Problem

Key = str | int
_DEPTH = 20


@dataclass
class Document:
    """`lines` maps the way to a key or list entry to its line, counted from 1. What is no file
    has none."""

    name: str
    data: Any = None
    lines: dict[tuple[Key, ...], int] = field(default_factory=dict)
    is_file: bool = True

    def line(self, way: tuple[Key, ...]) -> int:
        """The line of the nearest enclosing key that stands in the file."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, 1)

    def where(self, way: tuple[Key, ...]) -> str:
        return f"{self.name}:{self.line(way)}" if self.is_file else self.name


class Report:
    """Gathers problems, so that a person sees all of them at once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[tuple[int, str], Problem] = {}
        self._ways: set[tuple[Key, ...]] = set()

    def at(self, *way: Key) -> "Place":
        return Place(self, way)

    def add(self, way: tuple[Key, ...], message: str, hint: str | None) -> None:
        line = self.document.line(way)
        where = self.document.where(way)
        self._found.setdefault((line, message), Problem(where, message, hint))
        self._ways.add(way)

    def sound(self, way: tuple[Key, ...]) -> bool:
        """Whether nothing was reported at `way` or below it."""
        return not any(found[: len(way)] == way for found in self._ways)

    def __len__(self) -> int:
        return len(self._found)

    @property
    def problems(self) -> list[Problem]:
        """In the order of their lines."""
        return [problem for _, problem in sorted(self._found.items(), key=lambda f: f[0][0])]

    def raise_if_any(self) -> None:
        if self._found:
            raise invalid(self.document.name, self.problems)


@dataclass(frozen=True)
class Place:
    """One spot of the document that problems can be pinned to."""

    report: Report
    way: tuple[Key, ...]

    def __truediv__(self, key: Key) -> "Place":
        return Place(self.report, (*self.way, key))

    @property
    def line(self) -> int:
        return self.report.document.line(self.way)

    @property
    def sound(self) -> bool:
        return self.report.sound(self.way)

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Files that cannot be read become a problem of this place."""
        try:
            yield
        except OSError as error:
            self.problem(f"{error.filename} cannot be read: {error.strerror}.")

    def problem(self, message: str, hint: str | None = None) -> None:
        self.report.add(self.way, message, hint)


def invalid(name: str, problems: list[Problem]) -> InvalidInput:
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return InvalidInput(f"{name} has {count}.", problems)


def read_document(path: Path) -> Document:
    """Raises InvalidInput when the file is missing, not UTF-8 or not YAML."""
    document = Document(path.name)
    document.data = _plain(_load(path), (), document)
    return document


def _load(path: Path) -> Any:
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        hint = "Write one that lists your variants; docs/models-yaml.md shows how."
        raise invalid(path.name, [Problem(str(path), "there is no such file.", hint)]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = Problem(f"{path.name}:{line}", "is not UTF-8 text.", "Save the file as UTF-8.")
        raise invalid(path.name, [problem]) from None
    except OSError as error:
        raise invalid(
            path.name, [Problem(str(path), f"cannot be read: {error.strerror}.")]
        ) from None
    except YAMLError as error:
        raise invalid(path.name, [_syntax_problem(path.name, error)]) from None
    except RecursionError:
        raise invalid(path.name, [Problem(path.name, "is nested too deeply.")]) from None
    except ValueError as error:  # ruamel.yaml's, for a month 13 or an `!!int` that is none
        hint = "Something reads as a date or a number and is none: put it in quotes."
        raise invalid(path.name, [Problem(path.name, f"is not YAML: {error}.", hint)]) from None


def _syntax_problem(name: str, error: YAMLError) -> Problem:
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(f"{name}:1", f"is not YAML: {str(error).splitlines()[0]}.")
    where = f"{name}:{error.problem_mark.line + 1}"
    message = (error.problem or error.context or "it cannot be read").split(" (original")[0]
    if "found duplicate key" in message:
        return Problem(where, f"{message.removeprefix('found ')}.", "Keep one of them.")
    hint = "Use spaces, not tabs." if "'\\t'" in message else "Check indentation, quotes, brackets."
    return Problem(where, f"is not YAML: {message}.", hint)


def _plain(node: Any, way: tuple[Key, ...], document: Document) -> Any:
    """ruamel's nodes as dict, list and scalars, noting lines on the way."""
    if len(way) > _DEPTH:
        where = f"{document.name}:{document.line(way)}"
        raise invalid(document.name, [Problem(where, "is nested too deeply.")])
    if isinstance(node, dict | list):
        for key, line in _lines(node):
            document.lines[(*way, key)] = line
    if isinstance(node, dict):
        return {str(k): _plain(v, (*way, str(k)), document) for k, v in node.items()}
    if isinstance(node, list):
        return [_plain(v, (*way, i), document) for i, v in enumerate(node)]
    return _scalar(node)


def _lines(node: Any) -> Iterator[tuple[Key, int]]:
    # Keys that came in through a merge (<<) have no line of their own.
    for key, position in (node.lc.data or {}).items():
        yield (key if isinstance(node, list) else str(key)), position[0] + 1


def _scalar(node: Any) -> Any:
    for kind in (str, bool, int, float):
        if isinstance(node, kind):
            return kind(node)
    return getattr(node, "value", node)
