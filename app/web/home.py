"""The admin's home: the pipeline, what is under way, and the next thing to do."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.overview import latest_runs, latest_studies, overview, require_readable
from app.tables import Role
from app.web.deps import Reading, State, Visitor
from app.web.errors import error_page
from app.web.render import render

router = APIRouter()


@router.get("/")
def home(request: Request, visitor: Visitor, session: Reading, state: State) -> Response:
    if visitor is None:
        return RedirectResponse("/sign-in", 303)
    if visitor.role is Role.RATER:
        return RedirectResponse("/live", 303)
    page = {
        "overview": overview(session, variants=len(state.registry.variants)),
        "studies": latest_studies(session),
        "runs": latest_runs(session),
        "registry_error": error_page(state.registry_error) if state.registry_error else None,
    }
    return render(request, "home.html", page, account=visitor)


@router.get("/healthz")
def healthz(session: Reading) -> dict[str, str]:
    """For load balancers and containers: the server answers and the database can be read."""
    require_readable(session)
    return {"status": "ok"}
