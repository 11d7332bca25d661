"""What figures are drawn from: plain rows, so that whoever has numbers can draw them."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.analysis.intervals import Estimate

KINDS = ("base", "lora", "full", "other")


@dataclass(frozen=True)
class Variant:
    """`order` numbers the variants of one kind, from 0: it gives shade and shape."""

    name: str
    kind: str
    order: int = 0


def in_order(variants: Iterable[tuple[str, str]]) -> tuple[Variant, ...]:
    """Variants from (name, kind). Call it once for a study: then each has one look everywhere."""
    seen = dict.fromkeys(KINDS, 0)
    found = []
    for name, kind in variants:
        known = kind if kind in seen else "other"
        found.append(Variant(name, known, seen[known]))
        seen[known] += 1
    return tuple(found)


@dataclass(frozen=True)
class PairRow:
    """Counts of comparisons; wins and losses are those of `first`, and so is the share.

    The share counts ties as half. `by_rater` resamples raters where `by_prompt` resamples prompts.
    """

    first: Variant
    second: Variant
    wins: int
    ties: int
    ties_good: int
    ties_bad: int
    losses: int
    by_prompt: Estimate
    by_rater: Estimate | None = None

    @property
    def comparisons(self) -> int:
        return self.wins + self.ties + self.ties_good + self.ties_bad + self.losses


@dataclass(frozen=True)
class PlaneRow:
    variant: Variant
    x: Estimate
    y: Estimate


@dataclass(frozen=True)
class ScoreRow:
    """`counts[i]` responses got the i-th level of the scale; `mean` is in points of the scale."""

    variant: Variant
    counts: tuple[int, ...]
    mean: Estimate


@dataclass(frozen=True)
class CategoryRow:
    """The share won by `first` among comparisons of prompts of one category."""

    first: Variant
    second: Variant
    category: str
    share: Estimate


@dataclass(frozen=True)
class StrengthRow:
    """A log-strength; `series` says how it was estimated, such as "with style control"."""

    variant: Variant
    strength: Estimate
    series: str = ""


@dataclass(frozen=True)
class NamedRow:
    """An estimate with a name of its own: a criterion, a rater, a slot. `group` heads its block."""

    name: str
    estimate: Estimate
    group: str = ""


@dataclass(frozen=True)
class AgreementRow:
    """`alpha` is Krippendorff's; `raw` the share of pairs of judgements that agree."""

    criterion: str
    alpha: Estimate
    raw: Estimate


@dataclass(frozen=True)
class CheckpointRow:
    """A measure after `step` steps of training; `fine_tune` names the line that it belongs to."""

    fine_tune: Variant
    step: int
    checkpoint: str
    estimate: Estimate


@dataclass(frozen=True)
class JudgeRow:
    """Agreement of people with each other, and of a judge with people, on one criterion."""

    criterion: str
    people: Estimate
    judge: Estimate
    judge_name: str = "judge"


@dataclass(frozen=True)
class PositionRow:
    """A measure at one position, from 0, of a variant's answers, where `n` is how many reach it; or
    at several up to `last`, where `n` counts tokens."""

    variant: Variant
    position: int
    estimate: Estimate
    last: int | None = None

    @property
    def to(self) -> int:
        return self.position if self.last is None else self.last


@dataclass(frozen=True)
class ClassRow:
    """Shares of tokens by class of a variant under its base; `part` says which tokens."""

    variant: Variant
    base: Variant
    part: str
    unshifted: Estimate
    marginal: Estimate
    shifted: Estimate
