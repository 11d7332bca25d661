"""What the token lens says beside the raters."""

import enum
from dataclasses import dataclass, replace

from app.analysis.intervals import Estimate
from app.analysis.tokens import MarkedDifference
from app.borrowing import BorrowingReport, Contrast
from app.results.records import VariantRef


class What(enum.StrEnum):
    """What tokens of marked spans are compared by: 1 where shifted, KL in nats, 1 where the token
    stands in a phrase of the instruction set."""

    SHIFTED = "shifted"
    KL = "kl"
    BORROWED = "borrowed"


class Amount(enum.StrEnum):
    """What an answer has more or less of: the share of its tokens that are shifted, or their mean
    KL; of its opening, or of the content words behind it."""

    OPENING_SHIFTED = "opening_shifted"
    OPENING_KL = "opening_kl"
    CONTENT_SHIFTED = "content_shifted"
    CONTENT_KL = "content_kl"


@dataclass(frozen=True)
class MarkedValue:
    """`anywhere`: against all spans of as many tokens of the same answers; `later`: against those
    behind the opening."""

    what: What
    anywhere: MarkedDifference
    later: MarkedDifference


@dataclass(frozen=True)
class MarkedVariant:
    """Spans that raters marked wrong in one variant's answers, shown as they are. Of `marks`,
    `unscored` are in answers whose tokens were not scored; `stripped` more are in stripped items.
    `values` are empty where no mark is left; without an instruction set nothing is borrowed, and
    there is no such value.
    """

    variant: VariantRef
    marks: int
    unscored: int
    stripped: int
    values: tuple[MarkedValue, ...]
    finding: str


@dataclass(frozen=True)
class AmountPair:
    """Shares of `first` on one criterion where it has more, or less, of something than usual beside
    `second`; see `app.analysis.amounts`."""

    first: VariantRef
    second: VariantRef
    more: Estimate
    less: Estimate
    gap: Estimate
    unknown: int

    def turned(self) -> "AmountPair":
        """The same comparisons with `second` first; the gap stays."""
        more, less = _other(self.less), _other(self.more)
        return replace(self, first=self.second, second=self.first, more=more, less=less)


@dataclass(frozen=True)
class Relation:
    """A preference beside an amount: pairs of which something is known, a tuned variant first."""

    criterion: str
    label: str
    amount: Amount
    pairs: tuple[AmountPair, ...]
    finding: str


@dataclass(frozen=True)
class BorrowedVariant:
    """Of the judged answers of one variant. `when_wrong`: those that were rated wrong (`wrong` of
    them) against the others; None where the study asks for nothing that would say so."""

    variant: VariantRef
    report: BorrowingReport
    wrong: int
    when_wrong: Contrast | None
    finding: str


@dataclass(frozen=True)
class TokenEvidence:
    """`variants` are the tuned ones whose tokens were compared. `asks_marks`: raters can mark
    spans; `marks` counts those marked wrong in all answers. `wrong_rule`: in words, which answers
    count as rated wrong; empty where nothing says so. `left_out` counts judgements of stripped
    items, which no preference is taken from here: their openings were not shown.
    """

    variants: tuple[VariantRef, ...]
    exact: bool
    asks_marks: bool
    marks: int
    marked: tuple[MarkedVariant, ...]
    relations: tuple[Relation, ...]
    borrowing: tuple[BorrowedVariant, ...]
    wrong_rule: str
    left_out: int


def _other(share: Estimate) -> Estimate:
    """Of the other variant, ties as half."""
    value, low, high = (
        None if end is None else 1 - end for end in (share.value, share.high, share.low)
    )
    return replace(share, value=value, low=low, high=high)
