"""The world of the studies' tests, and checks for a study."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.studies import SessionSpec, import_checks, set_session
from app.tables import Study
from tests.studies.conftest import judgements, session, world

__all__ = ["judgements", "session", "world"]

AddChecks = Callable[..., int]


@pytest.fixture
def add_checks(session: Session) -> AddChecks:
    """Adds gold or training items whose second answer is right, to the study."""

    def add(study: Study, count: int = 1, kind: str = "gold", **fields: Any) -> int:
        answers = len(study.variants)
        rows = [
            {
                "kind": kind,
                "prompt": f"{kind} {number}?",
                "answers": [f"{kind} answer {n} of {number}" for n in range(answers)],
                "expected": {"factuality": "2 > 1" if answers == 2 else "2 > 1 = 3"},
                "feedback": f"The second one is right, {number}.",
                **fields,
            }
            for number in range(count)
        ]
        data = "\n".join(map(json.dumps, rows)).encode()
        return import_checks(session, study, filename=f"{kind}.jsonl", data=data)

    return add


def configure(session: Session, study: Study, **fields: Any) -> None:
    """Sets the study's session settings."""
    set_session(session, study, SessionSpec(**fields), "for a test")
