"""What there is and what comes next: the admin's home page, as a pipeline."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.tables import (
    Account,
    Assignment,
    Item,
    Prompt,
    PromptSet,
    RaterKind,
    Response,
    Run,
    RunState,
    Study,
    StudyState,
)


@dataclass(frozen=True)
class Overview:
    """Counts over the whole database; `judged` and `last_judged` look at people only."""

    variants: int
    prompt_sets: int
    prompts: int
    runs: int
    runs_active: int
    responses: int
    studies: int
    studies_open: int
    judged: int
    last_judged: int | None  # study id

    @property
    def next_step(self) -> str:
        """The first stage of the pipeline that still needs the admin."""
        if self.responses == 0 and self.prompt_sets == 0:
            return "prompts" if self.variants else "variants"
        if self.responses == 0:
            return "runs"
        if self.studies_open == 0 and self.judged == 0:
            return "studies"
        return "results"


def require_readable(session: Session) -> None:
    """Raises sqlalchemy's DatabaseError where the tables cannot be read; costs one row."""
    session.scalar(select(Account.id).limit(1))


def overview(session: Session, *, variants: int) -> Overview:
    """`variants` counts models.yaml, which is no table."""

    def count(column: object, *conditions: object) -> int:
        query = select(func.count(column)).where(*conditions)  # type: ignore[arg-type]
        return session.scalar(query) or 0

    by_people = (
        Assignment.submitted_at.is_not(None),
        Assignment.account_id.not_in(
            select(Account.id).where(Account.rater_kind != RaterKind.HUMAN)
        ),
    )
    return Overview(
        variants=variants,
        prompt_sets=count(PromptSet.id),
        prompts=count(Prompt.id),
        runs=count(Run.id),
        runs_active=count(Run.id, Run.state == RunState.RUNNING),
        responses=count(Response.id),
        studies=count(Study.id),
        studies_open=count(Study.id, Study.state == StudyState.OPEN),
        judged=count(Assignment.id, *by_people),
        last_judged=session.scalar(
            select(Item.study_id)
            .join(Assignment, Assignment.item_id == Item.id)
            .where(*by_people)
            .order_by(Assignment.submitted_at.desc())
            .limit(1)
        ),
    )


def latest_studies(session: Session, limit: int = 5) -> list[Study]:
    return list(session.scalars(select(Study).order_by(Study.id.desc()).limit(limit)))


def latest_runs(session: Session, limit: int = 5) -> list[Run]:
    return list(session.scalars(select(Run).order_by(Run.id.desc()).limit(limit)))
