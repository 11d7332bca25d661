"""What a variant's answers have from its instruction set: a report, and the longest phrases."""

from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.borrowing import BorrowingReport, report_borrowing
from app.tables import Borrowing, Lens, LensVariant, Response, VariantKind

_LONGEST = 8  # phrases


@dataclass(frozen=True)
class Phrase:
    """A phrase of an answer that stands in the instruction set word for word."""

    text: str
    response_id: int
    prompt_id: int
    instances: int


@dataclass(frozen=True)
class VariantBorrowing:
    """Of one variant; `instances`: how many the set has, `set_name`: its file or folder."""

    member_id: int
    name: str
    kind: VariantKind
    set_name: str
    instances: int | None
    report: BorrowingReport
    longest: tuple[Phrase, ...]


def borrowings_of(session: Session, lens: Lens) -> tuple[VariantBorrowing, ...]:
    """Of the variants with an instruction set whose answers were searched."""
    found = (_of_member(session, member) for member in lens.variants if member.trained_on)
    return tuple(one for one in found if one)


def _of_member(session: Session, member: LensVariant) -> VariantBorrowing | None:
    query = (
        select(
            Borrowing.content_words,
            Borrowing.by_chance,
            Borrowing.phrases,
            Response.id,
            Response.prompt_id,
            Response.text,
        )
        .join(Response, Response.id == Borrowing.response_id)
        .where(Borrowing.lens_variant_id == member.id)
        .order_by(Response.prompt_id, Response.sample)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    words, by_chance, _, _, prompts, _ = zip(*rows, strict=True)
    phrases = [
        Phrase(row.text[start:end].strip(), row.id, row.prompt_id, len(instances))
        for row in rows
        for start, end, instances in row.phrases
    ]
    return VariantBorrowing(
        member_id=member.id,
        name=member.run_variant.variant.name,
        kind=member.run_variant.variant.kind,
        set_name=PurePath(member.trained_on.get("set", {}).get("path", "")).name,
        instances=member.trained_on.get("instances"),
        report=report_borrowing(words, by_chance, prompts),
        longest=tuple(sorted(phrases, key=lambda one: -len(one.text))[:_LONGEST]),
    )
