"""Ctrl-C and SIGTERM: what is done is kept, what was started is stopped, nothing is shouted."""

import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable

import pytest

from tests.cli.conftest import Home, Triptych


def _until(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Another process's files cannot be awaited: looks again until it is so."""
    deadline = time.monotonic() + 20
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _line(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return line.strip()
    pytest.fail(f"it ended: {process.communicate()}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_keeps_what_was_answered_and_goes_on(
    home: Home, triptych: Triptych, number: int, code: int
) -> None:
    home.rows("my.jsonl", {"prompt": "One?"}, {"prompt": "hang"})
    triptych("prompts", "import", "my.jsonl")
    process = home.start("run", "my", "--variant", "base")
    _line(process, "1 of 2 answers")
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Stopped; what was answered is saved. The same command goes on." in out
    assert "Traceback" not in err
    assert home.engine_processes() == []
    runs = triptych("runs").out
    assert "stopped" in runs
    assert "1 of 2" in runs


def test_an_engine_that_is_starting_is_stopped(home: Home) -> None:
    home.behave(start_delay=60)
    process = home.start("engines", "up")
    _until(home.engine_processes, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in err
    assert home.engine_processes() == []


def test_the_server_ends_quietly(home: Home) -> None:
    port = _free_port()
    process = home.start("serve", "--port", str(port))
    assert _line(process, "Triptych is at") == f"Triptych is at http://127.0.0.1:{port}"
    link = _line(process, "Admin link").split()[-1]
    _until(lambda: _answers(port), process)
    with urllib.request.urlopen(link) as reply:
        assert reply.status == 200
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert process.returncode == 130


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
