from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def study(session: Session) -> Study:
    """Three variants on two criteria, twelve prompts, three raters."""
    study = opened_study(session)
    judge_all(session, study, mixed_judge)
    return study
