"""Judged studies in both designs, and no network for `datasets`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import Design, Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study

JudgedFiles = Callable[[Design], Path]


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture(params=[Design.PAIRWISE, Design.SIDE_BY_SIDE])
def design(request: pytest.FixtureRequest) -> Design:
    return Design(request.param)


@pytest.fixture(scope="session")
def judged_files(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> JudgedFiles:
    """A database with a judged study of the design, made once and to be copied."""
    folder = tmp_path_factory.mktemp("judged")

    def file(design: Design) -> Path:
        path = folder / f"{design}.db"
        if not path.exists():
            database = Database(f"sqlite:///{copy(empty_database, path)}")
            with database.writing() as session:
                judge_all(session, opened_study(session, design), mixed_judge)
            database.dispose()
        return path

    return file


@pytest.fixture
def database(
    tmp_path: Path, empty_database: Path, judged_files: JudgedFiles, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """With the judged study where a test asks for it, else empty."""
    judged = "study" in request.fixturenames
    source = judged_files(request.getfixturevalue("design")) if judged else empty_database
    database = Database(f"sqlite:///{copy(source, tmp_path / 'test.db')}")
    yield database
    database.dispose()


@pytest.fixture
def study(session: Session, design: Design) -> Study:
    return session.scalars(select(Study).where(Study.design == design)).one()


@pytest.fixture(autouse=True)
def _datasets_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf"))
