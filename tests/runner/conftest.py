"""The fake pool, and a runner on it that does not wait between restarts."""

from collections.abc import Callable

import pytest

from app.db import Database
from app.runner import Batching, Effort, Runner
from app.settings import Settings
from tests.runner.fake_engines import FakePool


@pytest.fixture
def pool() -> FakePool:
    return FakePool()


@pytest.fixture
def make_runner(database: Database, pool: FakePool) -> Callable[..., Runner]:
    """Called inside an event loop; `concurrency` is per engine."""

    def make(concurrency: int = 8, batch: int = 16) -> Runner:
        return Runner(
            database,
            pool,  # type: ignore[arg-type]
            Settings(),
            ask=pool.ask,  # type: ignore[arg-type]
            effort=Effort(concurrency, back_off=(0, 0, 0)),
            batching=Batching(batch, 0.01),
        )

    return make
