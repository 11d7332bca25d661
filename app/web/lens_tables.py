"""Tables of a variant held against its base: shares of its tokens, and its most shifted ones."""

from dataclasses import dataclass

from app.analysis.intervals import Estimate
from app.analysis.tokens import OPENING, AtPositions, ClassShares, FrequentToken, Kind
from app.lens import VariantLens

_FEW = 8  # frequent tokens of a kind that show at once
_KINDS = {Kind.OPENING: "Opening", Kind.STYLE: "Style", Kind.CONTENT: "Content", Kind.END: "End"}


@dataclass(frozen=True)
class ShareRow:
    """Tokens of one part of the answers; `kl` where it is had of this part."""

    label: str
    classes: ClassShares
    kl: Estimate | None = None


@dataclass(frozen=True)
class ShareGroup:
    title: str
    rows: tuple[ShareRow, ...]


def share_groups(one: VariantLens) -> tuple[ShareGroup, ...]:
    """Overall, by kind and by position; after the base's own prompt format where that differs."""
    groups = [
        ShareGroup("All answers", _overall(one)),
        ShareGroup(f"After the prompt format of {one.base}", _control(one)),
        ShareGroup("By kind, past the opening", _by_kind(one)),
        ShareGroup("By position in the answer, from 0", tuple(map(_at, one.buckets))),
    ]
    shown = [ShareGroup(group.title, _had(group.rows)) for group in groups]
    return tuple(group for group in shown if group.rows)


def _overall(one: VariantLens) -> tuple[ShareRow, ...]:
    shares = one.shares
    return (
        ShareRow("All tokens", shares.overall, shares.kl),
        ShareRow(f"Opening, the first {OPENING}", shares.opening),
        ShareRow("The rest", shares.rest),
    )


def _control(one: VariantLens) -> tuple[ShareRow, ...]:
    if one.control is None:
        return ()
    return (
        ShareRow("All tokens", one.control.overall),
        ShareRow(f"Opening, the first {OPENING}", one.control.opening),
        ShareRow("The rest", one.control.rest),
    )


def _by_kind(one: VariantLens) -> tuple[ShareRow, ...]:
    past = (Kind.STYLE, Kind.CONTENT, Kind.END)
    return tuple(ShareRow(_KINDS[kind], one.shares.by_kind[kind]) for kind in past)


def _at(at: AtPositions) -> ShareRow:
    if at.last is None:
        label = f"{at.first} and on"
    else:
        label = str(at.first) if at.first == at.last else f"{at.first} to {at.last}"
    return ShareRow(label, at.classes, at.kl)


def _had(rows: tuple[ShareRow, ...]) -> tuple[ShareRow, ...]:
    return tuple(row for row in rows if row.classes.tokens)


@dataclass(frozen=True)
class FrequentKind:
    """The most shifted tokens of one kind, from the most often shifted down."""

    title: str
    tokens: tuple[FrequentToken, ...]

    @property
    def first(self) -> tuple[FrequentToken, ...]:
        return self.tokens[:_FEW]

    @property
    def others(self) -> tuple[FrequentToken, ...]:
        return self.tokens[_FEW:]


def frequent_kinds(one: VariantLens) -> tuple[FrequentKind, ...]:
    """The end of answers only where it was shifted."""
    kinds = [kind for kind in Kind if kind is not Kind.END or one.frequent[kind]]
    return tuple(FrequentKind(_KINDS[kind], one.frequent[kind]) for kind in kinds)
