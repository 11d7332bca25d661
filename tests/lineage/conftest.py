"""A fresh database, and one for a module whose tests read only."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from tests.registry.conftest import World


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture(scope="module")
def shared_session(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Session]:
    path = copy(empty_database, tmp_path_factory.mktemp("shared") / "test.db")
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        yield session
    database.dispose()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return furnished(tmp_path)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return furnished(tmp_path_factory.mktemp("world"))


def furnished(folder: Path) -> World:
    """With weights in base/, and a fine-tune's checkpoints in mine/."""
    world = World(folder)
    world.weights("base")
    for step in (100, 200, 300):
        trained(world, f"mine/checkpoint-{step}", step)
    return world


def trained(world: World, name: str, fill: int) -> None:
    """An adapter whose tensors no other number gives."""
    path = world.adapter(name) / "adapter_model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[:-2] + fill.to_bytes(2, "big"))
