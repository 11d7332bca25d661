"""Which items a study would have: its prompts x its design, where every answer exists."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.studies.designs import candidates, draw_half, draw_stratified, plan_groups
from app.tables import Design, Prompt, Response, Run, Study

Answers = dict[tuple[int, int], dict[int, int]]
"""(prompt id, sample) -> run variant id -> response id."""


class PlannedItem(NamedTuple):
    """`members` are places among the study's variants; `response_ids` in the same order.
    `is_stripped`: shown without openers and formatting."""

    prompt_id: int
    sample: int
    members: tuple[int, ...]
    response_ids: tuple[int, ...]
    is_stripped: bool = False


@dataclass(frozen=True)
class ItemPlan:
    """`skipped` counts prompts that lack an answer."""

    items: tuple[PlannedItem, ...]
    prompts: int
    skipped: int

    @property
    def stripped(self) -> int:
        """How many items are shown without openers and formatting."""
        return sum(item.is_stripped for item in self.items)

    @property
    def appearances(self) -> Counter[int]:
        """Place of a variant -> how many items it is in."""
        return Counter(place for item in self.items for place in item.members)

    @property
    def meetings(self) -> Counter[tuple[int, int]]:
        """Places of two variants -> how many items they are in together."""
        return Counter(pair for item in self.items for pair in combinations(item.members, 2))


def plan_items(session: Session, study: Study) -> ItemPlan:
    """The items of the study as it stands, in the prompt set's order; sample 0 first."""
    members = [variant.run_variant_id for variant in study.variants]
    answers = _answers(session, members, study.samples)
    prompts = _prompts(session, study)
    complete = [one for one in prompts if _is_complete(answers, one[0], study.samples, members)]
    chosen = dict(_narrowed(study, complete))
    items = _items(study, members, list(chosen), answers)
    if study.strip_half:
        items = _half_stripped(items, chosen, seed=study.seed)
    return ItemPlan(tuple(items), len(chosen), len(prompts) - len(complete))


def answers_per_item(study: Study) -> int:
    if study.design is Design.PAIRWISE:
        return 2
    blocks = study.block_size if study.design is Design.BLOCKS else None
    return blocks or len(study.variants)


def _is_complete(answers: Answers, prompt_id: int, samples: int, members: Sequence[int]) -> bool:
    return all(
        member in answers.get((prompt_id, sample), {})
        for sample in range(samples)
        for member in members
    )


def _narrowed(study: Study, prompts: list[tuple[int, str | None]]) -> list[tuple[int, str | None]]:
    if not study.max_prompts:
        return prompts
    if not study.stratified:
        return prompts[: study.max_prompts]
    places = draw_stratified(
        [category for _, category in prompts], study.max_prompts, seed=study.seed
    )
    return [prompts[place] for place in places]


def _items(
    study: Study, members: list[int], prompt_ids: list[int], answers: Answers
) -> list[PlannedItem]:
    units = [(prompt_id, sample) for sample in range(study.samples) for prompt_id in prompt_ids]
    groups = candidates(
        study.design,
        len(members),
        size=study.block_size,
        pairs=study.pairs and [[members.index(one) for one in pair] for pair in study.pairs],
    )
    planned = plan_groups(groups, units, per_unit=study.blocks_per_prompt, seed=study.seed)
    return [
        PlannedItem(*unit, group, tuple(answers[unit][members[place]] for place in group))
        for unit, chosen in zip(units, planned, strict=True)
        for group in chosen
    ]


def _half_stripped(
    items: Sequence[PlannedItem], categories: Mapping[int, str | None], *, seed: int
) -> list[PlannedItem]:
    """The items of a random half of the prompts, `categories` by prompt, are stripped.

    By prompt, so that nobody meets an answer in both forms and the halves have no prompt in
    common; balanced within the variants that meet, and there within categories.
    """
    members = {prompt_id: list[tuple[int, ...]]() for prompt_id in categories}
    for item in items:
        members[item.prompt_id].append(item.members)
    strata = [(members[one], category or "") for one, category in categories.items()]
    drawn = dict(zip(categories, draw_half(strata, seed=seed), strict=True))
    return [item._replace(is_stripped=drawn[item.prompt_id]) for item in items]


def _prompts(session: Session, study: Study) -> list[tuple[int, str | None]]:
    """(id, category) in the prompt set's order."""
    query = select(Prompt.id, Prompt.category).where(
        Prompt.prompt_set_id == study.run.prompt_set_id
    )
    if study.category is not None:
        query = query.where(Prompt.category == study.category)
    rows = session.execute(query.order_by(Prompt.position))
    return [(prompt_id, category) for prompt_id, category in rows]


def _answers(session: Session, members: list[int], samples: int) -> Answers:
    query = select(Response.prompt_id, Response.sample, Response.run_variant_id, Response.id).where(
        Response.run_variant_id.in_(members), Response.sample < samples
    )
    answers: defaultdict[tuple[int, int], dict[int, int]] = defaultdict(dict)
    for prompt_id, sample, member, response_id in session.execute(query):
        answers[prompt_id, sample][member] = response_id
    return answers


def categories(session: Session, run: Run) -> list[str]:
    """The categories of the run's prompts, for narrowing a study."""
    query = select(Prompt.category).where(
        Prompt.prompt_set_id == run.prompt_set_id, Prompt.category.is_not(None)
    )
    return sorted({category for category in session.scalars(query) if category})
