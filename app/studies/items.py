"""Which items a study would have: its prompts x its design, where every answer exists."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables import Design, Prompt, Response, Run, Study

PlannedItem = tuple[int, tuple[int, ...]]  # prompt id, response ids


@dataclass(frozen=True)
class ItemPlan:
    """`skipped` counts prompts that lack an answer."""

    items: tuple[PlannedItem, ...]
    prompts: int
    skipped: int


def plan_items(session: Session, study: Study) -> ItemPlan:
    """The items of the study as it stands: first samples only, in the prompt set's order."""
    members = [variant.run_variant_id for variant in study.variants]
    answers = _answers(session, members)
    prompt_ids = _prompt_ids(session, study)
    complete = [p for p in prompt_ids if all(m in answers[p] for m in members)]
    chosen = complete[: study.max_prompts] if study.max_prompts else complete
    items = [
        (prompt, tuple(answers[prompt][member] for member in group))
        for prompt in chosen
        for group in _groups(study.design, members)
    ]
    return ItemPlan(tuple(items), len(chosen), len(prompt_ids) - len(complete))


def _groups(design: Design, members: list[int]) -> list[tuple[int, ...]]:
    if design is Design.PAIRWISE:
        return list(combinations(members, 2))
    return [tuple(members)]


def _prompt_ids(session: Session, study: Study) -> list[int]:
    query = select(Prompt.id).where(Prompt.prompt_set_id == study.run.prompt_set_id)
    if study.category is not None:
        query = query.where(Prompt.category == study.category)
    return list(session.scalars(query.order_by(Prompt.position)))


def _answers(session: Session, members: list[int]) -> defaultdict[int, dict[int, int]]:
    """prompt id -> run variant id -> response id."""
    query = select(Response.prompt_id, Response.run_variant_id, Response.id).where(
        Response.run_variant_id.in_(members), Response.sample == 0
    )
    answers: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for prompt_id, member, response_id in session.execute(query):
        answers[prompt_id][member] = response_id
    return answers


def categories(session: Session, run: Run) -> list[str]:
    """The categories of the run's prompts, for narrowing a study."""
    query = select(Prompt.category).where(
        Prompt.prompt_set_id == run.prompt_set_id, Prompt.category.is_not(None)
    )
    return sorted({category for category in session.scalars(query) if category})
