"""Every engine of a registry: who may use which, and how many run at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from app.engines import endpoints, memory, provenance, vllm
from app.engines.connections import Target, close_clients
from app.engines.cores import share_cores
from app.engines.describe import describe, describe_stray
from app.engines.engine import GRACE, Engine
from app.engines.launch import Place
from app.engines.machine import Machine, interpreter, look
from app.engines.memory import MemoryPlan
from app.engines.records import EngineRecord, Records
from app.engines.status import RUNNING, EngineState, EngineStatus
from app.errors import EngineError, NotFound
from app.registry import EngineSpec, Registry, VariantSpec
from app.settings import Settings

_LOOK_AGAIN = 1.0  # seconds between looks at engines that other processes use


class EnginePool:
    """One per process and event loop. Never lease twice in one task: the second may wait forever.

    Engines that fit together run together; otherwise one at a time, in the order of asking.
    """

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry = registry
        self._settings = settings
        self._records = Records(settings.var.resolve() / "engines")
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._in_use: dict[str, ExitStack] = {}
        self._idle: dict[str, asyncio.Task[None]] = {}
        self._plan: tuple[Machine, MemoryPlan] | None = None
        self._engines = {spec.name: self._engine(spec) for spec in registry.engines}

    def _engine(self, spec: EngineSpec) -> Engine:
        return Engine(
            spec,
            self._records,
            self._settings,
            place=lambda: self._place(spec),
            changed=self._changed.set,
        )

    async def open(self) -> None:
        """Ends what dead owners left, attaches to healthy engines of the same specification."""
        self._records.create_folder()
        for record in self._records.all():
            if record.abandoned:
                await self._reap(record.name)
        await asyncio.gather(*(engine.attach() for engine in self._engines.values()))

    async def close(self) -> None:
        """Stops the engines that this pool started, except detached ones."""
        for task in self._idle.values():
            task.cancel()
        await asyncio.gather(*(engine.leave() for engine in self._engines.values()))
        await close_clients()

    async def _reap(self, name: str) -> None:
        async with self._records.starting(name):
            record = self._records.read(name)
            if record is not None and record.abandoned:
                await record.process.end()
                self._records.remove(record)

    # --- leases ---------------------------------------------------------------------------------

    @asynccontextmanager
    async def lease(self, variant: VariantSpec) -> AsyncIterator[Target]:
        """Where to ask for a variant's answers; its engine stays for as long as this is held.

        Starts the engine when needed and waits for its turn where engines do not fit together.
        Raises EngineError: fatal when trying again cannot help.
        """
        if variant.endpoint is not None:
            yield endpoints.target(variant.endpoint)
            return
        engine = self._serving(variant)
        async with self._held(engine):
            await engine.ready()
            try:
                yield self.target(variant)
            except EngineError:
                engine.doubt()
                raise

    def target(self, variant: VariantSpec) -> Target:
        """For holders of a lease: where another variant of the same engine is served.

        Raises EngineError: fatal when no engine serves it.
        """
        if variant.endpoint is not None:
            return endpoints.target(variant.endpoint)
        engine = self._serving(variant)
        record = engine.record
        if record is None:
            raise EngineError(f"Engine {engine.name} is not running.")
        name = vllm.served_name(engine.spec, variant.name)
        return Target(f"http://127.0.0.1:{record.port}/v1", name, record.api_key, is_local=True)

    def proved(self, variant: VariantSpec) -> None:
        """Says that its engine gave an answer, or which request kills it: the failures before
        no longer count."""
        if variant.endpoint is None:
            self._serving(variant).backoff.reset()

    @asynccontextmanager
    async def _held(self, engine: Engine) -> AsyncIterator[None]:
        # The lock is fair, so a waiting engine gets its turn before more work for the other.
        async with self._turn:
            await self._make_room(engine)
            self._take(engine)
        try:
            yield
        finally:
            self._give_back(engine)

    def _take(self, engine: Engine) -> None:
        engine.leases += 1
        if engine.leases == 1:
            held = self._in_use[engine.name] = ExitStack()
            held.enter_context(self._records.in_use(engine.name))

    def _give_back(self, engine: Engine) -> None:
        engine.leases -= 1
        if engine.leases == 0:
            self._in_use.pop(engine.name).close()
            self._stop_when_idle(engine)
        self._changed.set()

    async def _make_room(self, engine: Engine) -> None:
        """Returns when `engine` may run: beside the others, or as the only one."""
        await asyncio.to_thread(self._planned, fresh=True)
        while others := self._in_the_way(engine):
            self._changed.clear()
            idle = [o for o in others if o.leases == 0 and not self._records.is_in_use(o.name)]
            if idle:
                await asyncio.gather(*(other.stop() for other in idle))
                continue
            try:
                await asyncio.wait_for(self._changed.wait(), _LOOK_AGAIN)
            except TimeoutError:
                continue

    def _in_the_way(self, engine: Engine) -> list[Engine]:
        if self._planned()[1].together:
            return []
        others = (other for other in self._engines.values() if other is not engine)
        return [other for other in others if other.leases or self._is_running(other)]

    def _is_running(self, engine: Engine) -> bool:
        record = self._records.read(engine.name)
        return engine.state in RUNNING or (record is not None and record.process.alive)

    def _stop_when_idle(self, engine: Engine) -> None:
        seconds = self._settings.engine_idle_stop
        if seconds > 0:
            if waiting := self._idle.pop(engine.name, None):
                waiting.cancel()
            self._idle[engine.name] = asyncio.create_task(self._stop_after(engine, seconds))

    async def _stop_after(self, engine: Engine, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._turn:
            record = engine.record
            unused = engine.leases == 0 and not self._records.is_in_use(engine.name)
            if unused and record is not None and not record.detached:
                await engine.stop()

    def _serving(self, variant: VariantSpec) -> Engine:
        for engine in self._engines.values():
            if engine.serves(variant):
                return engine
        raise EngineError(
            f"No engine serves the variant '{variant.name}' as it was stored.",
            hint=f"{self._registry.source.name} does not name it, or not as it was: put that "
            "right, repeat the command that made the run, or make a new one.",
            fatal=True,
        )

    # --- memory and cores -----------------------------------------------------------------------

    def _planned(self, *, fresh: bool = False) -> tuple[Machine, MemoryPlan]:
        """`fresh`: made anew unless an engine runs, for only then is free memory hard to tell."""
        running = any(self._is_running(engine) for engine in self._engines.values())
        if self._plan is None or (fresh and not running):
            machine = look(cpu_only=interpreter(self._settings.engine_python).cpu_only)
            specs = [engine.spec for engine in self._engines.values()]
            budget = self._settings.engine_memory_gb
            ours = (r for r in self._running_records() if r.name in self._engines)
            taken = sum(record.memory_bytes or 0 for record in ours)
            machine = Machine(machine.device, machine.total, machine.free + taken, machine.cores)
            self._plan = machine, memory.plan(specs, machine, budget)
        return self._plan

    def _running_records(self) -> list[EngineRecord]:
        return [record for record in self._records.all() if record.process.alive]

    def _place(self, spec: EngineSpec) -> Place:
        machine, plan = self._planned()
        names = list(self._engines)
        shares = share_cores(machine.cores, len(names) if plan.together else 1)
        cores = shares[names.index(spec.name) if plan.together else 0]
        return Place(machine, plan.shares[spec.name], cores)

    # --- for people -----------------------------------------------------------------------------

    async def up(self, name: str, *, detached: bool = False) -> EngineStatus:
        """Starts an engine, whatever failed before; `detached` lets it outlive this process.

        Raises NotFound, EngineError.
        """
        engine = self._named(name)
        engine.backoff.reset()
        async with self._held(engine):
            await engine.ready()
            if detached:
                engine.detach()
        return self._status(engine)

    async def down(self, name: str) -> EngineStatus:
        """Stops an engine, whoever started it; also one that no variant needs any more.

        Raises NotFound.
        """
        if stray := next((record for record in self._strays() if record.name == name), None):
            return await self._end(stray)
        engine = self._named(name)
        await engine.stop()
        engine.backoff.reset()
        return self._status(engine)

    async def _end(self, stray: EngineRecord) -> EngineStatus:
        self._records.write(stray.model_copy(update={"state": "stopping"}))
        await stray.process.end(grace=GRACE)
        self._records.remove(stray)
        return EngineStatus(stray.name, (), EngineState.STOPPED)

    def status(self) -> list[EngineStatus]:
        """Every engine and endpoint of the registry, and strays.

        Waits for no engine, but may ask the interpreter and the GPU: call it in a thread.
        """
        local = [self._status(engine) for engine in self._engines.values()]
        strays = [describe_stray(record, self._records) for record in self._strays()]
        return local + strays + endpoints.statuses(self._registry)

    def _strays(self) -> list[EngineRecord]:
        """They run for another models.yaml, or for what this one was when they started."""
        return [r for r in self._running_records() if r.name not in self._engines]

    def _named(self, name: str) -> Engine:
        if name not in self._engines:
            raise NotFound(
                f"There is no engine '{name}'.", hint=f"The engines: {', '.join(self._engines)}."
            )
        return self._engines[name]

    def _status(self, engine: Engine) -> EngineStatus:
        return describe(engine, self._records, self._settings, lambda: self._place(engine.spec))

    # --- for runs -------------------------------------------------------------------------------

    def group(self, variants: Sequence[VariantSpec]) -> list[list[VariantSpec]]:
        """Variants by the engine or endpoint that serves them, in the order given."""
        groups: dict[str, list[VariantSpec]] = {}
        for variant in variants:
            source = variant.endpoint.url if variant.endpoint else ""
            weights = variant.weights.model_dump_json() if variant.weights else ""
            groups.setdefault(f"{source}\0{weights}", []).append(variant)
        return list(groups.values())

    async def provenance(self, variant: VariantSpec) -> dict[str, Any]:
        """What, besides the variant's own description, made its answers. Best while leased."""
        if variant.endpoint is not None:
            return await provenance.of_endpoint(endpoints.target(variant.endpoint))
        engine = self._serving(variant)
        record = engine.record
        command = list(record.command) if record else engine.command(self._settings.engine_port)
        version = interpreter(self._settings.engine_python).version
        return await asyncio.to_thread(provenance.of_engine, variant, version, command)
