"""What tells one state of a lens from another. Ids alone do not: SQLite gives out again those of
rows that were deleted."""

from collections.abc import Hashable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.tables import Borrowing, LensVariant, TokenShift

Version = tuple[Hashable, ...]


def scored_version(session: Session, member: LensVariant) -> Version:
    """Differs when the tokens of a variant's answers do."""
    compared = (TokenShift.lens_variant_id == member.id, TokenShift.base_ranks.is_not(None))
    counted = select(func.count(), func.max(TokenShift.id)).where(*compared)
    count, last = session.execute(counted).one()
    # Of one row: the column stands behind all tokens, and reading it means to read them.
    scored_at = session.scalar(select(TokenShift.created_at).where(TokenShift.id == last))
    return member.id, member.lens.created_at, count, last, scored_at


def searched_version(session: Session, member: LensVariant) -> Version:
    """Differs when what its answers have from the instruction set does."""
    words = (func.sum(Borrowing.content_words), func.sum(Borrowing.by_chance))
    of_member = Borrowing.lens_variant_id == member.id
    found = select(func.count(), func.max(Borrowing.id), *words).where(of_member)
    return member.id, repr(member.trained_on), *session.execute(found).one()
