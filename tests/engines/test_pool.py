"""The pool over fake engines: leases, sharing, room, attaching, people's commands."""

import errno
import stat
from typing import Any

import anyio
import pytest

from app.engines import EngineState, EngineStatus, PromptInput, generate
from app.engines import pool as pool_module
from app.engines.launch import Launcher
from app.engines.machine import Machine
from app.engines.memory import GIB
from app.engines.pool import EnginePool
from app.engines.records import Records
from app.errors import EngineError, NotFound
from app.registry import AdapterSpec, EndpointSpec, VariantSpec
from app.tables import VariantKind

pytestmark = pytest.mark.anyio


def only(pool: EnginePool) -> EngineStatus:
    (status,) = pool.status()
    return status


def with_adapter(variant: VariantSpec) -> VariantSpec:
    adapter = AdapterSpec(id="/adapters/a", rank=8, alpha=16, target_modules=("q_proj",))
    return VariantSpec(name="lora", kind=VariantKind.LORA, weights=variant.weights, adapter=adapter)


class TestLease:
    async def test_starts_on_demand_and_serves(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            assert only(pool).state is EngineState.STOPPED
            async with pool.lease(base) as target:
                answer = await generate(target, base, PromptInput("hello"))
            assert answer.text == "base says hello"
            status = only(pool)
        assert status.state is EngineState.READY
        assert status.owned
        assert status.pid
        assert target.base_url == f"http://127.0.0.1:{status.port}/v1"
        assert f"--port {status.port}" in status.command

    async def test_base_and_adapter_share_one_engine(self, world) -> None:
        base = world.variant("base")
        lora = with_adapter(base)
        world.variants.append(lora)
        async with world.opened() as pool, pool.lease(base) as first, pool.lease(lora) as second:
            assert first.base_url == second.base_url
            answer = await generate(second, lora, PromptInput("hello"))
            assert answer.text == "lora says hello"
            assert len(world.starts("base")) == 1

    async def test_a_holder_asks_for_other_variants_of_its_engine(self, world) -> None:
        base = world.variant("base")
        lora = with_adapter(base)
        world.variants.append(lora)
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="not running") as caught:
                pool.target(lora)
            assert not caught.value.fatal
            async with pool.lease(base) as held:
                target = pool.target(lora)
        assert (target.served_name, target.base_url) == ("lora", held.base_url)

    async def test_many_at_once_start_one_engine(self, world) -> None:
        base = world.variant("base", start_delay=0.2)

        async def ask(pool: EnginePool) -> None:
            async with pool.lease(base) as target:
                await generate(target, base, PromptInput("hello"))

        async with world.opened() as pool, anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask, pool)
        assert len(world.starts("base")) == 1

    async def test_engines_get_cores_of_their_own(self, world, monkeypatch) -> None:
        monkeypatch.setattr("app.engines.machine.available_cores", lambda: (0, 1, 2, 3))
        a, b = world.variant("a"), world.variant("b")
        async with world.opened() as pool, pool.lease(a), pool.lease(b):
            assert [status.cores for status in pool.status()] == [(0, 1), (2, 3)]
        assert world.starts("a")[0].split()[1] == "0-1"
        assert world.starts("b")[0].split()[1] == "2-3"

    async def test_a_variant_that_has_changed_since_is_refused(self, world) -> None:
        base = world.variant("base")
        stored = base.model_copy(update={"weights": world.weights("elsewhere")})
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="as it was stored") as caught:
                async with pool.lease(stored):
                    pass
        assert caught.value.fatal

    async def test_nothing_is_left_after_close(self, world) -> None:
        base = world.variant("base", children=2)
        async with world.opened() as pool, pool.lease(base):
            assert len(world.processes()) == 3
        assert world.processes() == []
        assert list((world.folder / "var" / "engines").glob("*.json")) == []

    async def test_closing_while_it_starts_leaves_nothing(self, world) -> None:
        base = world.variant("base", start_delay=600, children=1)

        async def ask(pool: EnginePool) -> None:
            with pytest.raises(EngineError, match="stopped while starting"):
                async with pool.lease(base):
                    pass

        async with anyio.create_task_group() as group, world.opened() as pool:
            group.start_soon(ask, pool)
            await world.until(lambda: len(world.processes()) == 2)
            assert only(pool).state is EngineState.STARTING
        assert world.processes() == []

    async def test_one_that_cannot_be_recorded_is_not_left_running(
        self, world, monkeypatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Records, "write", full)
        base = world.variant("base")
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="No space left"):
                await pool.lease(base).__aenter__()
            assert only(pool).state is EngineState.FAILED
            assert world.processes() == []

    async def test_no_variants_name_is_the_name_of_a_lock(self, world) -> None:
        ports = world.variant("ports")
        async with world.opened() as pool:
            with anyio.fail_after(20):
                async with pool.lease(ports):
                    assert only(pool).state is EngineState.READY

    @pytest.mark.parametrize(("device", "at_once"), [("gpu", 1), ("cpu", 2)])
    async def test_engines_start_one_after_another_on_a_gpu(
        self, world, monkeypatch, device, at_once
    ) -> None:
        machine = Machine(device, total=80 * GIB, free=80 * GIB, cores=(0, 1))
        monkeypatch.setattr(pool_module, "look", lambda **_: machine)
        starting: list[str] = []
        most = 0
        real = Launcher.until_ready

        async def counted(launcher: Launcher, *started: Any) -> None:
            nonlocal most
            starting.append(launcher.spec.name)
            most = max(most, len(starting))
            await real(launcher, *started)
            starting.remove(launcher.spec.name)

        monkeypatch.setattr(Launcher, "until_ready", counted)
        world.variant("a"), world.variant("b")
        async with world.opened(engine_memory_gb=70.0) as pool:
            async with anyio.create_task_group() as group:
                group.start_soon(pool.up, "a")
                group.start_soon(pool.up, "b")
            assert [status.state for status in pool.status()] == [EngineState.READY] * 2
        assert most == at_once


class TestRoom:
    async def test_one_at_a_time_when_they_do_not_fit(self, world) -> None:
        a, b = world.variant("a"), world.variant("b")
        async with world.opened(engine_memory_gb=4.0) as pool:
            async with pool.lease(a):
                pass
            async with pool.lease(b) as target:
                answer = await generate(target, b, PromptInput("hello"))
                states = {status.name: status.state for status in pool.status()}
        assert answer.text == "b says hello"
        assert states == {"a": EngineState.STOPPED, "b": EngineState.READY}

    async def test_waits_for_the_one_in_use(self, world) -> None:
        a, b = world.variant("a"), world.variant("b")
        order = []

        async def second(pool: EnginePool) -> None:
            async with pool.lease(b):
                order.append("b")

        async with world.opened(engine_memory_gb=4.0) as pool:  # noqa: SIM117
            async with anyio.create_task_group() as group:
                async with pool.lease(a) as target:
                    group.start_soon(second, pool)
                    await anyio.wait_all_tasks_blocked()
                    await generate(target, a, PromptInput("hello"))
                    assert world.starts("b") == []
                    order.append("a")
        assert order == ["a", "b"]

    async def test_what_another_server_uses_is_not_stopped(self, world) -> None:
        a, b = world.variant("a"), world.variant("b")
        async with (
            world.opened(engine_memory_gb=4.0) as one,
            world.opened(engine_memory_gb=4.0) as two,
        ):
            async with one.lease(a) as target:
                with anyio.move_on_after(1.5) as scope:
                    async with two.lease(b):
                        pass
                assert scope.cancelled_caught
                assert (await generate(target, a, PromptInput("hello"))).text == "a says hello"
            async with two.lease(b):
                assert world.starts("b")

    async def test_idle_engines_stop_when_asked_to(self, world) -> None:
        base = world.variant("base")
        async with world.opened(engine_idle_stop=0.05) as pool:
            async with pool.lease(base):
                pass
            await world.until(lambda: only(pool).state is EngineState.STOPPED)
            assert world.processes() == []
            async with pool.lease(base) as target:
                assert (await generate(target, base, PromptInput("x"))).text == "base says x"


class TestAttach:
    async def test_a_second_pool_uses_the_running_engine(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as one, one.lease(base) as first:
            async with world.opened() as two:
                assert only(two).state is EngineState.READY
                async with two.lease(base) as second:
                    assert second == first
            # Closing the guest leaves the owner's engine alone.
            assert (await generate(first, base, PromptInput("x"))).text == "base says x"
        assert len(world.starts("base")) == 1

    async def test_two_pools_starting_at_once_start_one_engine(self, world) -> None:
        base = world.variant("base", start_delay=0.3)

        async def ask(pool: EnginePool) -> None:
            async with pool.lease(base) as target:
                await generate(target, base, PromptInput("x"))

        async with world.opened() as one, world.opened() as two:  # noqa: SIM117
            async with anyio.create_task_group() as group:
                group.start_soon(ask, one)
                group.start_soon(ask, two)
        assert len(world.starts("base")) == 1

    async def test_opening_does_not_wait_for_another_servers_start(self, world) -> None:
        base = world.variant("base", start_delay=600)

        async def ask(pool: EnginePool) -> None:
            with pytest.raises(EngineError, match="stopped while starting"):
                async with pool.lease(base):
                    pass

        async with anyio.create_task_group() as group:  # noqa: SIM117
            async with world.opened() as one:
                group.start_soon(ask, one)
                await world.until(lambda: world.starts("base") != [])
                with anyio.fail_after(20):
                    async with world.opened() as two:
                        assert only(two).state is EngineState.STARTING

    async def test_other_settings_replace_the_engine(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool:
            await pool.up("base", detached=True)
        weights = base.weights.model_copy(update={"vllm": {"max_model_len": 256}})
        changed = base.model_copy(update={"weights": weights})
        world.variants[:] = [changed]
        async with world.opened() as pool:
            async with pool.lease(changed):
                assert "--max-model-len 256" in only(pool).command
                assert len(world.processes()) == 1
            await pool.down("base")
        assert len(world.starts("base")) == 2


class TestForPeople:
    async def test_detached_engines_stay_until_down(self, world) -> None:
        world.variant("base")
        async with world.opened() as pool:
            started = await pool.up("base", detached=True)
        assert started.detached
        assert len(world.processes()) == 1
        async with world.opened() as pool:
            status = only(pool)
            assert (status.state, status.pid) == (EngineState.READY, started.pid)
            assert not status.owned
            stopped = await pool.down("base")
        assert stopped.state is EngineState.STOPPED
        assert world.processes() == []

    async def test_one_that_no_variant_needs_any_more_is_shown_and_stopped(self, world) -> None:
        world.variant("old")
        async with world.opened() as pool:
            await pool.up("old", detached=True)
        before = world.variants.pop()
        world.variant("new")
        async with world.opened() as pool:
            new, old = pool.status()
            assert (new.name, new.state) == ("new", EngineState.STOPPED)
            assert (old.name, old.variants, old.state) == ("old", (), EngineState.READY)
            assert (await pool.down("old")).state is EngineState.STOPPED
            assert [status.name for status in pool.status()] == ["new"]
        world.variants.append(before)
        assert world.processes() == []

    async def test_down_by_another_pool_is_no_death(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as owner, world.opened() as other:
            async with owner.lease(base):
                pass
            await other.down("base")
            await world.until(lambda: only(owner).state is EngineState.STOPPED)
            assert only(owner).error is None

    async def test_down_by_another_pool_while_it_starts_is_not_undone(self, world) -> None:
        base = world.variant("base", start_delay=600)

        async def ask(pool: EnginePool) -> None:
            with pytest.raises(EngineError, match="stopped while starting"):
                async with pool.lease(base):
                    pass

        async with world.opened() as owner, world.opened() as other:
            async with anyio.create_task_group() as group:
                group.start_soon(ask, owner)
                await world.until(lambda: len(world.starts("base")) == 1)
                await other.down("base")
            assert only(owner).state is EngineState.STOPPED
            assert len(world.starts("base")) == 1

    async def test_unknown_names(self, world) -> None:
        world.variant("base")
        async with world.opened() as pool:
            with pytest.raises(NotFound, match="no engine 'bse'"):
                await pool.up("bse")

    async def test_records_are_for_their_user_only(self, world) -> None:
        base = world.variant("base")
        async with world.opened() as pool, pool.lease(base) as target:
            folder = world.folder / "var" / "engines"
            record = folder / "base.json"
            assert target.api_key in record.read_text()
            assert stat.S_IMODE(record.stat().st_mode) == 0o600
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert target.api_key not in only(pool).command

    def test_status_works_before_anything_runs(self, world) -> None:
        world.variant("base")
        status = only(world.pool())
        assert status.state is EngineState.STOPPED
        assert status.command.startswith(str(world.python))
        assert status.memory_bytes > 2**30

    def test_an_interpreter_without_vllm_is_named_in_the_status(self, world) -> None:
        world.variant("base")
        status = only(world.pool(engine_python="/nowhere/python"))
        assert "/nowhere/python" in status.error
        assert "TRIPTYCH_ENGINE_PYTHON" in status.hint

    async def test_provenance(self, world) -> None:
        base = world.variant("base")
        folder = world.folder / "weights-base"
        (folder / "chat_template.jinja").write_text("{{ messages }}")
        lora = with_adapter(base)
        world.variants.append(lora)
        async with world.opened() as pool, pool.lease(lora):
            found = await pool.provenance(lora)
        assert found["vllm_version"] == "0.0-fake"
        assert (found["adapter_rank"], found["adapter_alpha"]) == (8, 16)
        assert len(found["chat_template_hash"]) == 64
        assert "--enable-lora" in found["command"]


class TestEndpoints:
    def endpoint(self, name: str, url: str, key: str | None = None) -> VariantSpec:
        spec = EndpointSpec(url=url, served_name=name, api_key_env=key)
        return VariantSpec(name=name, kind=VariantKind.OTHER, endpoint=spec)

    async def test_a_missing_key_is_explained(self, world, monkeypatch) -> None:
        monkeypatch.delenv("MY_KEY", raising=False)
        remote = self.endpoint("remote", "https://example.org", "MY_KEY")
        async with world.opened() as pool:
            with pytest.raises(EngineError, match="MY_KEY is not set") as caught:
                async with pool.lease(remote):
                    pass
        assert caught.value.fatal
        assert "export MY_KEY" in caught.value.hint

    async def test_the_key_is_read_when_used(self, world, monkeypatch) -> None:
        remote = self.endpoint("remote", "https://example.org/api/v3", "MY_KEY")
        async with world.opened() as pool:
            monkeypatch.setenv("MY_KEY", "abc")
            async with pool.lease(remote) as target:
                assert target.api_key == "abc"
                assert target.base_url == "https://example.org/api/v3"
                assert not target.is_local

    def test_groups_and_status(self, world) -> None:
        a, b = world.variant("a"), world.variant("b")
        lora = with_adapter(a)
        first = self.endpoint("r1", "http://example.org")
        second = self.endpoint("r2", "http://example.org")
        world.variants.extend([first, lora, second])
        pool = world.pool()
        names = [[v.name for v in group] for group in pool.group(world.variants)]
        assert names == [["a", "lora"], ["b"], ["r1", "r2"]]
        remote = pool.status()[-1]
        assert remote.state is EngineState.REMOTE
        assert remote.variants == ("r1", "r2")
        assert remote.base_url == "http://example.org/v1"
        assert b.name == "b"
