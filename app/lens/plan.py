"""What a lens has to do once it is claimed: the variants with something to score, and of what."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.engines import PromptInput
from app.lens.check import Check
from app.lens.create import is_small
from app.lens.ownership import claim
from app.lens.probe import PROBES
from app.lens.progress import lens_progress
from app.lens.work import Task, forget_failures
from app.registry import VariantSpec
from app.runner import STRIKES, LaneMember
from app.tables import Lens, LensVariant, Prompt, Response, RunState
from app.variants import spec_of

_READ = PROBES * STRIKES  # others where the engine dies of the first


@dataclass(eq=False)
class Member(LaneMember[Task]):
    """One variant under the lens, refused or given up by its `error`; `after`: the last response
    that was read.

    `prompts` are for the self-check, `base_answers` too: prompt and token ids of the base's own.
    """

    id: int
    spec: VariantSpec
    base: VariantSpec
    prompts: list[PromptInput]
    base_answers: list[tuple[list[int], list[int]]]
    wants_exact: bool
    is_control: bool
    check: Check
    after: int = 0

    @property
    def texts(self) -> list[str]:
        """What both tokenizers are given."""
        return [one.text for one in self.prompts[:PROBES]]


@dataclass(frozen=True)
class Plan:
    """`searched`: ids of the variants whose answers are searched for borrowing; `due`: all there
    is to do, requests and searches."""

    lens_id: int
    members: list[Member]
    searched: list[int]
    due: int


def begin(session: Session, lens_id: int, owner: str, at: datetime) -> Plan:
    """Claims the lens. Raises what `claim` raises."""
    lens = claim(session, lens_id, owner, at)
    willing = [member for member in lens.variants if not member.refusal]
    for member in willing:
        forget_failures(session, member)
        member.state, member.error, member.log_tail = RunState.PENDING, None, None
    return Plan(
        lens_id,
        members=[_member(session, lens, one) for one in willing],
        searched=[one.id for one in lens.variants if one.trained_on],
        due=lens_progress(session, lens).due,
    )


def _member(session: Session, lens: Lens, member: LensVariant) -> Member:
    spec, base = spec_of(member.run_variant.variant), member.base
    assert base is not None  # or it would have been refused
    of_base = spec_of(base.variant)
    return Member(
        id=member.id,
        spec=spec,
        base=of_base,
        prompts=_prompts(session, member),
        base_answers=_answers(session, base.id),
        wants_exact=lens.wants_exact and is_small(spec, of_base),
        is_control=member.is_control,
        check=Check.model_validate(member.check),
    )


def _prompts(session: Session, member: LensVariant) -> list[PromptInput]:
    """Some that the variant has answered: others may have been too long for it."""
    answered = exists().where(
        Response.prompt_id == Prompt.id, Response.run_variant_id == member.run_variant_id
    )
    query = select(Prompt).where(answered).order_by(Prompt.position)
    found = session.scalars(query.limit(_READ))
    return [PromptInput(one.text, one.system, tuple(one.turns)) for one in found]


def _answers(session: Session, run_variant_id: int) -> list[tuple[list[int], list[int]]]:
    query = select(Response.prompt_token_ids, Response.token_ids).join(Response.prompt)
    mine = query.where(Response.run_variant_id == run_variant_id)
    ordered = mine.order_by(Prompt.position, Response.sample).limit(_READ)
    return [(prompt, tokens) for prompt, tokens in session.execute(ordered)]
