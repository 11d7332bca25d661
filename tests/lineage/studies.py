"""Studies of variants that have folders of their own, judged through Triptych's own steps."""

import random
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.criteria import CriterionForm
from app.prompts import import_prompts
from app.ratings.form import VerdictForm
from app.registry import Registry
from app.runs import RunForm, create_run
from app.studies import StudyForm, create_study, open_study
from app.tables import Outcome, Prompt, PromptSet, Response, Run, RunState, Study
from tests.results.judged_study import Judge, judge_all

PROMPTS = 6


def prompt_set(session: Session, name: str, *, prompts: int = PROMPTS) -> PromptSet:
    """Same numbers, same content, whatever the name."""
    rows = "prompt\n" + "".join(f"Question {number}?\n" for number in range(prompts))
    file = BytesIO(rows.encode())
    return import_prompts(session, name=name, filename="prompts.csv", data=file).prompt_set


def answered(session: Session, registry: Registry, prompts: PromptSet, **fields: Any) -> Run:
    """A finished run of all variants, with answers that tell them apart."""
    names = [variant.name for variant in registry.variants]
    form = RunForm(name=prompts.name, prompt_set_id=prompts.id, variants=names, **fields)
    run = create_run(session, registry, form)
    keys = session.scalars(select(Prompt.id).where(Prompt.prompt_set_id == prompts.id)).all()
    rows = [
        {"run_variant_id": member.id, "prompt_id": key, "text": f"{member.variant.name} on {key}"}
        for member in run.variants
        for key in keys
    ]
    session.execute(insert(Response), rows)
    run.state = RunState.DONE
    return run


def judged(
    session: Session,
    registry: Registry,
    name: str,
    strengths: Mapping[str, float],
    *,
    prompts: int = PROMPTS,
    raters: int = 1,
    sampling: Mapping[str, float] | None = None,
    **study: Any,
) -> Study:
    """A study of everything in the registry, judged by all of its raters."""
    run = answered(
        session, registry, prompt_set(session, name, prompts=prompts), **(sampling or {})
    )
    form = StudyForm(
        name=name,
        run_id=run.id,
        run_variant_ids=[member.id for member in run.variants],
        ratings_per_item=raters,
        seed=3,
        **study,
    )
    made = create_study(session, form)
    open_study(session, made)
    judge_all(session, made, by_strength(strengths), raters=raters, revised=0)
    return made


def by_strength(strengths: Mapping[str, float]) -> Judge:
    """The stronger wins where the difference is larger than chance."""

    def judge(
        rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]
    ) -> VerdictForm:
        worth = {slot: strengths[name] + rng.gauss(0, 1) for slot, name in shown.items()}
        order: Sequence[int] = sorted(worth, key=lambda slot: -worth[slot])
        scores = {slot: 4 if worth[slot] > 0.5 else 2 for slot in shown} if criterion.scale else {}
        ranks = {slot: order.index(slot) + 1 for slot in shown}
        return VerdictForm(key=criterion.key, outcome=Outcome.RANKED, ranks=ranks, scores=scores)

    return judge
