"""Making, changing, finding and deleting studies. Only drafts change."""

import secrets
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.criteria import DEFAULT_CRITERIA, INSTRUCTIONS, CriterionForm, check_criteria
from app.db import RowId
from app.errors import AppError, Conflict, NotFound
from app.runs import get_run
from app.studies.checks import remove_checks
from app.studies.items import categories
from app.tables import (
    Account,
    Coverage,
    Criterion,
    Design,
    Invitation,
    LiveComparison,
    Run,
    Study,
    StudyState,
    StudyVariant,
)


class StudyForm(BaseModel):
    """What the admin chooses. `category` and `max_prompts` narrow the run's prompts.

    `pairs` are run variants; without any, and without `blocks_per_prompt`, all are compared.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    run_id: RowId
    run_variant_ids: list[RowId] = Field(min_length=2, max_length=9)
    design: Design = Design.SIDE_BY_SIDE
    pairs: list[tuple[RowId, RowId]] | None = None
    block_size: int | None = Field(None, ge=3, le=8)
    blocks_per_prompt: int | None = Field(None, ge=1, le=1000)
    samples: int = Field(1, ge=1, le=100)
    category: str | None = None
    max_prompts: int | None = Field(None, ge=1, lt=2**31)
    stratified: bool = False
    coverage: Coverage = Coverage.BALANCED
    adaptive: bool = False
    reserve_minutes: int = Field(30, ge=1, le=24 * 60)
    ratings_per_item: int = Field(1, ge=1, le=1000)
    instructions: str = Field(INSTRUCTIONS, max_length=20000)
    show_reference: bool = True
    markdown: bool = True
    mask_introductions: bool = False
    strip_half: bool = False
    marks: bool = False
    criteria: list[CriterionForm] = Field(default_factory=lambda: list(DEFAULT_CRITERIA))
    seed: int = Field(default_factory=lambda: secrets.randbelow(2**31), ge=0, lt=2**31)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.run_variant_ids)) < len(self.run_variant_ids):
            raise ValueError("each variant can be chosen only once")
        check_criteria(self.criteria)
        self._check_design()
        return self

    def _check_design(self) -> None:
        count = len(self.run_variant_ids)
        if self.design is Design.BLOCKS and not 2 < (self.block_size or 0) < count:
            raise ValueError(
                f"blocks of {count} variants hold 3 to {count - 1} of them"
                if count > 3
                else "blocks need at least 4 variants; take all side by side"
            )
        if self.design is Design.PAIRWISE and self.pairs is not None:
            self._check_pairs(self.pairs)
        if self.adaptive and self.design is not Design.PAIRWISE:
            raise ValueError("only pairs can be chosen by uncertainty")
        if self.adaptive and self.coverage is not Coverage.BALANCED:
            raise ValueError("choosing by uncertainty needs a number of raters per item")

    def _check_pairs(self, pairs: list[tuple[int, int]]) -> None:
        members = {member for pair in pairs for member in pair}
        if not members <= set(self.run_variant_ids) or any(a == b for a, b in pairs):
            raise ValueError("a pair takes two different ones of the chosen variants")
        if members != set(self.run_variant_ids):
            raise ValueError("every chosen variant has to be in a pair")


# Columns of the study that hold what the form says.
COPIED = (
    *("name", "design", "block_size", "blocks_per_prompt", "samples", "category", "max_prompts"),
    *("stratified", "coverage", "adaptive", "reserve_minutes", "ratings_per_item"),
    *("instructions", "show_reference", "markdown", "mask_introductions", "strip_half"),
    *("marks", "seed"),
)


def create_study(session: Session, form: StudyForm) -> Study:
    """A draft. Raises NotFound (run), Conflict (name taken), AppError (variants of another run)."""
    study = Study(public_id=secrets.token_urlsafe(12))
    _apply(session, study, form)
    session.add(study)
    session.flush()
    return study


def update_study(session: Session, study: Study, form: StudyForm) -> Study:
    """Raises what `create_study` raises, and Conflict once the study has been opened."""
    _require_draft(study, "changed")
    study.criteria.clear()
    study.variants.clear()
    session.flush()
    _apply(session, study, form)
    session.flush()
    return study


def delete_study(session: Session, study: Study) -> None:
    """Deletes a draft with its raters. Raises Conflict once the study has been opened."""
    _require_draft(study, "deleted")
    invitations = session.scalars(select(Invitation).where(Invitation.study_id == study.id)).all()
    remove_checks(session, study)
    accounts = [invitation.account for invitation in invitations]
    for invitation in invitations:
        session.delete(invitation)
    session.flush()
    for account in accounts:
        _delete_account(session, account)
    session.delete(study)
    session.flush()


def _delete_account(session: Session, account: Account) -> None:
    """Frees the rater's name, unless the account asked something on the live page."""
    asked = exists().where(LiveComparison.account_id == account.id)
    if not session.scalar(select(asked)):
        session.delete(account)


def list_studies(session: Session) -> list[Study]:
    """Newest first."""
    return list(session.scalars(select(Study).order_by(Study.id.desc())))


def get_study(session: Session, study_id: int) -> Study:
    """Raises NotFound."""
    study = session.get(Study, study_id)
    if study is None:
        raise NotFound("This study does not exist.", hint="Choose one of the list of studies.")
    return study


def get_study_by_public_id(session: Session, public_id: str) -> Study:
    """Raises NotFound."""
    study = session.scalar(select(Study).where(Study.public_id == public_id))
    if study is None:
        raise NotFound("There is nothing at this address.", hint="Open your personal link again.")
    return study


def _apply(session: Session, study: Study, form: StudyForm) -> None:
    run = get_run(session, form.run_id)
    _require_free_name(session, study, form.name)
    _require_members(run, form.run_variant_ids)
    _require_prompts(session, run, form)
    study.run = run
    for name in COPIED:
        setattr(study, name, getattr(form, name))
    study.pairs = [list(pair) for pair in form.pairs] if form.pairs else None
    study.criteria = [
        Criterion(position=position, **criterion.model_dump())
        for position, criterion in enumerate(form.criteria)
    ]
    study.variants = [
        StudyVariant(position=position, run_variant_id=member)
        for position, member in enumerate(form.run_variant_ids)
    ]


def _require_free_name(session: Session, study: Study, name: str) -> None:
    taken = session.scalar(select(Study.id).where(Study.name == name))
    if taken is not None and taken != study.id:
        raise Conflict(f"There is already a study called {name}.", hint="Choose another name.")


def _require_members(run: Run, run_variant_ids: list[int]) -> None:
    if not set(run_variant_ids) <= {member.id for member in run.variants}:
        raise AppError(
            f"A chosen variant does not belong to the run {run.name}.",
            hint="Choose among the variants of this run.",
        )


def _require_prompts(session: Session, run: Run, form: StudyForm) -> None:
    if form.samples > run.samples:
        raise AppError(
            f"The run {run.name} has {run.samples} answers of a variant to a prompt, not "
            f"{form.samples}.",
            hint="Compare as many samples as there are, or make a run with more.",
        )
    known = categories(session, run)
    if form.category is not None and form.category not in known:
        raise AppError(
            f"No prompt of the run {run.name} has the category {form.category}.",
            hint=f"Its categories: {', '.join(known) or 'none'}.",
        )


def _require_draft(study: Study, what: str) -> None:
    if study.state is not StudyState.DRAFT:
        raise Conflict(
            f"{study.name} has been opened and cannot be {what} any more.",
            hint="Raters' judgements refer to it as it is. Make a new study instead.",
        )
