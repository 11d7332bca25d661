"""Importing in a test: files given as texts, one database each."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import InvalidInput
from app.judged import JudgementsReport, read_judgements, store_judgements
from app.readers import Source


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def import_into(
    session: Session, files: dict[str, bytes | str], **options: Any
) -> JudgementsReport:
    sources = [
        Source(name, io.BytesIO(content if isinstance(content, bytes) else content.encode()))
        for name, content in files.items()
    ]
    judged = read_judgements(sources, options.get("layout"))
    return store_judgements(session, judged, name=options.get("name", "Old study"))


def problems(session: Session, files: dict[str, bytes | str], **options: Any) -> list[str]:
    """What is said about files that cannot be imported."""
    with pytest.raises(InvalidInput) as refused:
        import_into(session, files, **options)
    return [str(problem) for problem in refused.value.problems]
