from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import Study
from tests.results.kept_study import judged_study


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def study(session: Session) -> Study:
    """Three variants on two criteria, twelve prompts, three raters."""
    return judged_study(session)
