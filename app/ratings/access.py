"""Whether this account may judge in this study, asked before everything else."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.i18n import gettext
from app.tables import Account, Invitation, Study, StudyState


@dataclass(frozen=True)
class Rater:
    """An invited account in its study."""

    account: Account
    study: Study
    invitation: Invitation

    @property
    def may_judge(self) -> bool:
        """Neither paused nor screened out."""
        return not (self.invitation.paused_at or self.invitation.screened_out_at)

    @property
    def knows_kinds(self) -> bool:
        """Was told of what kinds the variants are: what they judged from now on were not blind."""
        return self.invitation.told_kinds_at is not None

    def hold(self, session: Session) -> StudyState | None:
        """Holds the study until the transaction ends, and says how it stands.

        Whoever checks and then writes is alone with it. SQLite's write sessions are alone anyway.
        """
        query = select(Study.state).where(Study.id == self.study.id).with_for_update()
        return session.scalar(query)

    def require_open(self, session: Session) -> None:
        """Holds the study. Raises Conflict when nothing is taken now, or not from this rater."""
        if self.hold(session) is not StudyState.OPEN:
            raise Conflict(
                gettext("This study does not take judgements now."),
                hint=gettext("It is closed or not open yet. Ask the person who sent you the link."),
            )
        if not self.may_judge:
            raise Conflict(
                gettext("Your judgements are not taken now."),
                hint=gettext(
                    "Everything saved so far is kept. Ask the person who sent you the link."
                ),
            )

    def require_blind(self) -> None:
        """Raises Conflict for who was told the kinds of variants."""
        if self.knows_kinds:
            raise Conflict(
                gettext("Your judgements cannot be changed any more."),
                hint=gettext(
                    "You have been told of what kinds the variants are. Everything saved is kept."
                ),
            )


def enter(session: Session, study_public_id: str, account: Account) -> Rater:
    """Raises NotFound for strangers and for revoked invitations: the study is none of theirs."""
    query = (
        select(Invitation)
        .join(Study, Invitation.study_id == Study.id)
        .where(
            Study.public_id == study_public_id,
            Invitation.account_id == account.id,
            Invitation.revoked_at.is_(None),
        )
    )
    invitation = session.scalar(query)
    if invitation is None:
        raise NotFound(
            gettext("There is no study for you at this address."),
            hint=gettext("Open your personal link again, or ask whoever sent it for a new one."),
        )
    return Rater(invitation.account, invitation.study, invitation)
