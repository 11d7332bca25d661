"""Every route x everyone who may come: one table, which no route can be missing from."""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from app.main import create_app
from app.settings import Settings
from tests.web.site import Site

EVERYONE, SIGNED_IN, RATER, ADMIN = "everyone", "signed in", "rater", "admin"

# Who gets through, and what the admin (or whoever may) is answered. An admin's POSTs name things
# that do not exist, or leave forms empty, so that nothing changes.
TABLE: dict[str, tuple[str, int]] = {
    "GET /": (ADMIN, 200),
    "GET /healthz": (EVERYONE, 200),
    "GET /sign-in": (EVERYONE, 200),
    "POST /sign-in": (EVERYONE, 401),
    "GET /setup/{token}": (EVERYONE, 404),
    "GET /account": (ADMIN, 200),
    "POST /account": (ADMIN, 400),
    "POST /sign-out": (EVERYONE, 303),
    "GET /r/{token}": (EVERYONE, 404),
    "GET /r/{token}/as-rater": (EVERYONE, 404),
    "POST /r/{token}/as-rater": (EVERYONE, 404),
    "GET /variants": (ADMIN, 200),
    "GET /engines": (ADMIN, 200),
    "POST /engines/{name}/up": (ADMIN, 404),
    "POST /engines/{name}/down": (ADMIN, 404),
    "GET /prompts": (ADMIN, 200),
    "POST /prompts": (ADMIN, 422),
    "GET /prompts/{prompt_set_id}": (ADMIN, 200),
    "POST /prompts/{prompt_set_id}/delete": (ADMIN, 400),
    "GET /runs": (ADMIN, 200),
    "GET /runs/new": (ADMIN, 200),
    "POST /runs": (ADMIN, 422),
    "GET /runs/{run_id}": (ADMIN, 200),
    "GET /runs/{run_id}/progress": (ADMIN, 200),
    "POST /runs/{run_id}/start": (ADMIN, 400),
    "POST /runs/{run_id}/stop": (ADMIN, 409),
    "POST /runs/{run_id}/delete": (ADMIN, 400),
    "GET /recorded": (ADMIN, 200),
    "POST /recorded": (ADMIN, 422),
    "GET /studies": (ADMIN, 200),
    "GET /studies/new": (ADMIN, 200),
    "POST /studies": (ADMIN, 404),
    "GET /studies/{study_id}": (ADMIN, 200),
    "GET /studies/{study_id}/edit": (ADMIN, 200),
    "POST /studies/{study_id}/edit": (ADMIN, 422),
    "GET /studies/{study_id}/preview": (ADMIN, 200),
    "POST /studies/{study_id}/open": (ADMIN, 409),
    "POST /studies/{study_id}/close": (ADMIN, 409),
    "POST /studies/{study_id}/reopen": (ADMIN, 409),
    "POST /studies/{study_id}/delete": (ADMIN, 400),
    "POST /studies/{study_id}/invite": (ADMIN, 303),
    "POST /studies/{study_id}/revoke/{invitation_id}": (ADMIN, 404),
    "GET /studies/{study_id}/results": (ADMIN, 200),
    "GET /studies/{study_id}/exports/{format_name}": (ADMIN, 404),
    "GET /rate/{study}": (RATER, 200),
    "GET /rate/{study}/next": (RATER, 303),
    "GET /rate/{study}/done": (RATER, 200),
    "GET /rate/{study}/{assignment}": (RATER, 404),
    "POST /rate/{study}/{assignment}": (RATER, 404),
    "GET /live": (SIGNED_IN, 200),
    "POST /live": (SIGNED_IN, 422),
    "GET /live/{public_id}": (SIGNED_IN, 404),
    "POST /live/{public_id}/vote": (SIGNED_IN, 422),
    "GET /compare": (ADMIN, 200),
    "POST /compare/stream": (ADMIN, 422),
}
VISITORS = (None, "stranger", "rater", "admin")


def test_no_route_is_missing_and_none_is_stale(tmp_path: Path) -> None:
    app = create_app(Settings(var=tmp_path, models_file=tmp_path / "models.yaml"))
    routes = {
        f"{method} {route.path}"
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    app.state.triptych.database.dispose()
    assert routes == set(TABLE)


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("route", TABLE)
def test_who_gets_through(shared_site: Site, route: str, visitor: str | None) -> None:
    method, template = route.split()
    reply = shared_site.visitor(visitor).request(method, address(shared_site, template))
    assert reply.status_code == expected(route, visitor), reply.text[:500]
    assert "Traceback" not in reply.text


def address(site: Site, template: str) -> str:
    values = {
        "token": "forged",
        "name": "nothing",
        "prompt_set_id": site.ids.prompt_set,
        "run_id": site.ids.run,
        # What changes a study is tried on one in whose state it is refused.
        "study_id": site.ids.study if template.endswith(("/open", "/results")) else site.ids.draft,
        "invitation_id": 9999,
        "format_name": "nothing",
        "study": site.ids.study_public,
        "assignment": "nothing",
        "public_id": "nothing",
    }
    return template.format(**values)


def expected(route: str, visitor: str | None) -> int:
    level, status = TABLE[route]
    if level == EVERYONE:
        signed_in_already = route == "GET /sign-in" and visitor is not None
        return 303 if signed_in_already else status
    if visitor is None:
        return 303 if route.startswith("GET") else 401
    if level == ADMIN and visitor != "admin":
        return 303 if route == "GET /" else 403  # raters are sent on from the front page
    if level == RATER and visitor != "rater":
        return 404
    return status


def test_a_refused_post_changed_nothing(fresh_site: Site) -> None:
    """The rater of a study can neither open, close nor delete, nor read what others said."""
    rater, ids = fresh_site.visitor("rater"), fresh_site.ids
    for action in ("close", "delete", "invite", f"revoke/{ids.invitation}"):
        reply = rater.post(f"/studies/{ids.study}/{action}", data={"confirm": "Vulture study"})
        assert reply.status_code == 403
    assert rater.get(f"/rate/{ids.study_public}").status_code == 200


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil"}])
def test_no_form_is_taken_from_another_site(shared_site: Site, headers: dict[str, str]) -> None:
    for route in TABLE:
        method, template = route.split()
        if method == "POST":
            reply = shared_site.visitor("admin").post(
                address(shared_site, template), headers=headers
            )
            assert reply.status_code == 403, route


def test_every_reply_carries_the_policy_and_no_cache(shared_site: Site) -> None:
    for route in TABLE:
        method, template = route.split()
        if method == "GET":
            reply = shared_site.visitor("admin").get(address(shared_site, template))
            assert "default-src 'none'" in reply.headers["content-security-policy"], route
            assert "unsafe" not in reply.headers["content-security-policy"]
            assert reply.headers["x-content-type-options"] == "nosniff"
