"""Judged studies in both designs, and no network for `datasets`."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import Design, Study
from tests.results.kept_study import judged_study
from tests.results.lensed import scattered, under_lens


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture(params=[Design.PAIRWISE, Design.SIDE_BY_SIDE])
def design(request: pytest.FixtureRequest) -> Design:
    return Design(request.param)


@pytest.fixture
def study(session: Session, design: Design) -> Study:
    """Under the lens, so that every format has something to write."""
    study = judged_study(session, design)
    under_lens(session, study, scattered)
    return study


@pytest.fixture(autouse=True)
def _datasets_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf"))
