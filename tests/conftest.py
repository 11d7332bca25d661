"""Fixtures that every folder of tests shares."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect

import app.db
import app.tables
from app.db import Database
from app.migrate import open_database
from tests.browsers import chromium

_E2E = Path(__file__).with_name("e2e")


def pytest_configure() -> None:
    """Ctrl-C reaches child processes also where the tests were started with it ignored, as shells
    do for what runs in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # A busy machine is no failure.
    expect.set_options(timeout=30_000)
    settings.register_profile(
        "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")
    gc.disable()  # a third of the time that collecting tests takes


def pytest_collection_finish() -> None:
    """All that was imported stays: it is not looked through for garbage again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _unhurried_disk() -> Iterator[None]:
    """Databases of this process outlive a crash of it, not of the machine: tests of thousands of
    small transactions would otherwise wait for the disk most of their time."""
    set_pragmas = app.db._set_pragmas

    def lighter(connection: Any, record: Any) -> None:
        set_pragmas(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.db, "_set_pragmas", lighter)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with browser tests last: from its first use on, Playwright keeps an event loop running
    in this thread, in which asynchronous tests cannot start one of their own. Those of tests/e2e
    take long and close theirs, so they come first, and nothing waits for them at the end."""
    with_browser = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: (item.path.parent != _E2E, item.path in with_browser))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema and without rows, to be copied: migrations take long."""
    path = tmp_path_factory.mktemp("empty") / "test.db"
    open_database(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """A fresh SQLite file with every table."""
    database = Database(f"sqlite:///{copy(empty_database, tmp_path / 'test.db')}")
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all tests."""
    with chromium() as browser:
        yield browser
