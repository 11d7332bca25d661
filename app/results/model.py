"""What a study's results page, the terminal and tests get."""

from dataclasses import dataclass

from app.analysis.intervals import Estimate
from app.criteria import AskedScale
from app.results.marks import MarkResult
from app.results.records import VariantRef


@dataclass(frozen=True)
class PairResult:
    """Two variants on one criterion. Wins and losses are those of `first`.

    `ties` are ranked ties; `comparisons` counts all five outcomes, not `cannot_judge`. `share`:
    wins of the first among the comparisons, ties as half.
    """

    first: VariantRef
    second: VariantRef
    wins: int
    losses: int
    ties: int
    ties_good: int
    ties_bad: int
    cannot_judge: int
    comparisons: int
    share: Estimate
    sentence: str


@dataclass(frozen=True)
class ScoreResult:
    """Points or sliders: of a variant, or (None) of items where they are asked once.

    `distribution` counts what stands in each of the scale's `bars`.
    """

    variant: VariantRef | None
    mean: Estimate
    count: int
    distribution: tuple[int, ...]


@dataclass(frozen=True)
class OptionResult:
    """How often an option was chosen; `share` of all that were asked and chose one."""

    words: str
    count: int
    share: Estimate


@dataclass(frozen=True)
class CountsResult:
    """Yes and no, or a choice: of a variant, or (None) of items where it is asked once."""

    variant: VariantRef | None
    count: int
    options: tuple[OptionResult, ...]


@dataclass(frozen=True)
class CriterionResult:
    """One criterion on its own. `cannot_judge` counts judgements.

    `first_slot`: of the decided comparisons, the share won by the response shown in the earlier
    slot; 0.5 without position bias. None where no preference is asked. `scores` are those of
    points and sliders, `counts` those of the scales in words; texts are in the exports only.
    """

    key: str
    label: str
    pairs: tuple[PairResult, ...]
    scores: tuple[ScoreResult, ...]
    first_slot: Estimate | None
    cannot_judge: int
    scale: AskedScale | None = None
    counts: tuple[CountsResult, ...] = ()


@dataclass(frozen=True)
class Sensitivity:
    """The same figures with some judgements left out, to be set beside those with all."""

    left_out: int
    judgements: int
    criteria: tuple[CriterionResult, ...]


@dataclass(frozen=True)
class StudyResult:
    """Counts of what was judged; `wanted` = items x ratings per item.

    `without_introductions` leaves out judgements of items with an answer that introduces itself;
    None where there is none. `marks` is empty where nobody marked anything.
    `screened_out` counts judgements left out because their raters failed the checks.
    `adaptive`: pairs were chosen by uncertainty, as judgements came in.
    """

    raters: int
    judgements: int
    items_judged: int
    items: int
    wanted: int
    criteria: tuple[CriterionResult, ...]
    settings: dict[str, str]
    screened_out: int = 0
    adaptive: bool = False
    without_introductions: Sensitivity | None = None
    marks: tuple[MarkResult, ...] = ()
