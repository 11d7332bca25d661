"""What the lens found of one variant of a run."""

from dataclasses import dataclass

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
from app.lens.versions import Version, scored_version
from app.tables import LensVariant, VariantKind

OPENERS = (3, 5)  # tokens of an opener


@dataclass(frozen=True, eq=False)
class VariantLens:
    """One variant held against its base. `unknown`: the mean probability that KL could not
    compare, 0 where `read.exact`. `control`: shares after the base's own prompt format, None where
    no prompt differs. `is_control`: the base itself. `version`: another one where it differs."""

    member_id: int
    version: Version
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


def variant_lens(session: Session, member: LensVariant) -> VariantLens:
    read = variant_tokens(session, member)
    tokens, variant = read.tokens, member.run_variant.variant
    return VariantLens(
        member_id=member.id,
        version=scored_version(session, member),
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
