"""What a person sees of their comparison: texts in slots, and names only after the vote."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.tables import (
    Account,
    Invitation,
    LiveComparison,
    LiveState,
    Outcome,
    Role,
    Study,
    StudyState,
    VariantKind,
)


@dataclass(frozen=True)
class BlindAnswer:
    """`text` is None when this slot's variant could not answer."""

    slot: int
    text: str | None


@dataclass(frozen=True)
class Revealed:
    """Who stood in a slot, and why it did not answer."""

    slot: int
    name: str
    kind: VariantKind
    error: str | None


@dataclass(frozen=True)
class LivePage:
    """`answers` is empty while waiting; `revealed` until the vote (failed: for the admin).

    `withheld`: the vote is in, but the account rates in a study that has not ended.
    """

    public_id: str
    prompt: str
    system: str | None
    state: LiveState
    reason: str | None
    answers: tuple[BlindAnswer, ...]
    outcome: Outcome | None
    best_slot: int | None
    revealed: tuple[Revealed, ...]
    withheld: bool


def live_page(session: Session, public_id: str, account: Account) -> LivePage:
    """Raises NotFound, also for somebody else's comparison."""
    comparison = find(session, public_id, account)
    shown = comparison.state in (LiveState.READY, LiveState.VOTED)
    withheld = comparison.state is LiveState.VOTED and _is_rating(session, account)
    reveal = _may_reveal(comparison, account) and not withheld
    return LivePage(
        public_id=comparison.public_id,
        prompt=comparison.prompt,
        system=comparison.system,
        state=comparison.state,
        reason=comparison.error,
        answers=tuple(BlindAnswer(a.slot, a.text) for a in comparison.answers if shown),
        outcome=comparison.outcome,
        best_slot=comparison.best_slot,
        revealed=tuple(_revealed(comparison)) if reveal else (),
        withheld=withheld,
    )


def recent(session: Session, account: Account, limit: int = 8) -> list[LiveComparison]:
    """The account's own comparisons, newest first."""
    query = select(LiveComparison).where(LiveComparison.account_id == account.id)
    return list(session.scalars(query.order_by(LiveComparison.id.desc()).limit(limit)))


def find(session: Session, public_id: str, account: Account) -> LiveComparison:
    """The account's own comparison. Raises NotFound."""
    own = (LiveComparison.public_id == public_id, LiveComparison.account_id == account.id)
    comparison = session.scalar(select(LiveComparison).where(*own))
    if comparison is None:
        raise NotFound("This comparison does not exist.", hint="Ask a new question.")
    return comparison


def _is_rating(session: Session, account: Account) -> bool:
    """Whether names could be carried from here into the blind judgements of a study."""
    query = (
        select(Invitation.id)
        .join(Study, Study.id == Invitation.study_id)
        .where(
            Invitation.account_id == account.id,
            Invitation.revoked_at.is_(None),
            Study.state != StudyState.CLOSED,
        )
    )
    return session.scalar(query.limit(1)) is not None


def _may_reveal(comparison: LiveComparison, account: Account) -> bool:
    failed = comparison.state is LiveState.FAILED and account.role is Role.ADMIN
    return failed or comparison.state is LiveState.VOTED


def _revealed(comparison: LiveComparison) -> list[Revealed]:
    return [
        Revealed(answer.slot, answer.variant.name, answer.variant.kind, answer.error)
        for answer in comparison.answers
    ]
