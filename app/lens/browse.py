"""The prompts of a run under the lens, with how much of each answer is shifted."""

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analysis.tokens import Shift
from app.errors import NotFound
from app.lens.result import VariantLens
from app.runs import matching_prompts
from app.tables import Prompt, Run


class Order(enum.StrEnum):
    """How prompts are sorted: most shifted first, or as in their file."""

    SHIFTED = "shifted"
    PROMPT = "prompt"


@dataclass(frozen=True)
class Counted:
    """Tokens of one variant's answers to one prompt, all samples together."""

    tokens: int
    marginal: int
    shifted: int


@dataclass(frozen=True)
class PromptRow:
    """`counts` in the order of the page's variants; None where nothing was compared."""

    prompt: Prompt
    counts: tuple[Counted | None, ...]


@dataclass(frozen=True)
class PromptsPage:
    """`total` counts the prompts that match the search."""

    variants: tuple[VariantLens, ...]
    rows: tuple[PromptRow, ...]
    total: int
    offset: int
    limit: int
    search: str
    order: Order

    @property
    def tuned(self) -> tuple[tuple[int, VariantLens], ...]:
        """The variants that are held against another, each with its place in `counts`."""
        return tuple((at, one) for at, one in enumerate(self.variants) if not one.is_control)


@dataclass(frozen=True)
class Place:
    """A prompt among those that match: `number` from 1, and the ids beside it."""

    number: int
    total: int
    before: int | None
    after: int | None


def prompts_page(
    session: Session,
    run: Run,
    found: Sequence[VariantLens],
    *,
    order: Order = Order.SHIFTED,
    search: str = "",
    offset: int = 0,
    limit: int = 20,
) -> PromptsPage:
    """Prompts of which an answer was compared. `search` looks in prompts and answers."""
    counts = [_counts(one) for one in found]
    ids = _in_order(session, run, found, order, search)
    shown = ids[offset : offset + limit]
    prompts = {one.id: one for one in session.scalars(select(Prompt).where(Prompt.id.in_(shown)))}
    return PromptsPage(
        variants=tuple(found),
        rows=tuple(
            PromptRow(prompts[one], tuple(each.get(one) for each in counts)) for one in shown
        ),
        total=len(ids),
        offset=offset,
        limit=limit,
        search=search,
        order=order,
    )


def prompt_of(session: Session, run: Run, prompt_id: int) -> Prompt:
    """Raises NotFound."""
    prompt = session.get(Prompt, prompt_id)
    if prompt is None or prompt.prompt_set_id != run.prompt_set_id:
        raise NotFound("This run has no such prompt.", hint="Choose one of its list.")
    return prompt


def place_of(
    session: Session,
    run: Run,
    found: Sequence[VariantLens],
    prompt: Prompt,
    *,
    order: Order = Order.SHIFTED,
    search: str = "",
) -> Place | None:
    """None of a prompt that does not match the search, or has nothing compared."""
    ids = _in_order(session, run, found, order, search)
    if prompt.id not in ids:
        return None
    at = ids.index(prompt.id)
    return Place(
        number=at + 1,
        total=len(ids),
        before=ids[at - 1] if at else None,
        after=ids[at + 1] if at + 1 < len(ids) else None,
    )


def _in_order(
    session: Session, run: Run, found: Sequence[VariantLens], order: Order, search: str
) -> list[int]:
    compared = {prompt for one in found for prompt in one.read.prompts}
    ids = [one for one in matching_prompts(session, run, search) if one in compared]
    if order is Order.PROMPT:
        return ids
    counts = [_counts(one) for one in found if not one.is_control]
    return sorted(ids, key=lambda prompt: -_share(each.get(prompt) for each in counts))


def _share(counts: Iterable[Counted | None]) -> float:
    there = [one for one in counts if one]
    tokens = sum(one.tokens for one in there)
    return sum(one.shifted for one in there) / tokens if tokens else 0.0


def _counts(one: VariantLens) -> dict[int, Counted]:
    """By the id of the prompt."""
    ids, place = np.unique(one.read.prompts, return_inverse=True)
    row = place[one.read.tokens.answer]
    shift = one.read.tokens.shift
    columns = [
        np.bincount(row[kept], minlength=len(ids)).tolist()
        for kept in (shift >= 0, shift == Shift.MARGINAL, shift == Shift.SHIFTED)
    ]
    return dict(zip(ids.tolist(), map(Counted, *columns), strict=True))
