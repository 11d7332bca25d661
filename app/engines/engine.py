"""One engine's life: start or attach, watch, start again, stop."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress

from app.engines import vllm
from app.engines.backoff import Backoff
from app.engines.health import healthy
from app.engines.launch import Launcher, Place, diagnosis
from app.engines.process import EngineProcess
from app.engines.records import EngineRecord, Records
from app.engines.status import EngineState
from app.errors import EngineError
from app.registry import EngineSpec, VariantSpec
from app.settings import Settings

log = logging.getLogger("triptych")

_WATCH = 0.1  # seconds between looks at the process
_GPU = ".gpu"  # a lock; no variant's name begins with a dot
GRACE = 10.0  # seconds that an engine has to end by itself
_PATIENCE = 30.0  # seconds that a busy engine may take to say that it is well


class Engine:
    """Lives in one event loop. `changed` is called after every change of state."""

    def __init__(
        self,
        spec: EngineSpec,
        records: Records,
        settings: Settings,
        *,
        place: Callable[[], Place],
        changed: Callable[[], None],
    ) -> None:
        self.spec = spec
        described = f"{settings.engine_python}\n{spec.model_dump_json()}"
        self.spec_hash = hashlib.sha256(described.encode()).hexdigest()
        self.state = EngineState.STOPPED
        self.error: EngineError | None = None
        self.owned = False
        self.leases = 0
        self.backoff = Backoff()
        self._records = records
        self._settings = settings
        self._place = place
        self._changed = changed
        self._record: EngineRecord | None = None
        self._process: EngineProcess | None = None
        self._doubted = False
        self._starting: asyncio.Task[EngineRecord] | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def record(self) -> EngineRecord | None:
        """Ours, or what another process wrote about the engine it runs."""
        return self._record or self._records.read(self.name)

    def serves(self, variant: VariantSpec) -> bool:
        """By its description, not only its name: models.yaml may have changed since."""
        return (
            variant.name in self.spec.variants
            and variant.weights == self.spec.weights
            and variant.adapter == self.spec.adapters.get(variant.name)
        )

    def command(self, port: int) -> list[str]:
        """As it would be started now. Raises EngineError without an interpreter that has vLLM."""
        launcher = Launcher(self.spec, self.spec_hash, self._place(), self._records, self._settings)
        return launcher.command(port)

    # --- up -------------------------------------------------------------------------------------

    async def ready(self) -> EngineRecord:
        """Starts it when needed. Raises EngineError; fatal when it will not be tried again."""
        await self._look()
        if self.state is EngineState.READY and self._record:
            return self._record
        if self._starting is None or self._starting.done():
            if self.backoff.gives_up(time.monotonic()):
                raise self._given_up()
            self._starting = asyncio.create_task(self._bring_up())
            # Whoever waited may be gone by then.
            self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            return await asyncio.shield(self._starting)
        except asyncio.CancelledError:
            if self._starting is not None and not self._starting.cancelled():
                raise  # the caller was cancelled, not the start
            raise EngineError(f"Engine {self.name} was stopped while starting.") from None

    def doubt(self) -> None:
        """Says that it failed a request: whoever wants it next looks first whether it is well."""
        self._doubted = True

    async def _look(self) -> None:
        """Notices before the watcher that it is gone, and ends it where it no longer answers.

        A dying engine refuses connections for a while before its process is gone.
        """
        record, process = self._record, self._process
        if self.state is not EngineState.READY or record is None or process is None:
            return
        if process.alive and (not self._doubted or await self._answers(record)):
            self._doubted = False
            return
        await process.end(grace=GRACE)
        await self._ended(process)

    async def _answers(self, record: EngineRecord) -> bool:
        names = vllm.served_names(self.spec)
        return await healthy(record.port, record.api_key, names, timeout=_PATIENCE)

    async def attach(self) -> bool:
        """Takes over a running engine of the same specification, started by whomever."""
        record = self._records.read(self.name)
        if record is None or record.spec_hash != self.spec_hash or record.abandoned:
            return False
        if not await healthy(record.port, record.api_key, vllm.served_names(self.spec)):
            return False
        self._serve(record, record.process)
        return True

    async def _bring_up(self) -> EngineRecord:
        while True:
            await self._pause()
            try:
                async with self._records.starting(self.name):
                    if not await self.attach():
                        await self._launch()
            except EngineError as error:
                self._failed(error)
                if self.backoff.gives_up(time.monotonic()):
                    raise self._given_up() from error
                continue
            assert self._record is not None
            return self._record

    async def _pause(self) -> None:
        delay = self.backoff.delay(time.monotonic())
        self._set(EngineState.RESTARTING if delay else EngineState.STARTING)
        await asyncio.sleep(delay)
        self._set(EngineState.STARTING)

    async def _launch(self) -> None:
        """Starts the process and waits until it serves; leaves nothing behind on failure."""
        await self._clear()
        place = await asyncio.to_thread(self._place)
        launcher = Launcher(self.spec, self.spec_hash, place, self._records, self._settings)
        async with self._alone_on_its_gpu(place):
            process, record = await self._start(launcher)
        record = record.model_copy(update={"state": "ready"})
        self._records.write(record)
        self._serve(record, process)

    def _alone_on_its_gpu(self, place: Place) -> AbstractAsyncContextManager[None]:
        # vLLM measures its own need by the whole GPU's memory: of two that start at once, each
        # takes the other's weights for its own and leaves too little for its cache.
        gpu = place.machine.device == "gpu"
        return self._records.starting(_GPU) if gpu else nullcontext()

    async def _start(self, launcher: Launcher) -> tuple[EngineProcess, EngineRecord]:
        process, record = await launcher.spawn()
        self._process, self._record, self.owned = process, record, True
        try:
            await launcher.until_ready(process, record)
        except BaseException:
            meant = self._was_meant(record)
            await process.end(grace=1.0)
            self._forget()
            if meant:
                self._set(EngineState.STOPPED)
                raise asyncio.CancelledError from None
            raise
        return process, record

    async def _clear(self) -> None:
        """Ends what an old record describes: other settings, hung, or a dead owner's."""
        if record := self._records.read(self.name):
            log.info("Engine %s: ending what process %s left.", self.name, record.pid)
            await record.process.end(grace=GRACE)
            self._records.remove(record)

    def _serve(self, record: EngineRecord, process: EngineProcess) -> None:
        self._record, self._process, self.error = record, process, None
        self._doubted = False
        self._set(EngineState.READY)
        self._watcher = asyncio.create_task(self._watch(process))

    # --- ends -----------------------------------------------------------------------------------

    async def _watch(self, process: EngineProcess) -> None:
        while process.alive:
            await asyncio.sleep(_WATCH)
        await self._ended(process)

    async def _ended(self, process: EngineProcess) -> None:
        """The process is gone; nothing to do where somebody noticed before."""
        record = self._record
        if record is None or process is not self._process:
            return
        if self._was_meant(record):
            self._forget(remove=False)
            self._set(EngineState.STOPPED)
            return
        error = diagnosis(process, record, self._records, doing="running")
        self._forget()
        self._failed(error, EngineState.DIED)
        await process.end(grace=0)  # an engine core may live on without its server

    def _was_meant(self, record: EngineRecord) -> bool:
        """Whoever stops an engine marks its record first and removes it afterwards."""
        current = self._records.read(self.name)
        return current is None or current.pid != record.pid or current.state == "stopping"

    def _failed(self, error: EngineError, state: EngineState = EngineState.FAILED) -> None:
        log.warning("%s", error.message)
        self.error = error
        self.backoff.failed(time.monotonic(), fatal=error.fatal)
        self._set(state)

    def _forget(self, *, remove: bool = True) -> None:
        if remove and self._record:
            self._records.remove(self._record)
        self._record = self._process = None
        self.owned = False

    async def stop(self) -> None:
        """Ends the engine, whoever started it, and every process of its session."""
        for task in (self._starting, self._watcher):
            await _cancelled(task)
        if record := self._records.read(self.name):
            self._records.write(record.model_copy(update={"state": "stopping"}))
            own = self._process and self._process.identity.pid == record.pid
            process = self._process if own and self._process else record.process
            await process.end(grace=GRACE)
            self._records.remove(record)
        self._forget(remove=False)
        self.error = None
        self._set(EngineState.STOPPED)

    async def leave(self) -> None:
        """Stops what this pool started, unless it is meant to stay."""
        current = self._records.read(self.name)
        stays = current is not None and current.detached and current.state == "ready"
        if self._starting is not None and not self._starting.done():
            await _cancelled(self._starting)
        if self.owned and not stays:
            await self.stop()
        await _cancelled(self._watcher)
        self._forget(remove=False)

    def detach(self) -> None:
        """From now on the engine outlives the process that started it."""
        if self._record:
            self._record = self._record.model_copy(update={"detached": True})
            self._records.write(self._record)

    def _set(self, state: EngineState) -> None:
        self.state = state
        self._changed()

    # --- errors ---------------------------------------------------------------------------------

    def _given_up(self) -> EngineError:
        """The last error, as final: no further try will be made for now."""
        last = self.error or EngineError(f"Engine {self.name} failed.")
        if last.fatal:
            return last
        hint = f"It was started several times without success. {last.hint or ''}".strip()
        return EngineError(
            last.message, hint=hint, fatal=True, command=last.command, log_tail=last.log_tail
        )


async def _cancelled(task: asyncio.Task[object] | asyncio.Task[None] | None) -> None:
    if task is None or task.done() or task is asyncio.current_task():
        return
    task.cancel()
    with suppress(asyncio.CancelledError, EngineError):
        await task
