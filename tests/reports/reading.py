"""Reports read back: their tables, their prose, the numbers in a cell."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reports import Report, evidence_of, report_of
from app.reports.document import Bullets, Paragraph, Quoted, Section, Table
from app.results import ResultFilter, StudyResult, study_result
from app.tables import Account, Invitation, RaterKind, Study

NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?")


def result_of(session: Session, study: Study, chosen: ResultFilter | None = None) -> StudyResult:
    return study_result(session, study, chosen)


def report_on(session: Session, study: Study, chosen: ResultFilter | None = None) -> Report:
    return report_of(evidence_of(session, study, study_result(session, study, chosen)))


def section(report: Report, key: str) -> Section:
    return next(one for one in report.sections if one.key == key)


def table(report: Report, title: str) -> Table:
    blocks = (block for one in report.sections for block in one.blocks)
    return next(b for b in blocks if isinstance(b, Table) and b.title == title)


def prose(report: Report, key: str) -> str:
    """Triptych's own words in a section."""
    parts: list[str] = []
    for block in section(report, key).blocks:
        match block:
            case Paragraph(text=text):
                parts.append(text)
            case Bullets(items=items):
                parts += items
            case _:
                pass
    return "\n".join(parts)


def quotations(report: Report) -> dict[str, str]:
    blocks = section(report, "methods").blocks
    return {block.source: block.text for block in blocks if isinstance(block, Quoted)}


def numbers(cell: str) -> list[float]:
    found = (text.replace(",", "").replace("−", "-") for text in NUMBER.findall(cell))
    return [float(text) for text in found]


def become(session: Session, study: Study, kind: RaterKind) -> None:
    """The study's raters were of this kind all along."""
    mine = select(Invitation.account_id).where(Invitation.study_id == study.id)
    for account in session.scalars(select(Account).where(Account.id.in_(mine))):
        account.rater_kind = kind
    session.flush()
