"""What the lens found of every variant of a run, computed once."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.analysis.tokens import (
    AtPosition,
    AtPositions,
    FrequentToken,
    Kind,
    Openers,
    ShiftShares,
    by_bucket,
    by_position,
    most_shifted,
    openers,
    shift_shares,
)
from app.lens.read import VariantTokens, variant_tokens
from app.tables import Lens, LensVariant, TokenShift, VariantKind

OPENERS = (3, 5)  # tokens of an opener
_KEPT = 32


@dataclass(frozen=True, eq=False)
class VariantLens:
    """One variant held against its base. `unknown`: the mean probability that KL could not
    compare, 0 where `read.exact`. `control`: shares after the base's own prompt format, None where
    no prompt differs. `is_control`: the base itself."""

    member_id: int
    run_variant_id: int
    name: str
    kind: VariantKind
    base: str
    is_control: bool
    read: VariantTokens
    shares: ShiftShares
    control: ShiftShares | None
    buckets: tuple[AtPositions, ...]
    positions: tuple[AtPosition, ...]
    frequent: dict[Kind, tuple[FrequentToken, ...]]
    openers: tuple[Openers, ...]
    unknown: float

    @property
    def answers(self) -> int:
        return len(self.read.responses)


class LensCache:
    """One per server. A variant's result is the same object until an answer more is scored."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, VariantLens] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, lens: Lens) -> tuple[VariantLens, ...]:
        """Of the variants that have answers compared, in the run's order, the base first."""
        members = [member for member in lens.variants if not member.refusal]
        found = [self._member(session, member) for member in members]
        return tuple(one for one in found if one.answers)

    def _member(self, session: Session, member: LensVariant) -> VariantLens:
        key = (member.id, *_version(session, member))
        with self._lock:  # a page asks for several figures at once
            result = self._kept.get(key) or variant_lens(session, member)
            self._kept[key] = result
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return result


def _version(session: Session, member: LensVariant) -> tuple[int, int]:
    compared = (TokenShift.lens_variant_id == member.id, TokenShift.base_ranks.is_not(None))
    query = select(func.count(), func.coalesce(func.max(TokenShift.id), 0)).where(*compared)
    count, last = session.execute(query).one()
    return count, last


def variant_lens(session: Session, member: LensVariant) -> VariantLens:
    read = variant_tokens(session, member)
    tokens, variant = read.tokens, member.run_variant.variant
    return VariantLens(
        member_id=member.id,
        run_variant_id=member.run_variant_id,
        name=variant.name,
        kind=variant.kind,
        base=member.base.variant.name if member.base else "",
        is_control=member.is_control,
        read=read,
        shares=shift_shares(tokens),
        control=shift_shares(read.control) if read.control is not None else None,
        buckets=by_bucket(tokens),
        positions=by_position(tokens),
        frequent=most_shifted(tokens),
        openers=tuple(openers(tokens, length) for length in OPENERS),
        unknown=float(tokens.unknown.mean()) if len(tokens) else 0.0,
    )
