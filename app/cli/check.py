"""`triptych check`: what models.yaml means on this machine."""

from collections.abc import Sequence

from app.cli.app import root, settings
from app.cli.options import Models
from app.cli.terminal import say, show_table
from app.engines import EnginePool, EngineState, EngineStatus
from app.errors import InvalidInput, Problem
from app.registry import Registry, VariantSpec, load_registry
from app.web.filters import gigabytes


@root.command()
def check(models: Models = None) -> None:
    """Check models.yaml; show its variants, and the engines with their memory and commands.

    Fails when something could not be served from here: no vLLM, a missing key.
    """
    chosen = settings(models_file=models)
    registry = load_registry(chosen.models_file)
    _show_variants(registry)
    statuses = EnginePool(registry, chosen).status()
    for status in statuses:
        _show_engine(status)
    _refuse_what_cannot_run(registry, statuses)


def _show_variants(registry: Registry) -> None:
    columns = ("variant", "kind", "served from", "adapter", "checkpoint", "format", "content")
    rows = [
        (
            *(v.name, v.kind, _source(v), _adapter(v), _checkpoint(v)),
            *(v.format.type, v.content_hash[:12]),
        )
        for v in registry.variants
    ]
    show_table(columns, rows, title=f"Variants of {registry.source}")


def _source(variant: VariantSpec) -> str:
    if variant.endpoint is not None:
        return f"{variant.endpoint.url} ({variant.endpoint.served_name})"
    return variant.weights.id if variant.weights else "–"


def _adapter(variant: VariantSpec) -> str:
    adapter = variant.adapter
    return f"{adapter.id} (rank {adapter.rank}, alpha {adapter.alpha})" if adapter else "–"


def _checkpoint(variant: VariantSpec) -> str:
    checkpoint = variant.checkpoint
    return f"{checkpoint.series}, step {checkpoint.step:,}" if checkpoint else "–"


def _show_engine(status: EngineStatus) -> None:
    say()
    if status.state is EngineState.REMOTE:
        say(f"Endpoint {status.base_url} serves {', '.join(status.variants)}", bold=True)
        return
    serves = ", ".join(status.variants) or "none of these; `triptych engines down` ends it by name"
    say(f"Engine {status.name} serves {serves}", bold=True)
    if status.memory_bytes is not None:
        say(f"memory: about {gigabytes(status.memory_bytes)}, state: {status.state}")
    if status.command:
        say(status.command)


def _refuse_what_cannot_run(registry: Registry, statuses: Sequence[EngineStatus]) -> None:
    """One problem per cause, with everything that it concerns."""
    concerned: dict[tuple[str, str | None], list[str]] = {}
    for status in statuses:
        if status.error:
            concerned.setdefault((status.error, status.hint), []).append(status.name)
    if concerned:
        say()
        raise InvalidInput(
            f"{registry.source} is right, but not everything in it can be served from here.",
            [Problem(", ".join(names), *cause) for cause, names in concerned.items()],
        )
