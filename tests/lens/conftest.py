"""A run of known answers under the lens."""

from pathlib import Path

import pytest

from app.db import Database
from tests.lens.scripted import ScriptedLens


@pytest.fixture
def scripted(database: Database, tmp_path: Path) -> ScriptedLens:
    return ScriptedLens(database, tmp_path)
