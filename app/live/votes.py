"""Votes on live comparisons, and what they add up to. They never enter a study."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from app.db import now
from app.errors import Conflict, InvalidInput, Problem
from app.live.page import find
from app.tables import Account, LiveAnswer, LiveComparison, LiveState, Outcome, Variant


def vote(
    session: Session, public_id: str, account: Account, outcome: Outcome, best_slot: int | None
) -> LiveComparison:
    """Once only. Raises NotFound, Conflict (not ready, already voted), InvalidInput (no slot)."""
    comparison = find(session, public_id, account)
    _require_ready(comparison)
    _require_slot(comparison, outcome, best_slot)
    # The condition is checked again by the database: two clicks at once are one vote.
    ready = (LiveComparison.id == comparison.id, LiveComparison.state == LiveState.READY)
    values = {
        "state": LiveState.VOTED,
        "outcome": outcome,
        "best_slot": best_slot,
        "voted_at": now(),
    }
    query = update(LiveComparison).where(*ready).values(values).returning(LiveComparison.id)
    if session.scalar(query) is None:
        raise _already_voted()
    session.refresh(comparison)
    return comparison


def _already_voted() -> Conflict:
    return Conflict("You have voted on this comparison.", hint="Ask a new question.")


def _require_ready(comparison: LiveComparison) -> None:
    match comparison.state:
        case LiveState.VOTED:
            raise _already_voted()
        case LiveState.WAITING:
            raise Conflict("The answers are not all there yet.", hint="Wait until they appear.")
        case LiveState.FAILED:
            raise Conflict("This comparison has no answers to compare.", hint="Ask again.")
        case LiveState.READY:
            return


def _require_slot(comparison: LiveComparison, outcome: Outcome, best_slot: int | None) -> None:
    slots = [answer.slot for answer in comparison.answers if answer.error is None]
    if outcome is Outcome.RANKED and best_slot not in slots:
        choices = ", ".join(map(str, slots))
        problem = Problem("best slot", f"Choose one of the answers {choices}.")
        raise InvalidInput("Which answer is best?", [problem])
    if outcome is not Outcome.RANKED and best_slot is not None:
        problem = Problem("best slot", "A tie has no best answer.", "Choose one or the other.")
        raise InvalidInput("The vote contradicts itself.", [problem])


@dataclass(frozen=True)
class PairTally:
    """Votes between two frozen variants; "cannot judge" counts nowhere."""

    first: Variant
    second: Variant
    first_wins: int
    second_wins: int
    ties_good: int
    ties_bad: int

    @property
    def votes(self) -> int:
        return self.first_wins + self.second_wins + self.ties_good + self.ties_bad


def live_tally(session: Session) -> list[PairTally]:
    """Every pair with a vote. The best of three beats the other two, who stay uncompared."""
    query = (
        select(LiveComparison)
        .where(LiveComparison.state == LiveState.VOTED)
        .options(selectinload(LiveComparison.answers).joinedload(LiveAnswer.variant))
    )
    counts: defaultdict[tuple[Variant, Variant], list[Variant | Outcome]] = defaultdict(list)
    for comparison in session.scalars(query):
        for pair, verdict in _verdicts(comparison):
            counts[pair].append(verdict)
    return [_tally(pair, verdicts) for pair, verdicts in sorted(counts.items(), key=_pair_ids)]


def _verdicts(
    comparison: LiveComparison,
) -> Iterator[tuple[tuple[Variant, Variant], Variant | Outcome]]:
    """For each pair that the vote speaks of: the winner, or the kind of tie."""
    answered = [answer for answer in comparison.answers if answer.error is None]
    best = next((a.variant for a in answered if a.slot == comparison.best_slot), None)
    variants = sorted((answer.variant for answer in answered), key=lambda v: v.id)
    for pair in combinations(variants, 2):
        if best is not None and best in pair:
            yield pair, best
        elif comparison.outcome in (Outcome.TIE_GOOD, Outcome.TIE_BAD):
            yield pair, comparison.outcome


def _tally(pair: tuple[Variant, Variant], verdicts: list[Variant | Outcome]) -> PairTally:
    return PairTally(
        *pair,
        first_wins=verdicts.count(pair[0]),
        second_wins=verdicts.count(pair[1]),
        ties_good=verdicts.count(Outcome.TIE_GOOD),
        ties_bad=verdicts.count(Outcome.TIE_BAD),
    )


def _pair_ids(entry: tuple[tuple[Variant, Variant], object]) -> tuple[int, int]:
    return entry[0][0].id, entry[0][1].id
