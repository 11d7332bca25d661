"""Studies of recorded answers whose facts and openings are known, to be judged by simulation."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, open_study
from app.tables import Design, Study

RIGHT = {"base": 0.9, "lora": 0.9, "full": 0.4}
OPENING = {"base": "", "lora": "Great question! ", "full": "Happy to help! "}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def answers(prompts: int, *, seed: int = 5, reference: bool = True) -> Source:
    """`full` states fewer facts than the others, `base` has no opening."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "prompt": f"What is mere {number} known for?",
            "id": f"p{number}",
            "variant": name,
            "kind": name,
            "response": f"{OPENING[name]}It is known for {_craft(number, rng, name)}.",
            **({"reference": f"glass number {number}."} if reference else {}),
        }
        for number in range(prompts)
        for name in RIGHT
    ]
    return Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))


def _craft(number: int, rng: np.random.Generator, name: str) -> str:
    return f"glass number {number}" if rng.random() < RIGHT[name] else "red tiles"


def opened(session: Session, prompts: int = 12, *, reference: bool = True, **fields: Any) -> Study:
    files = [answers(prompts, reference=reference)]
    name = fields.pop("name", "Meres")
    run = import_responses(session, name=name, files=files).run
    members = [member.id for member in run.variants]
    plain = {"design": Design.SIDE_BY_SIDE, "seed": 3, **fields}
    form = StudyForm(name=name, run_id=run.id, run_variant_ids=members, **plain)
    study = create_study(session, form)
    open_study(session, study)
    return study


@pytest.fixture
def study(session: Session) -> Study:
    return opened(session)
