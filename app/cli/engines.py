"""`triptych engines up|down|status`."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.app import configure_logging, root, settings
from app.cli.options import Models
from app.cli.terminal import console, say, show_table
from app.cli.work import until_done
from app.engines import EnginePool, EngineState, EngineStatus
from app.errors import NotFound
from app.registry import Registry, load_registry
from app.settings import Settings
from app.web.filters import gigabytes

engines = typer.Typer(help="Start, stop and look at the engines.", no_args_is_help=True)
root.add_typer(engines, name="engines")

Names = Annotated[list[str] | None, typer.Argument(help="Names of engines. All by default.")]


@engines.command()
def status(models: Models = None) -> None:
    """Show which engines run, where, and what the others need."""

    async def show(pool: EnginePool, _: Sequence[str]) -> None:
        found = [engine for engine in pool.status() if engine.state is not EngineState.REMOTE]
        columns = ("engine", "state", "process", "port", "memory", "variants")
        show_table(columns, [_row(engine) for engine in found])
        for engine in found:
            _say_more(engine)

    _with_pool(settings(models_file=models), None, show)


@engines.command()
def up(names: Names = None, models: Models = None) -> None:
    """Start engines and leave them running; servers attach to them."""

    async def start(pool: EnginePool, names: Sequence[str]) -> None:
        for name in names:
            with console().status(f"{name}: starting"):
                await pool.up(name, detached=True)
        for engine in pool.status():  # one that was started may have made room for the next
            if engine.name in names:
                at = f" on port {engine.port}" if engine.port else ""
                say(f"{engine.name}: {engine.state}{at}")

    _with_pool(settings(models_file=models), names, start)


@engines.command()
def down(names: Names = None, models: Models = None) -> None:
    """Stop engines, whoever started them."""

    async def stop(pool: EnginePool, names: Sequence[str]) -> None:
        for name in names:
            stopped = await pool.down(name)
            say(f"{name}: {stopped.state}")

    _with_pool(settings(models_file=models), names, stop)


def _with_pool(
    settings: Settings,
    names: Sequence[str] | None,
    action: Callable[[EnginePool, Sequence[str]], Awaitable[None]],
) -> None:
    registry = load_registry(settings.models_file)
    pool = EnginePool(registry, settings)
    strays = [engine.name for engine in pool.status() if not engine.variants]
    chosen = _chosen(registry, names, strays)
    if not chosen:
        say(f"{registry.source} needs no engine: its variants are served elsewhere.")
        return
    configure_logging(settings)

    async def session() -> None:
        await pool.open()
        try:
            await action(pool, chosen)
        finally:
            await pool.close()

    until_done(session())


def _chosen(registry: Registry, names: Sequence[str] | None, strays: Sequence[str]) -> list[str]:
    """Each engine once. Raises NotFound, which tells a variant from its engine."""
    serving = {name: engine.name for engine in registry.engines for name in engine.variants}
    known = [engine.name for engine in registry.engines]
    for name in names or ():
        if name not in (*known, *strays):
            where = (
                f"'{name}' is a variant; its engine: {serving[name]}." if name in serving else ""
            )
            hint = where or f"The engines: {', '.join(known) or 'none'}."
            raise NotFound(f"There is no engine '{name}'.", hint=hint)
    return list(dict.fromkeys(names or known))


def _row(engine: EngineStatus) -> tuple[object, ...]:
    return (
        engine.name,
        engine.state,
        engine.pid or "–",
        engine.port or "–",
        gigabytes(engine.memory_bytes),
        ", ".join(engine.variants) or "none any more",
    )


def _say_more(engine: EngineStatus) -> None:
    """Why it cannot start, or where it wrote what happened."""
    if engine.error:
        say(f"{engine.name}: {engine.error} {engine.hint or ''}".rstrip())
    elif engine.log_file and Path(engine.log_file).exists():
        last = "" if engine.state is EngineState.READY else " of its last start"
        say(f"{engine.name}: the log{last} is {engine.log_file}")
