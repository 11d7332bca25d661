"""What a variant's answers have from its instruction set: a report, and the longest phrases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.borrowing import BorrowingReport, report_borrowing
from app.tables import Borrowing, Lens, LensVariant, Response, VariantKind

_LONGEST = 8  # phrases


@dataclass(frozen=True)
class Phrase:
    """What stands word for word in an answer, the first of so many `answers`, and in so many
    instances of the set (as many as are named, see `app.borrowing`)."""

    text: str
    response_id: int
    prompt_id: int
    answers: int
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
    return VariantBorrowing(
        member_id=member.id,
        name=member.run_variant.variant.name,
        kind=member.run_variant.variant.kind,
        set_name=PurePath(member.trained_on.get("set", {}).get("path", "")).name,
        instances=member.trained_on.get("instances"),
        report=report_borrowing(words, by_chance, prompts),
        longest=_longest(rows),
    )


def _longest(rows: Sequence[Row[Any]]) -> tuple[Phrase, ...]:
    """Each once, however many answers have it."""
    found: dict[str, Phrase] = {}
    for row in rows:
        for start, end, instances in row.phrases:
            text = row.text[start:end]
            known = found.get(text) or Phrase(text, row.id, row.prompt_id, 0, len(instances))
            found[text] = replace(known, answers=known.answers + 1)
    return tuple(sorted(found.values(), key=lambda one: -len(one.text))[:_LONGEST])
