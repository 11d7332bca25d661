"""What the lens found, computed once: of the variants looked at last."""

from sqlalchemy.orm import Session

from app.analysis.intervals import Estimate
from app.latest import Latest
from app.lens.contrasts import Contrast, shifted_apart, tuned_pairs
from app.lens.result import VariantLens, variant_lens
from app.lens.versions import scored_version
from app.tables import Lens, LensVariant

_KEPT = 32  # variants, and pairs of them


class LensCache:
    """One per server. A variant's result is the same object until an answer more is scored."""

    def __init__(self) -> None:
        self._variants: Latest[VariantLens] = Latest(_KEPT)
        self._apart: Latest[Estimate] = Latest(_KEPT)

    def get(self, session: Session, lens: Lens) -> tuple[VariantLens, ...]:
        """Of the variants that have answers compared, in the run's order, the base first."""
        members = [member for member in lens.variants if not member.refusal]
        found = [self._variant(session, member) for member in members]
        return tuple(one for one in found if one.answers)

    def _variant(self, session: Session, member: LensVariant) -> VariantLens:
        version = scored_version(session, member)
        return self._variants.get(member.id, version, lambda: variant_lens(session, member))

    def contrasts(self, found: tuple[VariantLens, ...]) -> tuple[Contrast, ...]:
        """Of all pairs of tuned variants that have one base; none where there are too many."""
        return tuple(Contrast(*pair, self._contrast(*pair)) for pair in tuned_pairs(found))

    def _contrast(self, first: VariantLens, second: VariantLens) -> Estimate:
        return self._apart.get(
            (first.member_id, second.member_id),
            (first.version, second.version),
            lambda: shifted_apart(first, second),
        )
