"""Engines and owners that die, hang or refuse."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile

import anyio
import pytest

from app.engines import EngineState, PromptInput, generate
from app.engines.records import Records
from app.errors import AppError, EngineError

pytestmark = pytest.mark.anyio

OWNER = """
import anyio, sys
from pathlib import Path
from app.engines import EnginePool
from app.registry import Registry
from app.settings import Settings

async def main():
    registry = Registry.model_validate_json(Path(sys.argv[1]).read_text())
    settings = Settings.model_validate_json(Path(sys.argv[2]).read_text())
    pool = EnginePool(registry, settings)
    await pool.open()
    async with pool.lease(registry.variants[0]):
        print("ready", flush=True)
        await anyio.sleep(600)

anyio.run(main)
"""


def start_owner(world) -> subprocess.Popen[str]:
    """Another server, as a process of its own."""
    registry, settings = world.folder / "registry.json", world.folder / "settings.json"
    registry.write_text(world.registry.model_dump_json())
    settings.write_text(world.settings().model_dump_json(exclude_none=True))
    command = [sys.executable, "-c", OWNER, str(registry), str(settings)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


class TestStart:
    @pytest.mark.usefixtures("quick_backoff")
    async def test_a_fatal_failure_is_not_tried_again(self, world) -> None:
        log = "api_server.py: error: unrecognized arguments: --no-such-thing 3"
        base = world.variant("base", log=log, exit=2)
        async with world.opened() as pool:
            for _ in range(2):
                with pytest.raises(EngineError, match="--no-such-thing 3") as caught:
                    async with pool.lease(base):
                        pass
            (status,) = pool.status()
        assert caught.value.fatal
        assert log in caught.value.log_tail
        assert "--model" in caught.value.command
        assert len(world.starts("base")) == 1
        assert status.state is EngineState.FAILED
        assert "--no-such-thing 3" in status.error
        assert log in status.log_tail
        assert status.hint

    @pytest.mark.usefixtures("quick_backoff")
    async def test_other_failures_are_tried_again(self, world) -> None:
        base = world.variant("base", log="RuntimeError: bad luck", exit=1, exits=2)
        async with world.opened() as pool, pool.lease(base) as target:
            answer = await generate(target, base, PromptInput("x"))
            assert only_state(pool) is EngineState.READY
        assert answer.text == "base says x"
        assert len(world.starts("base")) == 3

    @pytest.mark.usefixtures("quick_backoff")
    async def test_but_not_for_ever(self, world) -> None:
        base = world.variant("base", log="RuntimeError: bad luck", exit=1)
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="bad luck") as caught:
                async with pool.lease(base):
                    pass
        assert caught.value.fatal
        assert "several times" in caught.value.hint
        assert len(world.starts("base")) == 4

    @pytest.mark.usefixtures("quick_backoff")
    async def test_up_tries_again_after_a_fatal_failure(self, world) -> None:
        world.variant("base", log="CUDA out of memory", exit=1)
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="out of memory"):
                await pool.up("base")
            world.weights("base")
            status = await pool.up("base")
        assert status.state is EngineState.READY
        assert status.error is None

    async def test_one_that_never_gets_ready_is_ended(self, world) -> None:
        base = world.variant("base", start_delay=600, ignore_term=True, children=1)
        async with world.opened(engine_start_timeout=0.5) as pool:
            with pytest.raises(EngineError, match=r"not ready after 0\.5 seconds") as caught:
                async with pool.lease(base):
                    pass
            assert world.processes() == []
        assert "TRIPTYCH_ENGINE_START_TIMEOUT" in caught.value.hint

    async def test_taken_ports_are_passed_over(self, world) -> None:
        import socket

        base = world.variant("base")
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]
            async with world.opened(engine_port=taken) as pool, pool.lease(base):
                (status,) = pool.status()
        assert status.port > taken


class TestDeath:
    @pytest.mark.usefixtures("quick_backoff")
    async def test_a_request_in_flight_fails_at_once_and_the_next_lease_restarts(
        self, world
    ) -> None:
        base = world.variant("base", children=1)
        async with world.opened() as pool:
            with anyio.fail_after(20):
                async with pool.lease(base) as target:
                    with pytest.raises(EngineError, match="does not answer"):
                        await generate(target, base, PromptInput("die"))
                    await world.until(lambda: pool.status()[0].error is not None)
            (status,) = pool.status()
            assert status.state is EngineState.DIED
            assert "SIGKILL" in status.error
            await world.until(lambda: world.processes() == [])  # the child is gone, too
            async with pool.lease(base) as target:
                assert (await generate(target, base, PromptInput("x"))).text == "base says x"
        assert len(world.starts("base")) == 2

    @pytest.mark.usefixtures("quick_backoff")
    async def test_one_that_is_still_dying_is_not_asked_again(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="does not answer"):
                async with pool.lease(base) as target:
                    await generate(target, base, PromptInput("close"))
            assert only_state(pool) is EngineState.READY  # by its process
            async with pool.lease(base) as target:
                assert (await generate(target, base, PromptInput("x"))).text == "base says x"
        assert len(world.starts("base")) == 2

    async def test_one_that_is_well_outlives_a_failure(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="internal error"):
                async with pool.lease(base) as target:
                    await generate(target, base, PromptInput("broken"))
            async with pool.lease(base) as target:
                assert (await generate(target, base, PromptInput("x"))).text == "base says x"
        assert len(world.starts("base")) == 1

    @pytest.mark.usefixtures("quick_backoff")
    async def test_a_death_noticed_late_does_not_end_the_next_one(self, world, monkeypatch) -> None:
        monkeypatch.setattr("app.engines.engine._WATCH", 0.5)
        base = world.variant("base")
        async with world.opened() as pool:
            for _ in range(3):
                with pytest.raises(EngineError):
                    async with pool.lease(base) as target:
                        await generate(target, base, PromptInput("die"))
            async with pool.lease(base) as target:
                await world.until(lambda: watchers() == 1)  # those of all that died have looked
                assert (await generate(target, base, PromptInput("x"))).text == "base says x"
        assert len(world.starts("base")) == 4

    @pytest.mark.usefixtures("quick_backoff")
    async def test_every_request_in_flight_fails(self, world) -> None:
        base = world.variant("base")
        failures = []

        async def hang(target) -> None:
            with pytest.raises(EngineError) as caught:
                await generate(target, base, PromptInput("hang"))
            failures.append(caught.value)

        async with world.opened() as pool:
            with anyio.fail_after(20):
                async with pool.lease(base) as target, anyio.create_task_group() as group:
                    for _ in range(8):
                        group.start_soon(hang, target)
                    await world.until(lambda: world.hanging("base") == 8)
                    os.kill(pool.status()[0].pid, signal.SIGKILL)
        assert len(failures) == 8
        assert not any(failure.fatal for failure in failures)

    @pytest.mark.usefixtures("quick_backoff")
    async def test_dying_again_and_again_ends_in_a_fatal_error(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            for _ in range(4):
                async with pool.lease(base) as target:
                    with pytest.raises(EngineError):
                        await generate(target, base, PromptInput("die"))
                await world.until(lambda: only_state(pool) is EngineState.DIED)
            with pytest.raises(EngineError) as caught:
                async with pool.lease(base):
                    pass
        assert caught.value.fatal
        assert len(world.starts("base")) == 4

    @pytest.mark.usefixtures("quick_backoff")
    async def test_answers_in_between_prove_the_engine(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            for _ in range(5):
                async with pool.lease(base) as target:
                    pool.proved(base)
                    with pytest.raises(EngineError):
                        await generate(target, base, PromptInput("die"))
                await world.until(lambda: only_state(pool) is EngineState.DIED)
        assert len(world.starts("base")) == 5

    async def test_one_that_ignores_sigterm_is_killed(self, world, monkeypatch) -> None:
        base = world.variant("base", ignore_term=True, children=1)
        async with world.opened() as pool:
            async with pool.lease(base):
                pass
            monkeypatch.setattr("app.engines.engine.GRACE", 0.2)
            await pool.down("base")
            assert world.processes() == []


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go, for owners in processes of their own, too."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


class TestLeftovers:
    """vLLM leaves sockets behind; the fake engine does, too."""

    async def test_of_a_stopped_engine(self, world, temporary) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            async with pool.lease(base):
                assert list(temporary.glob("triptych-*/socket"))
            await pool.down("base")
            assert not list(temporary.glob("triptych-*"))

    async def test_of_one_that_never_started(self, world, temporary) -> None:
        base = world.variant("base", log="error: unrecognized arguments: --x", exit=2)
        async with world.opened() as pool:
            with pytest.raises(EngineError):
                async with pool.lease(base):
                    pass
            assert not list(temporary.glob("triptych-*"))

    async def test_of_a_killed_owners_engine(self, world, temporary) -> None:
        world.variant("base")
        owner = start_owner(world)
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        owner.kill()
        owner.wait()
        assert list(temporary.glob("triptych-*/socket"))
        async with world.opened():
            assert not list(temporary.glob("triptych-*"))


class TestOwner:
    async def test_engines_of_a_killed_owner_are_reaped(self, world) -> None:
        base = world.variant("base", children=2)
        owner = start_owner(world)
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        owner.kill()
        owner.wait()
        assert len(world.processes()) == 3
        async with world.opened() as pool:
            assert world.processes() == []
            assert only_state(pool) is EngineState.STOPPED
            async with pool.lease(base):
                assert len(world.starts("base")) == 2

    async def test_also_when_only_the_children_are_left(self, world) -> None:
        world.variant("base", children=2)
        owner = start_owner(world)
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.kill()
        owner.wait()
        os.kill(int(world.starts("base")[0].split()[0]), signal.SIGKILL)
        await world.until(lambda: len(world.processes()) == 2)
        async with world.opened():
            assert world.processes() == []

    async def test_a_living_owner_keeps_its_engine(self, world) -> None:
        base = world.variant("base")
        owner = start_owner(world)
        assert owner.stdout is not None
        owner.stdout.readline()
        async with world.opened() as pool, pool.lease(base) as target:
            assert (await generate(target, base, PromptInput("x"))).text == "base says x"
            assert not pool.status()[0].owned
        assert len(world.processes()) == 1
        owner.kill()
        owner.wait()
        async with world.opened():
            assert world.processes() == []

    async def test_a_record_of_another_process_under_the_same_id_kills_nobody(self, world) -> None:
        world.variant("base")
        async with world.opened() as pool:
            await pool.up("base", detached=True)
            records = Records(world.folder / "var" / "engines")
            record = records.read("base")
            bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
            wrong = record.model_copy(
                update={"pid": bystander.pid, "created": record.created - 100}
            )
            await pool.down("base")
        records.write(wrong)
        async with world.opened():
            assert records.read("base") is None
        assert bystander.poll() is None
        bystander.communicate()

    async def test_a_damaged_record_does_not_stop_the_server(self, world) -> None:
        base = world.variant("base")
        folder = world.folder / "var" / "engines"
        folder.mkdir(parents=True)
        (folder / "base.json").write_text("{")
        async with world.opened() as pool, pool.lease(base) as target:
            assert (await generate(target, base, PromptInput("x"))).text == "base says x"


class TestRequests:
    async def test_a_refused_prompt_is_that_prompts_failure(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool, pool.lease(base) as target:
            with pytest.raises(AppError, match="at most 256") as caught:
                await generate(target, base, PromptInput("too long"))
            assert not isinstance(caught.value, EngineError)
            assert (await generate(target, base, PromptInput("x"))).text == "base says x"

    async def test_a_broken_server_is_the_engines_failure(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool, pool.lease(base) as target:
            with pytest.raises(EngineError, match="internal error"):
                await generate(target, base, PromptInput("broken"))


def watchers() -> int:
    names = (str(task.get_coro()) for task in asyncio.all_tasks())
    return sum("Engine._watch" in name for name in names)


def only_state(pool) -> EngineState:
    (status,) = pool.status()
    return status.state
