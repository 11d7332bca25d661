"""Every failure, once per audience: a page, a fragment for HTMX, or JSON. Never a traceback."""

import logging
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import (
    AppError,
    Conflict,
    EngineError,
    Forbidden,
    InvalidInput,
    NotFound,
    Problem,
    SignInRequired,
)
from app.i18n import gettext
from app.migrate import hint_for, is_collision
from app.tables import Account
from app.web.deps import current_account
from app.web.htmx import is_htmx
from app.web.render import render
from app.web.wording import problem_of

log = logging.getLogger("triptych.web")


@dataclass(frozen=True)
class ErrorPage:
    status: int
    title: str
    message: str
    hint: str | None = None
    problems: list[Problem] = field(default_factory=list)
    log_tail: str | None = None
    command: str | None = None
    back: str | None = None


def install(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(UnexpectedErrors)


def error_page(error: AppError) -> ErrorPage:
    engine = error if isinstance(error, EngineError) else None
    return ErrorPage(
        status=error.status,
        title=HTTPStatus(error.status).phrase,
        message=error.message,
        hint=error.hint,
        problems=error.problems if isinstance(error, InvalidInput) else [],
        log_tail=engine.log_tail if engine else None,
        command=engine.command if engine else None,
    )


def _reply(request: Request, error: AppError) -> Response:
    page = error_page(error)
    if "application/json" in request.headers.get("accept", ""):
        problems = [str(problem) for problem in page.problems]
        body = {"error": page.message, "hint": page.hint, "problems": problems}
        return JSONResponse(body, page.status)
    if is_htmx(request):
        return render(request, "components/error_fragment.html", page, status=page.status)
    account = _visitor(request)
    page = replace(page, back=_came_from(request))
    return render(request, "error.html", page, account=account, status=page.status)


def _came_from(request: Request) -> str | None:
    """The page whose form was refused, if it is one of ours."""
    came = urlsplit(request.headers.get("referer", ""))
    ours = came.netloc == request.headers.get("host")
    return came.path if ours and request.method == "POST" and came.path else None


def _visitor(request: Request) -> Account | None:
    try:
        return current_account(request, request.app.state.triptych)
    except Forbidden:  # which is what is being said
        return None
    except Exception:
        log.warning("nobody knows who is there: the database cannot be read", exc_info=True)
        return None


def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    is_rater = request.url.path.startswith("/rate/")  # who has a link, and nothing to sign in with
    if isinstance(error, SignInRequired) and _wants_page(request) and not is_rater:
        return RedirectResponse("/sign-in", 303)
    return _reply(request, error)


def _wants_page(request: Request) -> bool:
    """Not a fragment: a whole page to sign in would stand inside of another."""
    accepted = "text/html" in request.headers.get("accept", "text/html")
    return request.method == "GET" and accepted and not is_htmx(request)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if all(detail["loc"][0] == "path" for detail in error.errors()):
        return _reply(request, _nothing_here())
    problems = [problem_of(detail) for detail in error.errors()]
    return _reply(request, InvalidInput("Some of the form is missing or wrong.", problems))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _reply(request, _nothing_here())
    return _reply(request, AppError(str(error.detail), status=error.status_code))


class UnexpectedErrors:
    """The last resort: logs what nobody foresaw and answers with a page that says so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            log.exception("unexpected error at %s: %r", scope.get("path"), error)  # noqa: TRY401
            if not started and scope["type"] == "http":
                # In a thread, as all other replies: it may have to wait for the database.
                reply = await run_in_threadpool(_reply, Request(scope), _explained(error))
                await reply(scope, receive, send)


def _explained(error: Exception) -> AppError:
    """A database that is locked, full or read-only is nobody's bug: then it says what to do."""
    if is_collision(error):
        return AT_ONCE
    hint = hint_for(error)
    if hint is None:
        return UNEXPECTED
    return AppError("The database cannot be used right now.", hint=hint, status=503)


def _nothing_here() -> NotFound:
    return NotFound(gettext("There is nothing at this address."))


AT_ONCE = Conflict(
    "Somebody else changed the same thing in this moment.",
    hint="Load the page again, and look whether it still needs doing.",
)
UNEXPECTED = AppError(
    "Something went wrong on this server.",
    hint="The server's log has the details. Nothing that was shown as saved is lost.",
    status=500,
)
