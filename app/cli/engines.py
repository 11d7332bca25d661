"""`triptych check` and `triptych engines up|down|status`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.cli.app import configure_logging, root, settings
from app.cli.serve import Models
from app.engines import EnginePool, EngineStatus
from app.errors import AppError
from app.registry import Registry, VariantSpec, load_registry
from app.settings import Settings
from app.web.filters import gigabytes

console = Console()
engines = typer.Typer(help="Start, stop and look at the engines.", no_args_is_help=True)
root.add_typer(engines, name="engines")

Names = Annotated[list[str] | None, typer.Argument(help="engines; all when none is named")]


@root.command()
def check(models: Models = None) -> None:
    """Check models.yaml: the variants, the engines that would start, their memory and commands."""
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    console.print(_variant_table(registry))
    pool = EnginePool(registry, chosen)
    for status in pool.status():
        _print_engine(status)


@engines.command()
def status(models: Models = None) -> None:
    """What runs, where, and what it said last when it failed."""

    async def show(pool: EnginePool, names: Sequence[str]) -> None:
        table = Table("engine", "state", "process", "port", "memory", "variants")
        for engine in pool.status():
            if engine.name in names:
                table.add_row(
                    engine.name,
                    str(engine.state),
                    str(engine.pid or "–"),
                    str(engine.port or "–"),
                    gigabytes(engine.memory_bytes),
                    ", ".join(engine.variants),
                )
        console.print(table)

    _with_pool(settings(models_file=models), None, show)


@engines.command()
def up(names: Names = None, models: Models = None) -> None:
    """Start engines and leave them running; servers attach to them."""

    async def start(pool: EnginePool, names: Sequence[str]) -> None:
        for name in names:
            with console.status(f"{name}: starting"):
                started = await pool.up(name, detached=True)
            console.print(f"{name}: {started.state} on port {started.port}")

    _with_pool(settings(models_file=models), names, start)


@engines.command()
def down(names: Names = None, models: Models = None) -> None:
    """Stop engines, whoever started them."""

    async def stop(pool: EnginePool, names: Sequence[str]) -> None:
        for name in names:
            stopped = await pool.down(name)
            console.print(f"{name}: {stopped.state}")

    _with_pool(settings(models_file=models), names, stop)


def _with_pool(
    settings: Settings,
    names: Sequence[str] | None,
    action: Callable[[EnginePool, Sequence[str]], Awaitable[None]],
) -> None:
    registry = load_registry(settings.models_file)
    known = [engine.name for engine in registry.engines]
    unknown = sorted(set(names or ()) - set(known))
    if unknown:
        raise AppError(
            f"No engine is called {', '.join(unknown)}.", hint=f"The engines: {', '.join(known)}."
        )
    configure_logging(settings)

    async def session() -> None:
        pool = EnginePool(registry, settings)
        await pool.open()
        try:
            await action(pool, names or known)
        finally:
            await pool.close()

    asyncio.run(session())


def _variant_table(registry: Registry) -> Table:
    table = Table(
        "variant", "kind", "served from", "adapter", "format", "content", title="Variants"
    )
    for variant in registry.variants:
        table.add_row(
            variant.name,
            str(variant.kind),
            _source(variant),
            _adapter(variant),
            variant.format.type,
            variant.content_hash[:12],
        )
    return table


def _source(variant: VariantSpec) -> str:
    if variant.endpoint is not None:
        return f"{variant.endpoint.url} ({variant.endpoint.served_name})"
    return variant.weights.id if variant.weights else "–"


def _adapter(variant: VariantSpec) -> str:
    adapter = variant.adapter
    return f"{adapter.id} (rank {adapter.rank}, alpha {adapter.alpha})" if adapter else "–"


def _print_engine(status: EngineStatus) -> None:
    console.print(f"\n[bold]Engine {status.name}[/bold] serves {', '.join(status.variants)}")
    console.print(f"memory: about {gigabytes(status.memory_bytes)}, state: {status.state}")
    console.print(status.command, soft_wrap=True, highlight=False, markup=False)
