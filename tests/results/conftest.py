from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from app.db import Database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session
