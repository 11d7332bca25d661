"""Reading the answers of a run, prompt by prompt, for the admin."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from app.runs.create import get_run
from app.tables import Prompt, Response, Run, RunFailure, RunVariant


@dataclass(frozen=True)
class AnswerCell:
    """One variant's answer to a prompt, or why there is none."""

    sample: int
    text: str | None = None
    finish_reason: str | None = None
    latency_ms: int | None = None
    introduces_itself: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class AnswerRow:
    """A prompt and, in the order of the page's variants, the answers of each."""

    prompt: Prompt
    answers: tuple[tuple[AnswerCell, ...], ...]


@dataclass(frozen=True)
class AnswersPage:
    """`total` counts the prompts that match the search."""

    variants: tuple[str, ...]
    rows: tuple[AnswerRow, ...]
    total: int
    offset: int
    limit: int
    search: str


def answers_page(
    session: Session, run_id: int, *, offset: int = 0, limit: int = 20, search: str = ""
) -> AnswersPage:
    """Prompts in file order; `search` looks in prompts, categories and answers. NotFound."""
    run = get_run(session, run_id)
    chosen = _matches(run, search.strip())
    prompts = select(Prompt).where(*chosen).order_by(Prompt.position).offset(offset).limit(limit)
    rows = session.scalars(prompts).all()
    cells = _cells(session, run, [prompt.id for prompt in rows])
    return AnswersPage(
        variants=tuple(member.variant.name for member in run.variants),
        rows=tuple(
            AnswerRow(prompt, tuple(tuple(cells[m.id, prompt.id]) for m in run.variants))
            for prompt in rows
        ),
        total=session.scalar(select(func.count(Prompt.id)).where(*chosen)) or 0,
        offset=offset,
        limit=limit,
        search=search,
    )


def matching_prompts(session: Session, run: Run, search: str = "") -> list[int]:
    """Ids in file order; `search` as on `answers_page`."""
    chosen = _matches(run, search.strip())
    return list(session.scalars(select(Prompt.id).where(*chosen).order_by(Prompt.position)))


def _matches(run: Run, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Prompt.prompt_set_id == run.prompt_set_id]
    if search:
        members = select(RunVariant.id).where(RunVariant.run_id == run.id)
        said = exists().where(
            Response.run_variant_id.in_(members),
            Response.prompt_id == Prompt.id,
            Response.text.icontains(search, autoescape=True),
        )
        columns = (Prompt.text, Prompt.key, Prompt.category)
        conditions.append(or_(said, *(c.icontains(search, autoescape=True) for c in columns)))
    return conditions


def _cells(
    session: Session, run: Run, prompt_ids: list[int]
) -> defaultdict[tuple[int, int], list[AnswerCell]]:
    """Answers and failures by (run variant, prompt), samples in order."""
    members = [member.id for member in run.variants]
    cells: defaultdict[tuple[int, int], list[AnswerCell]] = defaultdict(list)
    answers = select(
        Response.run_variant_id,
        Response.prompt_id,
        Response.sample,
        Response.text,
        Response.finish_reason,
        Response.latency_ms,
        Response.introduces_itself,
    ).where(Response.run_variant_id.in_(members), Response.prompt_id.in_(prompt_ids))
    for member_id, prompt_id, sample, text, reason, latency, phrase in session.execute(answers):
        cell = AnswerCell(sample, text, reason, latency, introduces_itself=phrase)
        cells[member_id, prompt_id].append(cell)
    failures = select(RunFailure).where(
        RunFailure.run_variant_id.in_(members), RunFailure.prompt_id.in_(prompt_ids)
    )
    for failure in session.scalars(failures):
        cell = AnswerCell(failure.sample, error=failure.message)
        cells[failure.run_variant_id, failure.prompt_id].append(cell)
    for found in cells.values():
        found.sort(key=lambda cell: cell.sample)
    return cells
