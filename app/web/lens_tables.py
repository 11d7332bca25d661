"""Tables of a variant held against its base: shares of its tokens, and its most shifted ones."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why some of its numbers have no interval."""
        every = [
            one
            for row in self.rows
            for one in (row.classes.unshifted, row.classes.marginal, row.classes.shifted, row.kl)
        ]
        return tuple(dict.fromkeys(one.reason for one in every if one and one.reason))


def share_groups(one: VariantLens) -> tuple[ShareGroup, ...]:
    """Of all answers; after the base's own prompt format, too, where that differs."""
    after = f"After the prompt format of {one.base}"
    return _had(ShareGroup("All answers", _overall(one)), ShareGroup(after, _control(one)))


def part_groups(one: VariantLens) -> tuple[ShareGroup, ...]:
    """By kind of token and by position."""
    return _had(
        ShareGroup("By kind, past the opening", _by_kind(one)),
        ShareGroup("By position in the answer, from 0", tuple(map(_at, one.buckets))),
    )


def reasons_of(groups: Iterable[ShareGroup]) -> tuple[str, ...]:
    """Each once."""
    return tuple(dict.fromkeys(reason for group in groups for reason in group.reasons))


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


def _had(*groups: ShareGroup) -> tuple[ShareGroup, ...]:
    """Those with tokens."""
    shown = [
        replace(one, rows=tuple(row for row in one.rows if row.classes.tokens)) for one in groups
    ]
    return tuple(group for group in shown if group.rows)


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
