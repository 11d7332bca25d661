"""Studies to be judged: two variants, whose answers say nothing of who made them."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.ratings import enter, next_assignment, submit
from app.ratings.form import RatingForm
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Assignment, Study

# Nothing that a judge is asked contains one of these words, or of the study's, run's, sets' names.
VARIANTS = ("zebra-base", "yak-adapter")
ANSWERS = ("short", "a longer answer")


@pytest.fixture
def make_study(database: Database) -> Callable[..., int]:
    """An open study of so many prompts and two variants, `ANSWERS` of each in turn; its id."""

    def make(prompts: int = 6, *, answers: tuple[str, ...] = ANSWERS, **fields: Any) -> int:
        rows = [
            {
                "id": f"p{n}",
                "prompt": f"What is mere {n} known for?",
                "reference": f"Reference {n}.",
                "variant": name,
                "response": f"{text} {n}",
            }
            for n in range(prompts)
            for name, text in zip((*VARIANTS, "xerus-finetune"), answers, strict=False)
        ]
        source = Source("walrus.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
        with database.writing() as session:
            run = import_responses(session, name="Walrus run", files=[source]).run
            members = [member.id for member in run.variants]
            form = {"name": "Vulture study", "run_id": run.id, "run_variant_ids": members}
            study = create_study(session, StudyForm(**(form | {"seed": 7} | fields)))
            open_study(session, study)
            return study.id

    return make


Judges = Callable[[Assignment], RatingForm]


def people(session: Session, study: Study, judges: dict[str, Judges]) -> None:
    """Each person by name judges everything, by what the assignment shows them."""
    for name, judge in judges.items():
        rater = enter(session, study.public_id, invite(session, study, name).account)
        while (assignment := next_assignment(session, rater)) is not None:
            submit(session, rater, assignment, judge(assignment))
