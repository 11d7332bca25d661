"""Variants of models.yaml and the engines that serve them."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.engines import EngineState, EngineStatus
from app.engines.status import RUNNING
from app.errors import EngineError
from app.registry import VariantSpec
from app.tables import Account
from app.web.deps import Admin, Analyst, State
from app.web.errors import error_page
from app.web.filters import ago, gigabytes
from app.web.htmx import is_htmx
from app.web.render import render
from app.web.state import AppState


@dataclass(frozen=True)
class EngineCard:
    """One engine or endpoint, with the facts that its card shows."""

    status: EngineStatus
    variants: tuple[VariantSpec, ...]

    @property
    def can_start(self) -> bool:
        return self.status.state not in (*RUNNING, EngineState.REMOTE)

    @property
    def can_stop(self) -> bool:
        return self.status.state in RUNNING

    @property
    def facts(self) -> list[tuple[str, str]]:
        status = self.status
        pairs = (
            ("Address", status.base_url),
            ("Memory", f"about {gigabytes(status.memory_bytes)}" if status.memory_bytes else None),
            ("Cores", ", ".join(map(str, status.cores)) or None),
            ("Process", str(status.pid) if status.pid else None),
            ("Started", ago(status.started_at) if status.started_at else None),
            ("Log", status.log_file),
        )
        return [(label, text) for label, text in pairs if text]


router = APIRouter()
_starting: set[asyncio.Task[None]] = set()


@router.get("/variants")
def variants_page(request: Request, analyst: Analyst, state: State) -> Response:
    page = {
        "source": state.registry.source,
        "variants": state.registry.variants,
        "engines": _cards(state),
        "error": error_page(state.registry_error) if state.registry_error else None,
    }
    return render(request, "variants/index.html", page, account=analyst, section="variants")


@router.get("/engines")
def engines_fragment(request: Request, analyst: Analyst, state: State) -> Response:
    return render(request, "variants/_engines.html", {"engines": _cards(state)}, account=analyst)


@router.post("/engines/{name}/up")
async def engine_up(request: Request, name: str, admin: Admin, state: State) -> Response:
    """Starts in the background: the cards show how it goes."""
    task = asyncio.create_task(_start(state, name))
    _starting.add(task)
    task.add_done_callback(_starting.discard)
    await asyncio.sleep(0)  # lets the start begin, so that the reply already says `starting`
    if task.done():
        task.result()  # raises NotFound for an engine that there is not
    return await run_in_threadpool(_engines, request, admin, state)


@router.post("/engines/{name}/down")
async def engine_down(request: Request, name: str, admin: Admin, state: State) -> Response:
    await state.pool.down(name)
    return await run_in_threadpool(_engines, request, admin, state)


def _cards(state: AppState) -> list[EngineCard]:
    by_name = {spec.name: spec for spec in state.registry.variants}
    return [
        EngineCard(status, tuple(by_name[name] for name in status.variants))
        for status in state.pool.status()
    ]


async def _start(state: AppState, name: str) -> None:
    try:
        await state.pool.up(name)
    except EngineError:
        return  # the engine's status carries the error


def _engines(request: Request, admin: Account, state: AppState) -> Response:
    if is_htmx(request):
        return render(request, "variants/_engines.html", {"engines": _cards(state)}, account=admin)
    return RedirectResponse("/variants", 303)
