"""Raters of a study: personal links, one account per person and study."""

import secrets

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, NotFound
from app.studies.session import session_of
from app.tables import Account, Invitation, RaterKind, Role, Study, StudyState

_MAX_AT_ONCE = 500
_MOST_MORE = 10_000


def invite(session: Session, study: Study, name: str) -> Invitation:
    """A rater and their link. Raises Conflict (name taken, study closed), AppError (no name)."""
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise AppError("A rater needs a name of 1 to 200 characters.", hint="A pseudonym will do.")
    if study.state is StudyState.CLOSED:
        raise Conflict(f"{study.name} is closed.", hint="Reopen it to invite raters.")
    if session.scalar(select(Account.id).where(Account.name == name)) is not None:
        raise Conflict(f"There is already somebody called {name}.", hint="Choose another name.")
    account = Account(role=Role.RATER, name=name, session_epoch=0)
    invitation = Invitation(study_id=study.id, account=account, quota=session_of(study).quota)
    session.add(invitation)
    session.flush()
    return invitation


def invite_many(session: Session, study: Study, count: int) -> list[Invitation]:
    """So many raters with pseudonyms. Raises AppError when the number is out of bounds."""
    if not 1 <= count <= _MAX_AT_ONCE:
        raise AppError(f"Invite between 1 and {_MAX_AT_ONCE} raters at once.")
    query = select(func.count(Invitation.id)).join(Account, Account.id == Invitation.account_id)
    before = session.scalar(query.where(*_people(study)))
    first = (before or 0) + 1
    # The random part keeps pseudonyms unique over studies.
    return [
        invite(session, study, f"rater {number} ({secrets.token_hex(4)})")
        for number in range(first, first + count)
    ]


def invitations(session: Session, study: Study) -> list[Invitation]:
    """Of people, in the order of inviting, revoked ones too."""
    query = select(Invitation).join(Account, Account.id == Invitation.account_id)
    return list(session.scalars(query.where(*_people(study)).order_by(Invitation.id)))


def _people(study: Study) -> tuple[ColumnElement[bool], ...]:
    """Of an `Invitation` joined with its `Account`."""
    return Invitation.study_id == study.id, Account.rater_kind == RaterKind.HUMAN


def get_invitation(session: Session, study: Study, invitation_id: int) -> Invitation:
    """A person's. Raises NotFound, also for what judges in place of people."""
    invitation = session.get(Invitation, invitation_id)
    if (
        invitation is None
        or invitation.study_id != study.id
        or invitation.account.rater_kind is not RaterKind.HUMAN
    ):
        raise NotFound("There is no such rater in this study.")
    return invitation


def pause(invitation: Invitation) -> None:
    """Nothing of this rater is taken until `resume`; the link goes on working, and says so."""
    invitation.paused_at = invitation.paused_at or now()


def resume(invitation: Invitation) -> None:
    """Lets a paused rater go on, and for good one who failed the checks: they count again."""
    if invitation.screened_out_at:
        invitation.let_in_at = now()
    invitation.paused_at = invitation.screened_out_at = None


def extend(invitation: Invitation, items: int) -> None:
    """So many items more than the rater's quota. Raises AppError: no quota, out of
    bounds, or told the kinds of variants."""
    if invitation.quota is None:
        raise AppError("This rater may judge everything already.", hint="There is no quota.")
    if invitation.told_kinds_at is not None:
        raise AppError("This rater knows the kinds of variants by now.", hint="Invite another one.")
    if not 1 <= items <= _MOST_MORE:
        raise AppError(f"Give between 1 and {_MOST_MORE} items more.")
    invitation.quota += items
    invitation.completed_at = None


def revoke_link(session: Session, study: Study, invitation_id: int) -> None:
    """The link stops working at once; what was judged stays. Raises NotFound."""
    invitation = get_invitation(session, study, invitation_id)
    invitation.revoked_at = invitation.revoked_at or now()
    invitation.account.session_epoch += 1
