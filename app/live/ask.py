"""Asking on the live page: a waiting comparison with its answers' slots already shuffled."""

import secrets
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError
from app.registry import VariantSpec
from app.tables import Account, LiveAnswer, LiveComparison, LiveState
from app.variants import freeze

_random = secrets.SystemRandom()


class LiveForm(BaseModel):
    """What a person types."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    prompt: str = Field(min_length=1, max_length=8000)
    system: str | None = Field(None, max_length=8000)

    @field_validator("system")
    @classmethod
    def _empty_is_absent(cls, system: str | None) -> str | None:
        return system or None


def ask(
    session: Session, account: Account, specs: Sequence[VariantSpec], form: LiveForm
) -> LiveComparison:
    """A waiting comparison with its slots in random order; `gather` fetches the answers."""
    if len(specs) < 2:
        raise AppError(
            "A comparison needs at least two variants.", hint="Add variants to models.yaml."
        )
    comparison = LiveComparison(account_id=account.id, prompt=form.prompt, system=form.system)
    shuffled = _random.sample(list(specs), len(specs))
    comparison.answers = [
        LiveAnswer(variant=freeze(session, spec), slot=slot)
        for slot, spec in enumerate(shuffled, start=1)
    ]
    session.add(comparison)
    session.flush()
    return comparison


def fail_waiting(session: Session) -> int:
    """At the server's start: nobody will answer what waited before. -> how many."""
    waiting = session.scalars(
        select(LiveComparison).where(LiveComparison.state == LiveState.WAITING)
    ).all()
    for comparison in waiting:
        comparison.state = LiveState.FAILED
        comparison.error = "The server was restarted before all answers were there. Ask again."
    return len(waiting)
