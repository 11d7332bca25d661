"""A world to judge: a run with prompts, variants and responses, and studies made from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.criteria import DEFAULT_CRITERIA
from app.db import Database
from app.ratings import Rater, RatingForm, enter
from app.ratings.form import VerdictForm
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import (
    Design,
    Outcome,
    Prompt,
    PromptSet,
    Response,
    Run,
    RunState,
    RunVariant,
    Study,
    Variant,
    VariantKind,
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction that is never committed: what a test does in it stays in the test."""
    with database.writing() as session:
        yield session
        session.rollback()


@dataclass
class World:
    """Makes rows; whatever a test does not say gets a plain value."""

    session: Session
    made: int = field(default=0)

    def run(
        self,
        *,
        prompts: int = 3,
        variants: int = 3,
        name: str = "run",
        state: RunState = RunState.DONE,
        categories: Sequence[str | None] = (None,),
        samples: int = 1,
    ) -> Run:
        """Every variant has answered every prompt."""
        prompt_set = PromptSet(name=f"prompts of {name}", content_hash="0" * 64)
        prompt_set.prompts = [
            Prompt(
                position=n,
                key=str(n),
                text=f"Question {n}?",
                reference=f"Reference {n}.",
                category=categories[n % len(categories)],
            )
            for n in range(prompts)
        ]
        run = Run(name=name, prompt_set=prompt_set, state=state, samples=samples)
        run.variants = [
            RunVariant(variant=self._variant(n), position=n, state=state) for n in range(variants)
        ]
        self.session.add(run)
        self.session.flush()
        self.session.add_all(
            Response(
                run_variant_id=member.id,
                prompt_id=prompt.id,
                sample=sample,
                text=f"Answer of {member.position} to {prompt.position}.",
            )
            for sample in range(samples)
            for member in run.variants
            for prompt in prompt_set.prompts
        )
        self.session.flush()
        return run

    def _variant(self, number: int) -> Variant:
        self.made += 1
        kinds = [VariantKind.BASE, VariantKind.LORA, VariantKind.FULL]
        return Variant(
            name=f"variant {self.made}",
            kind=kinds[number] if number < len(kinds) else VariantKind.OTHER,
            content_hash=f"{self.made:064x}",
            spec={},
        )

    def form(self, run: Run, **fields: Any) -> StudyForm:
        members = [member.id for member in run.variants]
        plain = {"name": "study", "run_id": run.id, "run_variant_ids": members, "seed": 7}
        return StudyForm(**(plain | fields))

    def draft(self, run: Run | None = None, **fields: Any) -> Study:
        return create_study(self.session, self.form(run or self.run(), **fields))

    def opened(self, run: Run | None = None, **fields: Any) -> Study:
        study = self.draft(run, **fields)
        open_study(self.session, study)
        return study

    def pairs(self, **fields: Any) -> Study:
        """An open study of two variants."""
        return self.opened(self.run(variants=2), design=Design.SIDE_BY_SIDE, **fields)

    def rater(self, study: Study, name: str = "Ada") -> Rater:
        return enter(self.session, study.public_id, invite(self.session, study, name).account)


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@dataclass(frozen=True)
class Judgements:
    """Complete forms for the default criteria."""

    def both_good(self, slots: int = 2, **fields: Any) -> RatingForm:
        everyone = range(1, slots + 1)
        verdicts = [
            VerdictForm(
                key=criterion.key,
                outcome=Outcome.TIE_GOOD,
                ranks=dict.fromkeys(everyone, 1),
                scores=dict.fromkeys(everyone, 4),
            )
            for criterion in DEFAULT_CRITERIA
        ]
        return RatingForm(verdicts=tuple(verdicts), **fields)

    def preferring(self, worth: dict[int, float]) -> RatingForm:
        """Ranks by what the slots are worth, alike on all criteria."""
        levels = sorted(set(worth.values()), reverse=True)
        ranks = {slot: levels.index(value) + 1 for slot, value in worth.items()}
        verdicts = [
            VerdictForm(
                key=criterion.key,
                outcome=Outcome.RANKED,
                ranks=ranks,
                scores=dict.fromkeys(worth, 3),
            )
            for criterion in DEFAULT_CRITERIA
        ]
        return RatingForm(verdicts=tuple(verdicts))


@pytest.fixture
def judgements() -> Judgements:
    return Judgements()
