"""Child processes in sessions of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.engines.process import EngineProcess, Identity, this_process

pytestmark = pytest.mark.anyio

PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def start(tmp_path: Path, code: str) -> EngineProcess:
    return EngineProcess.start([sys.executable, "-c", code], os.environ, tmp_path / "log")


async def until_up(tmp_path: Path) -> None:
    import anyio

    with anyio.fail_after(20):
        while "up" not in (tmp_path / "log").read_text():
            await anyio.sleep(0.02)


def test_this_process_lives_and_an_impostor_does_not() -> None:
    here = this_process()
    assert here.alive
    assert not Identity(here.pid, here.created - 100).alive


def test_a_zombie_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    identity = Identity(child.pid, __import__("psutil").Process(child.pid).create_time())
    assert child.stdout is not None
    child.stdout.read()  # closed by its end
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not identity.alive
    child.wait()


async def test_ends_the_whole_session(tmp_path: Path) -> None:
    process = start(tmp_path, PARENT)
    await until_up(tmp_path)
    assert len(process.session()) == 2
    await process.end()
    assert process.session() == []
    assert not process.alive


async def test_ends_children_whose_parent_was_killed(tmp_path: Path) -> None:
    process = start(tmp_path, PARENT)
    await until_up(tmp_path)
    os.kill(process.identity.pid, 9)
    os.waitid(os.P_PID, process.identity.pid, os.WEXITED | os.WNOWAIT)
    assert not process.identity.alive
    assert len(process.session()) == 1
    await process.end(grace=0)
    assert process.session() == []
    assert process.exit_code == -9


async def test_kills_what_ignores_the_request(tmp_path: Path) -> None:
    code = "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    process = start(tmp_path, f"{code}\nimport time; time.sleep(600)")
    await until_up(tmp_path)
    await process.end(grace=0.2)
    assert process.exit_code == -9


async def test_another_process_under_the_same_id_is_left_alone(tmp_path: Path) -> None:
    process = start(tmp_path, PARENT)
    await until_up(tmp_path)
    earlier = EngineProcess(Identity(process.identity.pid, process.identity.created - 100))
    assert earlier.session() == []
    await earlier.end(grace=0)
    assert process.alive
    await process.end(grace=0)
