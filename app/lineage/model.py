"""What a page or a terminal that compares studies gets."""

import enum
from dataclasses import dataclass
from datetime import datetime

from app.analysis.intervals import Estimate
from app.lineage.members import Member
from app.tables import RaterKind, VariantKind


class Measure(enum.StrEnum):
    """`share`: preferred over one opponent, ties as half. `score`: the mean of given scores."""

    SHARE = "share"
    SCORE = "score"


@dataclass(frozen=True)
class Wanted:
    """What is compared. None: what most of the studies have. `against` begins an identity."""

    criterion: str | None = None
    against: str | None = None
    measure: Measure = Measure.SHARE
    kind: RaterKind = RaterKind.HUMAN


@dataclass(frozen=True)
class ComparedStudy:
    """`prompts` is the same letter for studies of the same prompts."""

    id: int
    name: str
    opened_at: datetime
    is_open: bool
    prompts: str
    judgements: int
    raters: int
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Cell:
    """A variant in one study. `name`: as the study calls it, None where it is not among its
    variants. Without an estimate, `reason` says why."""

    name: str | None
    estimate: Estimate | None = None
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """A variant in all studies, one cell each. `difference`: the last study that has an estimate
    less the first, or a cell that says why there is none."""

    variant: Member
    cells: tuple[Cell, ...]
    difference: Cell

    @property
    def names(self) -> tuple[str, ...]:
        """What studies call it, the last first."""
        return tuple(dict.fromkeys(cell.name for cell in reversed(self.cells) if cell.name))


@dataclass(frozen=True)
class Notice:
    """What has to be known beside the numbers; `title` is a word or two."""

    title: str
    text: str


@dataclass(frozen=True)
class Choice:
    key: str
    label: str


@dataclass(frozen=True)
class AcrossResult:
    """One criterion in several studies, in the order of time. `against` is None where the studies
    share no variant; `scale` is that of the scores, empty without."""

    studies: tuple[ComparedStudy, ...]
    wanted: Wanted
    criteria: tuple[Choice, ...]
    criterion: Choice
    opponents: tuple[Member, ...]
    against: Member | None
    shares: tuple[Row, ...]
    scores: tuple[Row, ...]
    scale: str
    notices: tuple[Notice, ...]

    def rows(self, measure: Measure) -> tuple[Row, ...]:
        return self.shares if measure is Measure.SHARE else self.scores


@dataclass(frozen=True)
class Series:
    """Checkpoints of one fine-tune on one set of prompts: (step, name, estimate) by step."""

    name: str
    kind: VariantKind
    points: tuple[tuple[int, str, Estimate], ...]
