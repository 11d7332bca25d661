"""What a study's results page, the terminal and tests get."""

from dataclasses import dataclass
from datetime import datetime

from app.analysis import Standing, Strength
from app.analysis.agreement import Agreement
from app.analysis.bias import Times
from app.analysis.intervals import Estimate
from app.analysis.ledgers import CrossTable, Place
from app.analysis.raters import RaterReport
from app.analysis.style import StyleResult
from app.analysis.ties import TieModel
from app.criteria import AskedScale
from app.results.experiment import ExperimentResult
from app.results.filters import ResultFilter
from app.results.marks import MarkResult
from app.results.records import VariantRef
from app.results.sentences import Finding
from app.tables import RaterKind, VariantKind


@dataclass(frozen=True)
class PairResult:
    """Two variants on one criterion. Wins and losses are those of `first`.

    `ties` are ranked ties; `comparisons` counts all five outcomes, not `cannot_judge`. `share`:
    wins of the first among the comparisons, ties as half; its interval resamples prompts, that of
    `by_rater` raters.
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
    by_rater: Estimate
    finding: Finding
    sentence: str


@dataclass(frozen=True)
class Lead:
    """How sure a ranking is of its top: the share of resampled prompts in which `variant` is first.

    `told_apart` of `pairs` of variants have strengths whose difference leaves out zero (95 % each).
    """

    variant: VariantRef
    first: float
    told_apart: int
    pairs: int


@dataclass(frozen=True)
class RankingResult:
    """Strengths on the scale of log odds, in the order of the study's variants; empty where votes
    cannot rank, as `warnings` say. `by_rater`: the same with raters resampled. `style`: with length
    and formatting taken out. `tie_models`: other ways to count ties.
    """

    variants: tuple[VariantRef, ...]
    strengths: tuple[Strength, ...]
    by_rater: tuple[Strength, ...]
    standing: Standing
    warnings: tuple[str, ...]
    tie_models: tuple[TieModel, ...]
    style: StyleResult | None
    lead: Lead | None = None


@dataclass(frozen=True)
class CategoryResult:
    """A pair within one category of prompts; `category` is empty for prompts without one."""

    category: str
    first: VariantRef
    second: VariantRef
    share: Estimate


@dataclass(frozen=True)
class ScoreResult:
    """Points or sliders: of a variant, or (None) of items where they are asked once.

    `distribution` counts what stands in each of the scale's `bars`; `to_base`: the difference of
    means to the study's base, None where it has none.
    """

    variant: VariantRef | None
    mean: Estimate
    by_rater: Estimate
    to_base: Estimate | None
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
    slot; 0.5 without position bias. `longer`: the share won by the longer response. Both None where
    no preference is asked. `scores` are those of points and sliders, `counts` those of the scales
    in words; texts are in the exports only.
    """

    key: str
    label: str
    headline: str
    pairs: tuple[PairResult, ...]
    ranking: RankingResult | None
    categories: tuple[CategoryResult, ...]
    scores: tuple[ScoreResult, ...]
    first_slot: Estimate | None
    longer: Estimate | None
    agreement: Agreement | None
    scale_agreement: Agreement | None
    cannot_judge: int
    scale: AskedScale | None = None
    counts: tuple[CountsResult, ...] = ()


@dataclass(frozen=True)
class LedgersResult:
    """Two criteria side by side, never merged: `x` is factuality and `y` style where there are."""

    x: str
    y: str
    places: tuple[tuple[VariantRef, Place], ...]
    tables: tuple[tuple[VariantRef, VariantRef, CrossTable], ...]


@dataclass(frozen=True)
class SlotRow:
    """How often a variant stood in each slot."""

    variant: VariantRef
    counts: tuple[int, ...]


@dataclass(frozen=True)
class BiasResult:
    """What could have told variants apart, or favoured one for its place.

    `largest_deviation` of a cell of `slots` from equal shares, `is_surprising` where chance does
    not explain one (95 %, corrected for their number). `introductions`: the share of a variant's
    responses that introduce themselves.
    """

    slots: tuple[SlotRow, ...]
    largest_deviation: float | None
    is_surprising: bool
    introductions: tuple[tuple[VariantRef, Estimate], ...]
    times: Times


@dataclass(frozen=True)
class KindGuesses:
    """How surely raters recognised one kind of variant: Bang's index, and in words whether they
    named it more often on its own answers than on others (empty where that has no interval)."""

    kind: VariantKind
    words: str
    bang: Estimate
    reading: str


@dataclass(frozen=True)
class GuessesResult:
    """What raters took `asked` answers for, "I cannot say" included. `james` is James' index;
    `right`: the share of the guesses that were right, beside what `chance` would have made right.
    Raters are resampled.
    """

    kinds: tuple[KindGuesses, ...]
    james: Estimate
    right: Estimate
    chance: float
    asked: int
    raters: int


@dataclass(frozen=True)
class RaterResult:
    """A rater by their pseudonym."""

    name: str
    report: RaterReport


@dataclass(frozen=True)
class Sensitivity:
    """The same shares with some judgements left out; `pairs` by the criterion's key."""

    left_out: int
    judgements: int
    pairs: tuple[tuple[str, tuple[PairResult, ...]], ...]


@dataclass(frozen=True)
class Choices:
    """What the filter of this study can choose from. `kinds` are those that judged anything;
    `forms`: whether half of the items are stripped."""

    kinds: tuple[RaterKind, ...]
    raters: tuple[str, ...]
    categories: tuple[str, ...]
    forms: bool = False


@dataclass(frozen=True)
class StudyResult:
    """Counts of what was judged; `wanted` = items x ratings per item.

    Where an import does not say who judged, `knows_raters` is false: how many raters there were,
    and what resampling them would give, is not known, and there are no reports on them.
    `without_introductions` leaves out judgements of items with an answer that introduces itself;
    None where there is none. `experiment`: None unless the study strips half of its items and the
    filter leaves both forms. `marks` is empty where nobody marked anything.
    `screened_out` counts judgements left out because their raters failed the checks, `filtered`
    those that the filter left out beside them. `told_apart`: in words, how many raters said at the
    end that they could tell variants apart, and their share. `guesses`: of which kinds they took
    answers to be; None where they are not asked. `adaptive`: pairs were chosen by
    uncertainty, as judgements came in. `rule_note`: that raters saw answers stripped otherwise.
    """

    chosen: ResultFilter
    choices: Choices
    variants: tuple[VariantRef, ...]
    raters: int
    judgements: int
    items_judged: int
    items: int
    wanted: int
    last_at: datetime | None
    criteria: tuple[CriterionResult, ...]
    ledgers: LedgersResult | None
    bias: BiasResult
    told_apart: tuple[tuple[str, int, Estimate], ...]
    guesses: GuessesResult | None
    rater_reports: tuple[RaterResult, ...]
    settings: dict[str, str]
    knows_raters: bool = True
    screened_out: int = 0
    filtered: int = 0
    adaptive: bool = False
    without_introductions: Sensitivity | None = None
    marks: tuple[MarkResult, ...] = ()
    experiment: ExperimentResult | None = None
    rule_note: str = ""
