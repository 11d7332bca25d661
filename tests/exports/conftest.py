"""Judged studies in both designs, and no network for `datasets`."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.tables import Design, Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture(params=[Design.PAIRWISE, Design.SIDE_BY_SIDE])
def study(session: Session, request: pytest.FixtureRequest) -> Study:
    study = opened_study(session, request.param)
    judge_all(session, study, mixed_judge)
    return study


@pytest.fixture(autouse=True)
def _datasets_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf"))
