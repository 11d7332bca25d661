"""One runner at a time, by database alone."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from app.db import Database
from app.errors import Conflict, NotFound
from app.runs import claim, get_run, heartbeat, interrupted, new_owner, release, request_stop
from app.runs.ownership import STALE, is_owned
from app.tables import RunState
from tests.runner.fake_engines import make_run

T0 = datetime(2026, 1, 1, tzinfo=UTC)
ELSEWHERE = "another-host/12/1.00/abcd"


def take(database: Database, run_id: int, owner: str, at: datetime) -> None:
    with database.writing() as session:
        claim(session, run_id, owner, at)


def test_a_fresh_heartbeat_keeps_others_away(database: Database) -> None:
    run_id = make_run(database)
    take(database, run_id, ELSEWHERE, T0)
    with pytest.raises(Conflict):
        take(database, run_id, new_owner(), T0 + STALE - timedelta(seconds=1))


def test_a_stale_heartbeat_lets_another_take_it(database: Database) -> None:
    run_id, mine = make_run(database), new_owner()
    take(database, run_id, ELSEWHERE, T0)
    take(database, run_id, mine, T0 + STALE)
    with database.writing() as session:
        assert not heartbeat(session, run_id, ELSEWHERE, T0 + STALE)
        assert heartbeat(session, run_id, mine, T0 + STALE)
        assert not release(session, run_id, ELSEWHERE)


def test_a_heartbeat_extends_the_claim(database: Database) -> None:
    run_id = make_run(database)
    take(database, run_id, ELSEWHERE, T0)
    with database.writing() as session:
        assert heartbeat(session, run_id, ELSEWHERE, T0 + timedelta(seconds=20))
    with database.reading() as session:
        assert interrupted(session, T0 + timedelta(seconds=45)) == []
        assert interrupted(session, T0 + timedelta(seconds=51)) == [run_id]


def test_a_process_of_this_machine_that_is_gone_owns_nothing_at_once(database: Database) -> None:
    run_id, mine = make_run(database), new_owner()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    host, _, _, nonce = mine.split("/")
    take(database, run_id, f"{host}/{ended.pid}/1.00/{nonce}", T0)
    take(database, run_id, mine, T0)
    with database.reading() as session:
        assert get_run(session, run_id).owner == mine


def test_a_reused_process_id_is_not_the_owner(database: Database) -> None:
    run_id = make_run(database)
    host, pid, started, nonce = new_owner().split("/")
    take(database, run_id, f"{host}/{pid}/{float(started) - 100:.2f}/{nonce}", T0)
    with database.reading() as session:
        assert not is_owned(get_run(session, run_id), T0)
        assert psutil.pid_exists(int(pid))


def test_a_stop_request_ends_the_heartbeat_and_release_keeps_it(database: Database) -> None:
    run_id, mine = make_run(database), new_owner()
    take(database, run_id, mine, T0)
    with database.writing() as session:
        request_stop(session, run_id)
        assert not heartbeat(session, run_id, mine, T0)
        assert release(session, run_id, mine)
    with database.reading() as session:
        run = get_run(session, run_id)
        assert (run.state, run.owner) == (RunState.STOPPED, None)
        assert {m.state for m in run.variants} == {RunState.STOPPED}


def test_a_run_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound), database.writing() as session:
        claim(session, 5, new_owner(), T0)
    with pytest.raises(NotFound), database.writing() as session:
        request_stop(session, 5)
