"""Which answers are still to be scored, and keeping what came of it. Safe to repeat."""

import enum
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.engines import Scoring, no_room
from app.lens.compare import Compared
from app.lens.packing import Packed
from app.tables import Borrowing, LensVariant, Response, TokenShift

NO_IDS = "The answer has no token ids: its server did not return them."
OTHER_TOKENS = "Its token ids read otherwise under the base: the tokenizers are not the same."


LASTING = (NO_IDS, OTHER_TOKENS, str(no_room()))
"""Failures that no further attempt can change."""


class Pass(enum.StrEnum):
    """Every answer is scored under its own variant first, then under the base."""

    OWN = "own"
    BASE = "base"


@dataclass(frozen=True)
class Task:
    """One answer to score. `control_ids`: the prompt in the base's own format, where that differs.
    `packed`: the variant's distributions, for the base's to be compared with."""

    lens_variant_id: int
    response_id: int
    of: Pass
    prompt_ids: list[int]
    token_ids: list[int]
    control_ids: list[int] | None = None
    packed: bytes | None = None


@dataclass(frozen=True)
class Scored:
    """What came back. Of the base's pass, `compared` is given, and `control` where it was asked; of
    a base's own answers all of it comes at once, and nothing is `packed`."""

    task: Task
    scoring: Scoring
    packed: Packed | None = None
    compared: Compared | None = None
    control: Scoring | None = None


@dataclass(frozen=True)
class Unscored:
    """A task that cannot succeed in this attempt."""

    task: Task
    failure: str


@dataclass(frozen=True)
class Borrowed:
    """What an answer has from the instruction set, as `app.tables.Borrowing` keeps it."""

    lens_variant_id: int
    response_id: int
    nearest: list[list[float]]
    phrases: list[list[Any]]
    content_words: int
    by_chance: int


Outcome = Scored | Unscored | Borrowed


def due(
    session: Session, member: LensVariant, of: Pass, *, limit: int, after: int = 0
) -> list[Task]:
    """The next tasks of a pass past the response `after`. What failed before is due again once
    `forget_failures` was called."""
    if of is Pass.OWN:
        return _due_own(session, member, limit, after)
    return _due_base(session, member, limit, after)


def _due_own(session: Session, member: LensVariant, limit: int, after: int) -> list[Task]:
    known = exists().where(
        TokenShift.lens_variant_id == member.id, TokenShift.response_id == Response.id
    )
    query = (
        select(Response.id, Response.prompt_token_ids, Response.token_ids)
        .where(Response.run_variant_id == member.run_variant_id, Response.id > after, ~known)
        .order_by(Response.id)
        .limit(limit)
    )
    return [
        Task(member.id, response_id, Pass.OWN, prompt_ids, token_ids)
        for response_id, prompt_ids, token_ids in session.execute(query)
    ]


def _due_base(session: Session, member: LensVariant, limit: int, after: int) -> list[Task]:
    of_base = aliased(Response)
    query = (
        select(
            Response.id,
            Response.prompt_token_ids,
            Response.token_ids,
            TokenShift.packed,
            of_base.prompt_token_ids,
        )
        .join(TokenShift, TokenShift.response_id == Response.id)
        .outerjoin(of_base, is_beside(of_base, member))
        .where(TokenShift.lens_variant_id == member.id, TokenShift.failure.is_(None))
        .where(TokenShift.base_ranks.is_(None), Response.id > after)
        .order_by(Response.id)
        .limit(limit)
    )
    return [
        Task(member.id, response_id, Pass.BASE, ids, tokens, _differing(control, ids), packed)
        for response_id, ids, tokens, packed, control in session.execute(query)
    ]


def is_beside(of_base: type[Response], member: LensVariant) -> ColumnElement[bool]:
    """Of answers of the base: which is to the prompt of a `Response` of the variant."""
    return and_(
        of_base.run_variant_id == member.base_id,
        of_base.prompt_id == Response.prompt_id,
        of_base.sample == Response.sample,
    )


def _differing(control: list[int] | None, prompt_ids: list[int]) -> list[int] | None:
    return control if control and control != prompt_ids else None


def forget_failures(session: Session, member: LensVariant) -> None:
    failed = (TokenShift.lens_variant_id == member.id, TokenShift.failure.is_not(None))
    session.execute(delete(TokenShift).where(*failed))


def forget_uncontrolled(session: Session, member: LensVariant) -> None:
    """What was scored without a control because the base had not answered yet, and has since."""
    of_base = aliased(Response)
    # As texts: PostgreSQL does not compare JSON.
    ids, ids_of_base = (cast(one.prompt_token_ids, Text) for one in (Response, of_base))
    uncontrolled = (
        select(TokenShift.id)
        .join(TokenShift.response)
        .join(of_base, is_beside(of_base, member))
        .where(TokenShift.lens_variant_id == member.id)
        .where(TokenShift.base_ranks.is_not(None), TokenShift.control_ranks.is_(None))
        .where(ids_of_base != ids)
        .where(func.json_array_length(of_base.prompt_token_ids) > 0)
    )
    session.execute(delete(TokenShift).where(TokenShift.id.in_(uncontrolled)))


# --- keeping ------------------------------------------------------------------------------------


def save_outcomes(session: Session, batch: Sequence[Outcome]) -> None:
    """Keeps the first result of each task."""
    for outcome in batch:
        if isinstance(outcome, Borrowed):
            _save_borrowed(session, outcome)
        elif isinstance(outcome, Unscored):
            _fail(session, outcome)
        elif outcome.task.of is Pass.OWN:
            _save_own(session, outcome)
        else:
            _save_base(session, outcome)


def _row(session: Session, task: Task) -> TokenShift | None:
    key = (
        TokenShift.lens_variant_id == task.lens_variant_id,
        TokenShift.response_id == task.response_id,
    )
    return session.scalar(select(TokenShift).where(*key))


def _fail(session: Session, outcome: Unscored) -> None:
    task = outcome.task
    row = _row(session, task) or TokenShift(
        lens_variant_id=task.lens_variant_id, response_id=task.response_id
    )
    row.failure, row.packed = outcome.failure, None
    session.add(row)
    session.flush()


def _save_own(session: Session, scored: Scored) -> None:
    if _row(session, scored.task) is not None:
        return
    session.add(
        TokenShift(
            lens_variant_id=scored.task.lens_variant_id,
            response_id=scored.task.response_id,
            tokens=scored.scoring.texts,
            logprobs=scored.scoring.logprobs,
            ranks=scored.scoring.ranks,
            packed=scored.packed.to_bytes() if scored.packed else None,
        )
    )
    session.flush()
    _save_base(session, scored)


def _save_base(session: Session, scored: Scored) -> None:
    compared, control = scored.compared, scored.control
    if compared is None:
        return
    row = _row(session, scored.task)
    if row is None or row.base_ranks is not None:
        return
    if row.tokens != scored.scoring.texts:
        _fail(session, Unscored(scored.task, OTHER_TOKENS))
        return
    row.base_logprobs, row.base_ranks = scored.scoring.logprobs, scored.scoring.ranks
    row.alternatives = [list(place) for place in compared.alternatives]
    row.kl, row.unknown, row.exact = compared.kl, compared.unknown, compared.exact
    row.control_ranks = control.ranks if control else None
    row.control_logprobs = control.logprobs if control else None
    row.packed = None


def _save_borrowed(session: Session, borrowed: Borrowed) -> None:
    key = (
        Borrowing.lens_variant_id == borrowed.lens_variant_id,
        Borrowing.response_id == borrowed.response_id,
    )
    if session.scalar(select(Borrowing.id).where(*key)) is None:
        session.add(Borrowing(**asdict(borrowed)))
        session.flush()
