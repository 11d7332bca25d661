"""Making a variant of models.yaml the judge of a study."""

import secrets

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import Conflict, NotFound
from app.judges.wording import WORDING
from app.registry import Registry, VariantSpec
from app.tables import Account, Entry, Invitation, Judge, RaterKind, Role, Study, StudyState
from app.variants import freeze


class JudgeForm(BaseModel):
    """`variant` of models.yaml judges under `name` (its own by default), at most so many regular
    items. `accepts_relation`: it may judge answers of its own kind."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    variant: str = Field(min_length=1, max_length=100)
    name: str = Field("", max_length=100)
    most_items: int | None = Field(None, ge=1, lt=2**31)
    asks_reasons: bool = False
    accepts_relation: bool = False


def create_judge(session: Session, study: Study, registry: Registry, form: JudgeForm) -> Judge:
    """Raises NotFound (no such variant), Conflict (a draft, the name is taken, a relation that was
    not accepted)."""
    spec = registry.variant(form.variant)
    name = form.name or spec.name
    if study.state is StudyState.DRAFT:
        raise Conflict(
            f"{study.name} is a draft, so its items are not fixed yet.",
            hint="Open it first. A closed study can be judged, too.",
        )
    if find_judge(session, study, name) is not None:
        raise Conflict(f"{study.name} has a judge {name} already.", hint="Choose another name.")
    related = relations(study, spec)
    if related and not form.accepts_relation:
        raise Conflict(relation_sentence(spec.name, related), hint="Say that you accept this.")
    judge = Judge(
        study=study,
        name=name,
        variant=freeze(session, spec),
        wording=WORDING,
        asks_reasons=form.asks_reasons,
        most_items=form.most_items,
        related=related,
        drawn=_rater(study, name, "drawn order"),
        reversed=_rater(study, name, "reverse order"),
    )
    session.add(judge)
    session.flush()
    for account in (judge.drawn, judge.reversed):
        session.add(_invitation(study, account))
    session.flush()
    return judge


def _rater(study: Study, name: str, order: str) -> Account:
    unique = secrets.token_hex(4)
    return Account(
        role=Role.RATER,
        rater_kind=RaterKind.JUDGE,
        name=f"{name}, {order}, study {study.id} ({unique})",
        session_epoch=0,
        disabled_at=now(),
    )


def _invitation(study: Study, account: Account) -> Invitation:
    """Revoked from the start, so that its link lets nobody in; never screened out: a judge that
    fails the gold items is to be seen failing."""
    at = now()
    return Invitation(
        study_id=study.id,
        account=account,
        entry=Entry.PERSONAL,
        let_in_at=at,
        revoked_at=at,
    )


def find_judge(session: Session, study: Study, name: str) -> Judge | None:
    query = select(Judge).where(Judge.study_id == study.id, Judge.name == name)
    return session.scalar(query)


def get_judge(session: Session, judge_id: int) -> Judge:
    """Raises NotFound."""
    judge = session.get(Judge, judge_id)
    if judge is None:
        raise NotFound("There is no such judge.", hint="Choose one of the study's page of judges.")
    return judge


def judges_of(session: Session, study: Study) -> list[Judge]:
    """In the order of making."""
    query = select(Judge).where(Judge.study_id == study.id).order_by(Judge.id)
    return list(session.scalars(query))


# --- self-preference ----------------------------------------------------------------------------


def relations(study: Study, spec: VariantSpec) -> list[str]:
    """The study's variants whose answers such a judge may favour as its own, by name.

    They have its weights, come from the same name on the same server, or are called the same.
    """
    mine = _origin(spec.name, spec.model_dump(mode="json"))
    variants = [member.run_variant.variant for member in study.variants]
    return [one.name for one in variants if mine & _origin(one.name, one.spec)]


def _origin(name: str, spec: dict[str, object]) -> set[str]:
    found = {name.casefold()}
    match spec.get("weights"):
        case {"id": str(weights)}:
            found.add(weights)
    match spec.get("endpoint"):
        case {"url": str(url), "served_name": str(served)}:
            found.add(f"{url} {served}")
    return found


def relation_sentence(name: str, related: list[str]) -> str:
    """Panickssery et al. (NeurIPS 2024, arXiv 2404.13076): language models recognise their own
    answers, and favour them the more the better they do."""
    return (
        f"{name} is of a kind with {', '.join(related)}: the same weights, the same name on a "
        "server, or the same name. Language models tend to prefer their own answers."
    )
