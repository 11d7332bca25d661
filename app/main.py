"""create_app(settings): builds the state and mounts the screens. Importing it starts nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from os import PathLike, stat_result

import anyio
from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from app import live
from app.auth import Signer, secret_key
from app.db import Database
from app.engines import EnginePool
from app.errors import AppError
from app.judges import JudgeRunner
from app.lens import LensRunner
from app.migrate import open_database
from app.registry import Registry, load_registry
from app.runner import Runner
from app.settings import Settings, asset_folder
from app.web import errors, screens
from app.web.head import HeadMiddleware
from app.web.language import LanguageMiddleware
from app.web.render import HASHED, environment
from app.web.security import SecurityMiddleware
from app.web.state import AppState

log = logging.getLogger("triptych")


Task = Callable[[AppState], Awaitable[None]]


def create_app(settings: Settings, *, on_start: Task | None = None) -> FastAPI:
    """`on_start` runs beside the server once it is up (the demo prepares itself that way).

    Raises AppError when the database cannot be opened. A bad models.yaml is only shown.
    """
    app = FastAPI(
        title="Triptych", docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan
    )
    app.state.triptych = build_state(settings)
    app.state.on_start = on_start
    app.state.templates = environment(app)
    app.mount("/static", _CachedFiles(directory=asset_folder("static")), name="static")
    for router in screens.ROUTERS:
        app.routes.extend(router.routes)  # `include_router` would analyse each of them once more
    errors.install(app)
    app.add_middleware(LanguageMiddleware)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(SecurityMiddleware, body_limit=settings.upload_limit_mb * 2**20)
    return app


def build_state(settings: Settings) -> AppState:
    database = open_database(settings.sqlalchemy_url)
    registry, registry_error = _registry(settings)
    pool = EnginePool(registry, settings)
    return AppState(
        settings=settings,
        database=database,
        signer=Signer(secret_key(settings)),
        registry=registry,
        registry_error=registry_error,
        pool=pool,
        runner=Runner(database, pool, settings),
        judges=JudgeRunner(database, pool, settings),
        lenses=LensRunner(database, pool, settings),
    )


def _registry(settings: Settings) -> tuple[Registry, AppError | None]:
    try:
        return load_registry(settings.models_file), None
    except AppError as error:
        log.warning("%s", error)
        return Registry(source=settings.models_file, variants=()), error


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: AppState = app.state.triptych
    await state.pool.open()
    try:
        await anyio.to_thread.run_sync(_end_waiting_comparisons, state.database)
        await state.runner.resume_interrupted()
        await state.judges.resume_interrupted()
        await state.lenses.resume_interrupted()
        async with _beside(app.state.on_start, state):
            yield
    finally:
        await state.lenses.close()
        await state.judges.close()
        await state.runner.close()
        await state.pool.close()
        state.database.dispose()


@asynccontextmanager
async def _beside(task: Task | None, state: AppState) -> AsyncIterator[None]:
    running = asyncio.create_task(_noticed(task, state)) if task else None
    try:
        yield
    finally:
        if running is not None:
            running.cancel()
            await asyncio.wait([running])


async def _noticed(task: Task, state: AppState) -> None:
    # Nobody awaits it before the server ends: a defect has to speak up by itself.
    try:
        await task(state)
    except Exception:
        log.exception("The work beside the server has failed; the server goes on.")


def _end_waiting_comparisons(database: Database) -> None:
    with database.writing() as session:
        live.fail_waiting(session)


class _CachedFiles(StaticFiles):
    """Addresses with a hash (`web.render.asset`) may be kept for ever."""

    def lookup_path(self, path: str) -> tuple[str, stat_result | None]:
        first, _, rest = path.partition("/")
        return super().lookup_path(rest if first.startswith(HASHED) else path)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = f"/{HASHED}" in scope["path"]
        kept = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["cache-control"] = kept
        return response
