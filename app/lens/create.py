"""Putting a run under the lens, and what that will cost."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.engines import vocabulary_size
from app.errors import AppError, Conflict, NotFound
from app.lens.bases import Pair, pairs_of
from app.lens.check import static_refusal
from app.lens.work import forget_uncontrolled
from app.registry import Registry, VariantSpec
from app.runs import is_held
from app.tables import (
    Borrowing,
    Lens,
    LensVariant,
    Response,
    Run,
    RunState,
    RunVariant,
    TokenShift,
)
from app.variants import spec_of

TOP = 20
"""Candidates asked for at each token where not all are: what vLLM gives unless told otherwise."""
EXACT_VOCABULARY = 4096
"""The largest vocabulary whose whole distributions are asked for; an answer is megabytes then."""
_BYTES_PER_CANDIDATE = 65  # of JSON, measured with vLLM 0.32


@dataclass(frozen=True)
class Cost:
    """Of a lens that has yet to be made: `tokens` are read by engines in all requests together,
    of which `megabytes` of log-probabilities come back."""

    answers: int
    requests: int
    tokens: int
    megabytes: int


def put_under_lens(
    session: Session, run: Run, registry: Registry | None = None, *, wants_exact: bool = True
) -> Lens:
    """The run's lens, new or as it was, with every tuned variant in it.

    What each was trained on is what `registry` says now, not what it said when the run was made.
    A variant that was refused for something that has changed since gets another chance. Raises
    Conflict for a run that is not finished or whose lens is being worked on, AppError for one with
    nothing to compare.
    """
    pairs = pairs_to_compare(run)
    lens = find_lens(session, run) or Lens(run_id=run.id)
    if is_held(lens.owner, lens.heartbeat_at, now()):
        raise being_worked_on()
    lens.wants_exact = wants_exact
    session.add(lens)
    session.flush()
    known = {member.run_variant_id: member for member in lens.variants}
    for pair in pairs:
        member = known.get(pair.tuned.id) or LensVariant(
            run_variant_id=pair.tuned.id, trained_on={}
        )
        _update(session, member, pair)
        _note_set(session, member, pair, registry)
        if member.run_variant_id not in known:
            lens.variants.append(member)
    session.flush()
    return lens


def pairs_to_compare(run: Run) -> list[Pair]:
    """Raises Conflict for a run that is not finished, AppError for one with nothing to compare."""
    if run.imported:
        hint = "Put the variants into models.yaml and make a run of the same prompts."
        raise AppError("Recorded answers have no engine that could score them.", hint=hint)
    if run.state in (RunState.PENDING, RunState.RUNNING):
        raise Conflict("This run is not finished.", hint="Wait for it, or stop it.")
    pairs = pairs_of(run)
    if not any(pair.tuned is not pair.base for pair in pairs):
        hint = "Make a run with the base and at least one variant that was tuned from it."
        raise AppError("This run has no tuned variant.", hint=hint)
    return pairs


def _update(session: Session, member: LensVariant, pair: Pair) -> None:
    member.base_id = pair.base.id if pair.base else None
    if member.refusal:  # what was found before that was put right is not to be trusted
        session.execute(delete(TokenShift).where(TokenShift.lens_variant_id == member.id))
        member.check = {}
    forget_uncontrolled(session, member)
    member.refusal = pair.refusal or static_refusal(spec_of(pair.tuned.variant))
    if member.refusal:
        member.state = RunState.FAILED
    elif member.state is not RunState.DONE:
        member.state = RunState.PENDING


def _note_set(session: Session, member: LensVariant, pair: Pair, registry: Registry | None) -> None:
    """What was borrowed from a set that is read in another way now is forgotten; one that could
    not be read is tried again."""
    if pair.base is None or pair.tuned is pair.base:
        return
    how = _set_of(pair.tuned, registry)
    if how is None:
        return
    if member.trained_on.get("set") != how:
        session.execute(delete(Borrowing).where(Borrowing.lens_variant_id == member.id))
        member.trained_on = {"set": how}
    elif member.trained_on.get("error"):
        member.trained_on = member.trained_on | {"error": None}


def _set_of(tuned: RunVariant, registry: Registry | None) -> dict[str, Any] | None:
    named = {one.name: one.trained_on for one in registry.variants} if registry else {}
    found = named.get(tuned.variant.name)
    return found.model_dump(mode="json") if found else None


def not_searched(lens: Lens, registry: Registry) -> tuple[str, ...]:
    """The variants whose instruction set, as `registry` names it now, was never searched."""
    tuned = [one for one in lens.variants if one.base_id and not one.is_control]
    sets = ((one, _set_of(one.run_variant, registry)) for one in tuned)
    return tuple(
        one.run_variant.variant.name
        for one, how in sets
        if how and one.trained_on.get("set") != how
    )


def being_worked_on() -> Conflict:
    return Conflict("The tokens of this run are being scored.", hint="Stop it first, or wait.")


def find_lens(session: Session, run: Run) -> Lens | None:
    return session.scalar(select(Lens).where(Lens.run_id == run.id))


def get_lens(session: Session, lens_id: int) -> Lens:
    """Raises NotFound."""
    lens = session.get(Lens, lens_id)
    if lens is None:
        raise NotFound("There is no such lens.", hint="Open it from the page of its run.")
    return lens


def is_small(spec: VariantSpec, base: VariantSpec) -> bool:
    """Whether whole distributions are worth asking for, and of the same tokens."""
    size = vocabulary_size(spec)
    return size is not None and size <= EXACT_VOCABULARY and size == vocabulary_size(base)


def cost_of(session: Session, run: Run, *, wants_exact: bool = True) -> Cost:
    """Of all answers of the run, whatever was scored before. Raises as `pairs_to_compare` does."""
    costs = [
        _cost(session, pair.tuned, pair.base, wants_exact)
        for pair in pairs_to_compare(run)
        if pair.base
    ]
    return Cost(
        answers=sum(cost.answers for cost in costs),
        requests=sum(cost.requests for cost in costs),
        tokens=sum(cost.tokens for cost in costs),
        megabytes=sum(cost.megabytes for cost in costs),
    )


def _cost(session: Session, tuned: RunVariant, base: RunVariant, wants_exact: bool) -> Cost:
    """Without the control, which most variants have no need of."""
    lengths = (
        func.json_array_length(Response.token_ids),
        func.json_array_length(Response.prompt_token_ids),
    )
    query = select(func.count(), *(func.sum(length) for length in lengths))
    row = session.execute(query.where(Response.run_variant_id == tuned.id)).one()
    is_control = tuned is base
    answers, each = int(row[0] or 0), 1 if is_control else 2
    tokens = each * int((row[1] or 0) + (row[2] or 0))
    spec = spec_of(tuned.variant)
    whole = wants_exact and not is_control and is_small(spec, spec_of(base.variant))
    candidates = (vocabulary_size(spec) or TOP) if whole else TOP
    return Cost(
        answers, each * answers, tokens, tokens * candidates * _BYTES_PER_CANDIDATE // 10**6
    )
