"""Whether this account may judge in this study, asked before everything else."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.tables import Account, Invitation, Study, StudyState


@dataclass(frozen=True)
class Rater:
    """An invited account in its study."""

    account: Account
    study: Study

    def hold(self, session: Session) -> StudyState | None:
        """Holds the study until the transaction ends, and says how it stands.

        Whoever checks and then writes is alone with it. SQLite's write sessions are alone anyway.
        """
        query = select(Study.state).where(Study.id == self.study.id).with_for_update()
        return session.scalar(query)

    def require_open(self, session: Session) -> None:
        """Holds the study. Raises Conflict when judgements are not taken."""
        if self.hold(session) is not StudyState.OPEN:
            raise Conflict(
                "This study does not take judgements now.",
                hint="It is closed or not open yet. Ask the person who sent you the link.",
            )


def enter(session: Session, study_public_id: str, account: Account) -> Rater:
    """Raises NotFound for strangers and for revoked invitations: the study is none of theirs."""
    query = (
        select(Study)
        .join(Invitation, Invitation.study_id == Study.id)
        .where(
            Study.public_id == study_public_id,
            Invitation.account_id == account.id,
            Invitation.revoked_at.is_(None),
        )
    )
    study = session.scalar(query)
    if study is None:
        raise NotFound(
            "There is no study for you at this address.",
            hint="Open your personal link again, or ask whoever sent it for a new one.",
        )
    return Rater(session.get_one(Account, account.id), study)
