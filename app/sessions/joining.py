"""Joining a study by its shared link: an account for whoever comes, one per person of a panel."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, NotFound
from app.i18n import gettext
from app.studies import invite_many, session_of
from app.tables import Account, Entry, Invitation, Study, StudyState
from app.tables.columns import random_id

_MOST_PARAMETERS, _LONGEST = 20, 200


def make_link(study: Study) -> None:
    """A new nonce: an earlier link stops working. Raises Conflict for studies that take nobody."""
    if study.imported or study.state is StudyState.CLOSED:
        raise Conflict(f"{study.name} takes no raters.", hint="Only drafts and open studies do.")
    study.join_nonce = random_id()


def remove_link(study: Study) -> None:
    """Nobody can join by it any more; who has joined stays."""
    study.join_nonce = None


def link_of_nonce(session: Session, nonce: str) -> Study:
    """The study that the link belongs to. Raises NotFound when it was taken back."""
    study = session.scalar(select(Study).where(Study.join_nonce == nonce))
    if study is None:
        raise NotFound(
            gettext("This link does not work."),
            hint=gettext("Check that it was copied whole, or ask whoever sent it for a new one."),
        )
    return study


def panel_person(study: Study, parameters: Mapping[str, str]) -> str | None:
    """What the panel calls the person, where the link was opened from one. Raises AppError."""
    person = parameters.get(session_of(study).panel_parameter, "").strip()
    if len(person) > _LONGEST:
        raise AppError(
            gettext("This link does not work."),
            hint=gettext("Open it from the panel’s page again."),
        )
    return person or None


def join(
    session: Session, study: Study, parameters: Mapping[str, str], visitor: Account | None = None
) -> Invitation:
    """A new rater, or the one whom the panel sent before, or who is here already (`visitor`).

    A panel's `parameters` are kept. Raises Conflict when the study is not open, NotFound for
    somebody whose access was ended.
    """
    if study.state is not StudyState.OPEN:
        raise Conflict(
            gettext("This study does not take judgements now."),
            hint=gettext("It is closed or not open yet. Ask the person who sent you the link."),
        )
    person = panel_person(study, parameters)
    known = _known(session, study, person) if person else _here(session, study, visitor)
    if known is not None:
        return known
    invitation = invite_many(session, study, 1)[0]
    invitation.entry = Entry.PANEL if person else Entry.SHARED
    invitation.external_id = person
    invitation.external = _kept(parameters) if person else {}
    session.flush()
    return invitation


def _known(session: Session, study: Study, person: str) -> Invitation | None:
    query = select(Invitation).where(
        Invitation.study_id == study.id, Invitation.external_id == person
    )
    invitation = session.scalar(query)
    if invitation is not None and invitation.revoked_at is not None:
        raise NotFound(gettext("There is no study for you at this address."))
    return invitation


def _here(session: Session, study: Study, visitor: Account | None) -> Invitation | None:
    """Who joined with this browser before: a second click makes no second rater."""
    if visitor is None:
        return None
    query = select(Invitation).where(
        Invitation.study_id == study.id,
        Invitation.account_id == visitor.id,
        Invitation.revoked_at.is_(None),
    )
    return session.scalar(query)


def _kept(parameters: Mapping[str, str]) -> dict[str, str]:
    items = list(parameters.items())[:_MOST_PARAMETERS]
    return {name[:_LONGEST]: value[:_LONGEST] for name, value in items}
