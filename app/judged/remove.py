"""Taking an import back: the study with its run, prompts and raters, as if it had never come."""

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import Conflict
from app.prompts import delete_prompt_set
from app.runs import delete_run
from app.tables import (
    Account,
    Assignment,
    Invitation,
    Item,
    ItemResponse,
    Judge,
    Judgement,
    JudgeReply,
    Mark,
    Run,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)


def delete_import(session: Session, study: Study) -> None:
    """Raises Conflict for a study that was judged here, and where others need its answers."""
    if not study.imported:
        raise Conflict(f"{study.name} was judged here, and what raters said stays.")
    _require_alone(session, study)
    run_id, prompt_set_id = study.run_id, study.run.prompt_set_id
    _delete_judges(session, study)
    _delete_judgements(session, study)
    _delete_raters(session, study)
    session.delete(study)
    session.flush()
    delete_run(session, run_id)
    session.flush()
    delete_prompt_set(session, prompt_set_id)


def _require_alone(session: Session, study: Study) -> None:
    mine = Study.id != study.id, Study.run_id == study.run_id
    others = list(session.scalars(select(Study.name).where(*mine)))
    same = Run.id != study.run_id, Run.prompt_set_id == study.run.prompt_set_id
    others += session.scalars(select(Run.name).where(*same))
    if others:
        message = f"{study.name} cannot be deleted: its answers or prompts are used by"
        raise Conflict(f"{message} {', '.join(others)}.", hint="Keep it, or delete those first.")


def _delete_judges(session: Session, study: Study) -> None:
    judges = select(Judge.id).where(Judge.study_id == study.id)
    _delete(session, JudgeReply.judge_id, judges)
    session.execute(delete(Judge).where(Judge.study_id == study.id))


def _delete_judgements(session: Session, study: Study) -> None:
    """In bulk, from the leaves: an import may have a million rows."""
    items = select(Item.id).where(Item.study_id == study.id)
    assignments = select(Assignment.id).where(Assignment.item_id.in_(items))
    judgements = select(Judgement.id).where(Judgement.assignment_id.in_(assignments))
    verdicts = select(Verdict.id).where(Verdict.judgement_id.in_(judgements))
    _delete(session, SlotVerdict.verdict_id, verdicts)
    _delete(session, Verdict.judgement_id, judgements)
    _delete(session, Mark.judgement_id, judgements)
    _delete(session, Judgement.assignment_id, assignments)
    _delete(session, Slot.assignment_id, assignments)
    _delete(session, Assignment.item_id, items)
    _delete(session, ItemResponse.item_id, items)
    session.execute(delete(Item).where(Item.study_id == study.id))


def _delete_raters(session: Session, study: Study) -> None:
    mine = select(Invitation.account_id).where(Invitation.study_id == study.id)
    accounts = list(session.scalars(mine))
    session.execute(delete(Invitation).where(Invitation.study_id == study.id))
    for start in range(0, len(accounts), 10_000):  # databases limit how many values one may name
        chosen = Account.id.in_(accounts[start : start + 10_000])
        session.execute(delete(Account).where(chosen))


def _delete(session: Session, column: InstrumentedAttribute[int], chosen: Select[Any]) -> None:
    condition: ColumnElement[bool] = column.in_(chosen)
    session.execute(delete(column.class_).where(condition), execution_options=_BLIND)


# Nothing of it is loaded in the session.
_BLIND = {"synchronize_session": False}
