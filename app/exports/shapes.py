"""What a format is, what it is given and what it reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.exports.lens import LensMaterial
from app.results import StudyRecords
from app.tables import RaterKind, Study

SCHEMA_VERSION = 4


@dataclass(frozen=True)
class Option:
    """One choice of a format; the first of `choices` is the default."""

    name: str
    choices: tuple[str, ...]
    description: str

    @property
    def default(self) -> str:
        return self.choices[0]


@dataclass(frozen=True)
class ResponseText:
    """A response with what it answers; `messages` are the system text, earlier turns, prompt."""

    response_id: int
    prompt_id: str
    category: str | None
    messages: tuple[dict[str, str], ...]
    reference: str | None
    variant: str
    kind: str
    text: str
    finish_reason: str | None
    seed: int | None
    sampling: dict[str, Any]


@dataclass(frozen=True)
class Material:
    """All that a format may use, read at one moment, of raters of one kind. `responses` is keyed by
    response id. `lens` is None of a format that does not ask for it, and where nothing was
    scored."""

    study: Study
    records: StudyRecords
    responses: Mapping[int, ResponseText]
    raters: tuple[Mapping[str, Any], ...] = ()
    kind: RaterKind = RaterKind.HUMAN
    lens: LensMaterial | None = None


@dataclass(frozen=True)
class WrittenFile:
    name: str
    rows: int


@dataclass(frozen=True)
class Exclusion:
    """A rule by which something was left out, and how often it was."""

    rule: str
    count: int
    criterion: str | None = None


@dataclass(frozen=True)
class Written:
    """What a format wrote; `counts` says how much came in, in the manifest's words."""

    files: tuple[WrittenFile, ...]
    counts: Mapping[str, Any]
    exclusions: tuple[Exclusion, ...] = ()


Writer = Callable[[Material, Path, Mapping[str, str]], Written]


@dataclass(frozen=True)
class ExportFormat:
    """`write` gets every option by name, defaults filled in. `needs_lens`: what the token lens has
    is read for it, and without it there is nothing to write; `uses_lens`: read where it is had."""

    name: str
    title: str
    description: str
    write: Writer
    options: tuple[Option, ...] = ()
    uses_lens: bool = False
    needs_lens: bool = False

    @property
    def reads_lens(self) -> bool:
        return self.uses_lens or self.needs_lens

    def settle(self, options: Mapping[str, str]) -> dict[str, str]:
        """The options with defaults. Raises AppError for unknown names and choices."""
        known = {option.name: option for option in self.options}
        for name, value in options.items():
            if name not in known:
                raise AppError(
                    f"The format {self.name} has no option '{name}'.",
                    hint=f"Known: {', '.join(known)}." if known else "It has no options.",
                )
            if value not in known[name].choices:
                raise AppError(
                    f"'{value}' is no choice for the option '{name}'.",
                    hint=f"Choose one of: {', '.join(known[name].choices)}.",
                )
        return {name: options.get(name, option.default) for name, option in known.items()}
