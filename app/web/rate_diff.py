"""Two answers of a rater's item, compared word by word on request."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.blinding import diff_page
from app.db import RowId
from app.ratings import own_assignment
from app.web.deps import Writing
from app.web.htmx import is_htmx
from app.web.rater import WritingRater
from app.web.render import render

router = APIRouter()


@router.get("/rate/{study}/{assignment}/diff")
def rate_diff(
    request: Request,
    assignment: str,
    rater: WritingRater,
    session: Writing,
    left: RowId = 1,
    right: RowId = 2,
) -> Response:
    """The dialog's content, or a page where there are no scripts. Whoever compares is at work."""
    rater.require_open(session)
    page = diff_page(session, own_assignment(session, rater, assignment), left, right)
    address = f"/rate/{rater.study.public_id}/{page.assignment}"
    template = "rate/_diff.html" if is_htmx(request) else "rate/diff.html"
    return render(request, template, {"diff": page, "item_url": address})
