"""Which responses are due, and saving what came back. Safe to repeat: nothing is ever doubled."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, literal, or_, select, true, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import Base, now
from app.engines import Generation, PromptInput
from app.introductions import find_introduction
from app.registry import SamplingSpec
from app.tables import Prompt, Response, Run, RunFailure, RunVariant, Variant


@dataclass(frozen=True)
class Work:
    """One request to make: a prompt and the number of the sample, for one variant of a run."""

    run_variant_id: int
    prompt_id: int
    position: int
    sample: int
    key: str
    prompt: PromptInput

    @property
    def cursor(self) -> tuple[int, int]:
        return self.position, self.sample


@dataclass(frozen=True)
class Answered:
    """An answer, with the sampling and seed that it was asked with."""

    work: Work
    sampling: SamplingSpec
    seed: int
    generation: Generation


@dataclass(frozen=True)
class Failed:
    """A request that cannot succeed in this attempt."""

    work: Work
    message: str


def request_seed(run_seed: int, key: str, sample: int) -> int:
    """31 bits from the run's seed, the prompt and the sample: the same for every variant."""
    digest = hashlib.sha256(f"{run_seed}\0{key}\0{sample}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1


def due(
    session: Session, run_variant_id: int, *, limit: int, after: tuple[int, int] = (-1, 0)
) -> list[Work]:
    """The next requests without a response in the prompts' order, past the cursor `after`.

    One page by an index; cheap at any place of a large prompt set. Earlier failures are due.
    """
    member = session.get_one(RunVariant, run_variant_id)
    samples = _samples(member.run)
    sample: ColumnElement[int] = samples.c.sample
    query = (
        select(Prompt, sample)
        .join(samples, true())
        .where(
            Prompt.prompt_set_id == member.run.prompt_set_id,
            _is_past(after, sample),
            ~_is_answered(run_variant_id, sample),
        )
        .order_by(Prompt.position, sample)
        .limit(limit)
    )
    return [_work(run_variant_id, *row) for row in session.execute(query)]


def _samples(run: Run) -> Any:
    """A table of the numbers 0 .. samples - 1."""
    first = select(literal(0).label("sample")).cte("samples", recursive=True)
    more = select(first.c.sample + 1).where(first.c.sample + 1 < run.samples)
    return first.union_all(more)


def _is_past(after: tuple[int, int], sample: ColumnElement[int]) -> ColumnElement[bool]:
    # The first condition is implied by the second; it is what the index can use.
    position, last_sample = after
    later = or_(Prompt.position > position, sample > last_sample)
    return and_(Prompt.position >= position, later)


def _is_answered(run_variant_id: int, sample: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(
        Response.run_variant_id == run_variant_id,
        Response.prompt_id == Prompt.id,
        Response.sample == sample,
    )


def _work(run_variant_id: int, prompt: Prompt, sample: int) -> Work:
    return Work(
        run_variant_id=run_variant_id,
        prompt_id=prompt.id,
        position=prompt.position,
        sample=sample,
        key=prompt.key,
        prompt=PromptInput(prompt.text, prompt.system, tuple(prompt.turns)),
    )


def save_batch(
    session: Session, *, answered: Sequence[Answered] = (), failed: Sequence[Failed] = ()
) -> None:
    """Keeps the first response to each request; a success clears the request's failure."""
    works = [*(a.work for a in answered), *(f.work for f in failed)]
    names = variant_names(session, {a.work.run_variant_id for a in answered})
    _delete_failures(session, works)
    _insert(session, Response, [_response_row(a, names) for a in answered])
    _insert(session, RunFailure, [_key(f.work) | {"message": f.message} for f in failed])
    # A request has a response or a failure, never both, whichever of two runners came first.
    _delete_failures(session, works, _has_response())


def variant_names(session: Session, run_variant_ids: Collection[int]) -> list[str]:
    """Of all variants in the same runs: an answer may take itself for another one."""
    runs = select(RunVariant.run_id).where(RunVariant.id.in_(run_variant_ids))
    query = select(Variant.name).join(RunVariant, RunVariant.variant_id == Variant.id)
    return list(session.scalars(query.where(RunVariant.run_id.in_(runs)).distinct()))


def _response_row(answered: Answered, names: Sequence[str]) -> dict[str, Any]:
    generation = answered.generation
    return _key(answered.work) | {
        "text": generation.text,
        "finish_reason": generation.finish_reason,
        "seed": answered.seed,
        "sampling": answered.sampling.model_dump(mode="json", exclude_none=True),
        "rendered_prompt": generation.rendered_prompt,
        "prompt_token_ids": generation.prompt_token_ids,
        "token_ids": generation.token_ids,
        "logprobs": generation.logprobs,
        "latency_ms": generation.latency_ms,
        "introduces_itself": find_introduction(generation.text, names),
    }


def _key(work: Work) -> dict[str, Any]:
    return {
        "run_variant_id": work.run_variant_id,
        "prompt_id": work.prompt_id,
        "sample": work.sample,
    }


def _insert(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    # ON CONFLICT has no dialect-neutral spelling in SQLAlchemy.
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    stamped = [row | {"created_at": now()} for row in rows]
    session.execute(dialect.insert(table).on_conflict_do_nothing(), stamped)


def _delete_failures(
    session: Session, works: Sequence[Work], *conditions: ColumnElement[bool]
) -> None:
    columns = (RunFailure.run_variant_id, RunFailure.prompt_id, RunFailure.sample)
    keys = [(work.run_variant_id, work.prompt_id, work.sample) for work in works]
    session.execute(
        delete(RunFailure).where(tuple_(*columns).in_(keys), *conditions),
        execution_options={"synchronize_session": False},
    )


def _has_response() -> ColumnElement[bool]:
    return exists().where(
        Response.run_variant_id == RunFailure.run_variant_id,
        Response.prompt_id == RunFailure.prompt_id,
        Response.sample == RunFailure.sample,
    )
