"""Every route x everyone who may come: one table, which no route can be missing from."""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from app.main import create_app
from app.settings import Settings
from tests.web.site import Site

EVERYONE, SIGNED_IN, RATER = "everyone", "signed in", "rater"
ANALYST, ADMIN = "analyst", "admin"  # an admin may what an analyst may

# Who gets through, and what the admin (or whoever may) is answered. An admin's POSTs name things
# that do not exist, or leave forms empty, so that nothing changes.
TABLE: dict[str, tuple[str, int]] = {
    "GET /": (ANALYST, 200),
    "GET /healthz": (EVERYONE, 200),
    "GET /sign-in": (EVERYONE, 200),
    "POST /sign-in": (EVERYONE, 401),
    "GET /setup/{token}": (EVERYONE, 404),
    "GET /account": (ANALYST, 200),
    "POST /account": (ANALYST, 400),
    "POST /sign-out": (EVERYONE, 303),
    "GET /team": (ADMIN, 200),
    "POST /team": (ADMIN, 400),
    "POST /team/{account_id}/link": (ADMIN, 404),
    "POST /team/{account_id}/disable": (ADMIN, 404),
    "POST /team/{account_id}/enable": (ADMIN, 404),
    "GET /r/{token}": (EVERYONE, 404),
    "GET /r/{token}/as-rater": (EVERYONE, 404),
    "POST /r/{token}/as-rater": (EVERYONE, 404),
    "GET /variants": (ANALYST, 200),
    "GET /engines": (ANALYST, 200),
    "POST /engines/{name}/up": (ADMIN, 404),
    "POST /engines/{name}/down": (ADMIN, 404),
    "GET /prompts": (ANALYST, 200),
    "POST /prompts": (ADMIN, 422),
    "GET /prompts/{prompt_set_id}": (ANALYST, 200),
    "POST /prompts/{prompt_set_id}/delete": (ADMIN, 400),
    "GET /runs": (ANALYST, 200),
    "GET /runs/new": (ADMIN, 200),
    "POST /runs": (ADMIN, 422),
    "GET /runs/{run_id}": (ANALYST, 200),
    "GET /runs/{run_id}/progress": (ANALYST, 200),
    "POST /runs/{run_id}/start": (ADMIN, 400),
    "POST /runs/{run_id}/stop": (ADMIN, 409),
    "POST /runs/{run_id}/delete": (ADMIN, 400),
    "GET /runs/{run_id}/lens": (ANALYST, 200),
    "GET /runs/{run_id}/lens/progress": (ANALYST, 404),
    "GET /runs/{run_id}/lens/answers": (ANALYST, 404),
    "GET /runs/{run_id}/lens/figures/{name}.{form}": (ANALYST, 404),
    "POST /runs/{run_id}/lens/start": (ADMIN, 400),
    "POST /runs/{run_id}/lens/stop": (ADMIN, 404),
    "GET /recorded": (ADMIN, 200),
    "POST /recorded": (ADMIN, 422),
    "GET /judged": (ADMIN, 200),
    "POST /judged": (ADMIN, 422),
    "POST /judged/{study_id}/delete": (ADMIN, 400),
    "GET /studies": (ANALYST, 200),
    "GET /studies/new": (ADMIN, 200),
    "GET /studies/compare": (ANALYST, 200),
    "GET /studies/compare/checkpoints.{form}": (ANALYST, 400),
    "POST /studies": (ADMIN, 404),
    "GET /studies/{study_id}": (ANALYST, 200),
    "GET /studies/{study_id}/edit": (ADMIN, 200),
    "POST /studies/{study_id}/edit": (ADMIN, 422),
    "GET /studies/{study_id}/preview": (ANALYST, 200),
    "POST /studies/{study_id}/open": (ADMIN, 409),
    "GET /studies/{study_id}/amend": (ADMIN, 200),
    "POST /studies/{study_id}/amend": (ADMIN, 422),
    "POST /studies/{study_id}/list": (ADMIN, 422),
    "POST /studies/{study_id}/close": (ADMIN, 409),
    "POST /studies/{study_id}/reopen": (ADMIN, 409),
    "POST /studies/{study_id}/delete": (ADMIN, 400),
    "POST /studies/{study_id}/invite": (ADMIN, 303),
    "POST /studies/{study_id}/revoke/{invitation_id}": (ADMIN, 404),
    "POST /studies/{study_id}/pause/{invitation_id}": (ADMIN, 404),
    "POST /studies/{study_id}/resume/{invitation_id}": (ADMIN, 404),
    "POST /studies/{study_id}/extend/{invitation_id}": (ADMIN, 404),
    "POST /studies/{study_id}/join-link": (ADMIN, 303),
    "POST /studies/{study_id}/join-link/remove": (ADMIN, 303),
    "GET /studies/{study_id}/links.csv": (ADMIN, 200),
    "GET /studies/{study_id}/session": (ADMIN, 200),
    "POST /studies/{study_id}/session": (ADMIN, 422),
    "GET /studies/{study_id}/checks": (ADMIN, 200),
    "POST /studies/{study_id}/checks": (ADMIN, 422),
    "POST /studies/{study_id}/checks/remove": (ADMIN, 303),
    "GET /studies/{study_id}/results": (ANALYST, 200),
    "GET /studies/{study_id}/results/live": (ANALYST, 200),
    "GET /studies/{study_id}/results/items": (ANALYST, 200),
    "GET /studies/{study_id}/results/figures/{name}.{form}": (ANALYST, 404),
    "GET /studies/{study_id}/exports/{format_name}": (ANALYST, 404),
    "GET /studies/{study_id}/report": (ANALYST, 409),
    "GET /studies/{study_id}/judges": (ANALYST, 200),
    "POST /studies/{study_id}/judges": (ADMIN, 422),
    "GET /judges/{judge_id}": (ANALYST, 404),
    "GET /judges/{judge_id}/progress": (ANALYST, 404),
    "POST /judges/{judge_id}/start": (ADMIN, 404),
    "POST /judges/{judge_id}/stop": (ADMIN, 404),
    "GET /rate/{study}": (RATER, 200),
    "GET /rate/{study}/next": (RATER, 303),
    "GET /rate/{study}/done": (RATER, 200),
    "GET /rate/{study}/consent": (RATER, 200),
    "POST /rate/{study}/consent": (RATER, 303),
    "GET /rate/{study}/declined": (RATER, 200),
    "GET /rate/{study}/questions/{part}": (RATER, 404),
    "POST /rate/{study}/questions/{part}": (RATER, 404),
    "GET /rate/{study}/{assignment}/feedback": (RATER, 404),
    "GET /join/{token}": (EVERYONE, 404),
    "POST /join/{token}": (EVERYONE, 404),
    "GET /rate/{study}/{assignment}": (RATER, 404),
    "POST /rate/{study}/{assignment}": (RATER, 404),
    "GET /rate/{study}/{assignment}/diff": (RATER, 404),
    "GET /live": (SIGNED_IN, 200),
    "POST /live": (SIGNED_IN, 422),
    "GET /live/{public_id}": (SIGNED_IN, 404),
    "POST /live/{public_id}/vote": (SIGNED_IN, 422),
    "GET /compare": (ADMIN, 200),
    "POST /compare/stream": (ADMIN, 422),
}
VISITORS = (None, "stranger", "rater", "analyst", "admin")


def test_no_route_is_missing_and_none_is_stale(tmp_path: Path) -> None:
    app = create_app(Settings(var=tmp_path, models_file=tmp_path / "models.yaml"))
    routes = {
        f"{method} {route.path}"
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    others = [
        getattr(route, "path", "?") for route in app.routes if not isinstance(route, APIRoute)
    ]
    app.state.triptych.database.dispose()
    assert routes == set(TABLE)
    assert others == ["/static"]


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
        "form": "json",
        "prompt_set_id": site.ids.prompt_set,
        "run_id": site.ids.run,
        # What changes a study is tried on one in whose state it is refused.
        "study_id": site.ids.study if template.endswith(("/open", "/results")) else site.ids.draft,
        "invitation_id": 9999,
        "judge_id": 9999,
        "account_id": 9999,
        "format_name": "nothing",
        "study": site.ids.study_public,
        "assignment": "nothing",
        "part": "before",
        "public_id": "nothing",
    }
    return template.format(**values)


def expected(route: str, visitor: str | None) -> int:
    level, status = TABLE[route]
    if level == EVERYONE:
        signed_in_already = route == "GET /sign-in" and visitor is not None
        return 303 if signed_in_already else status
    if visitor is None:  # raters have nothing to sign in with
        return 303 if route.startswith("GET") and level != RATER else 401
    if route == "GET /" and visitor in ("stranger", "rater"):
        return 303  # raters are sent on from the front page
    if level == ADMIN and visitor != "admin":
        return 403
    if level == ANALYST and visitor not in ("analyst", "admin"):
        return 403
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


POSTS = [route.removeprefix("POST ") for route in TABLE if route.startswith("POST")]
ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "null"},
]
HERE = [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_no_form_is_taken_from_another_site(shared_site: Site, headers: dict[str, str]) -> None:
    for template in POSTS:
        browser = shared_site.visitor("admin")
        reply = browser.post(address(shared_site, template), headers=headers)
        assert reply.status_code == 403, template


@pytest.mark.parametrize("headers", HERE)
def test_forms_of_this_site_are_taken(fresh_site: Site, headers: dict[str, str]) -> None:
    for template in POSTS:
        browser = fresh_site.visitor("admin")
        reply = browser.post(address(fresh_site, template), headers=headers)
        assert reply.status_code == expected(f"POST {template}", "admin"), template


def test_every_reply_carries_the_policy_and_no_cache(shared_site: Site) -> None:
    for route in TABLE:
        method, template = route.split()
        if method == "GET":
            reply = shared_site.visitor("admin").get(address(shared_site, template))
            assert "default-src 'none'" in reply.headers["content-security-policy"], route
            assert "unsafe" not in reply.headers["content-security-policy"]
            assert reply.headers["x-content-type-options"] == "nosniff"
            assert reply.headers["cache-control"] == "no-store"


# --- fragments, and what belongs to one person ----------------------------------------------------

# Addresses that HTMX asks for -> what nobody, the stranger, the rater and the admin are answered.
FRAGMENTS: dict[str, tuple[int, ...]] = {
    "/engines": (401, 403, 403, 200, 200),
    "/runs/{ids.run}/progress": (401, 403, 403, 200, 200),
    "/runs/{ids.run}/lens/progress": (401, 403, 403, 404, 404),
    "/live/{ids.live}": (401, 404, 200, 404, 404),
}


@pytest.mark.parametrize("template", FRAGMENTS)
def test_fragments_are_never_whole_pages(shared_site: Site, template: str) -> None:
    headers = {"hx-request": "true"}
    for visitor, status in zip(VISITORS, FRAGMENTS[template], strict=True):
        browser = shared_site.visitor(visitor)
        reply = browser.get(template.format(ids=shared_site.ids), headers=headers)
        assert reply.status_code == status, visitor
        assert "<section" in reply.text or "<div" in reply.text
        assert "<html" not in reply.text
        assert ("open your personal link" in reply.text) is (visitor is None)


def test_programs_are_answered_in_json(shared_site: Site) -> None:
    for visitor, status in ((None, 401), ("rater", 403)):
        reply = shared_site.visitor(visitor).get("/runs", headers={"accept": "application/json"})
        assert reply.status_code == status
        assert reply.json().keys() == {"error", "hint", "problems"}


@pytest.mark.parametrize(("visitor", "status"), [("stranger", 404), ("admin", 404), (None, 401)])
def test_items_and_comparisons_are_their_owners(
    fresh_site: Site, visitor: str | None, status: int
) -> None:
    ids = fresh_site.ids
    rater, other = fresh_site.visitor("rater"), fresh_site.visitor(visitor)
    item = rater.get(f"/rate/{ids.study_public}/next").headers["location"]
    for page in (item, f"/live/{ids.live}"):
        assert rater.get(page).status_code == 200
        signs_in = visitor is None and page.startswith("/live")
        assert other.get(page).status_code == (303 if signs_in else status)
    assert other.post(item).status_code == (401 if visitor is None else 404)


def test_a_revoked_link_and_its_session_end_at_once(fresh_site: Site) -> None:
    ids, rater = fresh_site.ids, fresh_site.visitor("rater")
    assert rater.get(f"/r/{ids.rater_token}").headers["location"] == f"/rate/{ids.study_public}"
    revoked = fresh_site.visitor("admin").post(f"/studies/{ids.study}/revoke/{ids.invitation}")
    assert revoked.status_code == 303
    assert rater.get(f"/r/{ids.rater_token}").status_code == 404
    signed_out = rater.get(f"/rate/{ids.study_public}")
    assert signed_out.status_code == 401
    assert "open your personal link again" in signed_out.text


@pytest.mark.parametrize("link", ["/setup/{ids.setup_token}", "/r/{ids.rater_token}"])
def test_a_link_signs_in_by_a_cookie_that_scripts_cannot_read(shared_site: Site, link: str) -> None:
    browser = shared_site.visitor()
    reply = browser.get(link.format(ids=shared_site.ids))
    assert reply.status_code == 303
    cookie = reply.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/live").status_code == 200
    browser.post("/sign-out")
    assert browser.get("/live").status_code == 303


def test_an_admin_is_asked_before_becoming_a_rater(shared_site: Site) -> None:
    ids, admin = shared_site.ids, shared_site.visitor("admin")
    asked = admin.get(f"/r/{ids.rater_token}")
    assert asked.headers["location"] == f"/r/{ids.rater_token}/as-rater"
    assert "set-cookie" not in asked.headers
    assert admin.get(asked.headers["location"]).status_code == 200
    assert admin.get("/runs").status_code == 200
    admin.post(asked.headers["location"])
    assert admin.get("/runs").status_code == 403


def test_a_new_password_ends_links_and_other_sessions(fresh_site: Site) -> None:
    admin, elsewhere = fresh_site.visitor("admin"), fresh_site.visitor("admin")
    words = {"password": "a long enough sentence", "again": "a long enough sentence"}
    assert admin.post("/account", data=words).status_code == 200
    assert admin.get("/runs").status_code == 200
    assert elsewhere.get("/runs").status_code == 303
    link = elsewhere.get(f"/setup/{fresh_site.ids.setup_token}")
    assert link.headers["location"] == "/sign-in"
    assert "set-cookie" not in link.headers
    signed_in = elsewhere.post("/sign-in", data=words)
    assert signed_in.headers["location"] == "/"
    assert elsewhere.get("/runs").status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/rate/{ids.study_public}", "/nothing"])
def test_head_is_get_without_its_body(shared_site: Site, path: str) -> None:
    browser, address = shared_site.visitor("rater"), path.format(ids=shared_site.ids)
    head, get = browser.head(address), browser.get(address)
    assert head.status_code == get.status_code
    assert head.headers == get.headers
    assert head.content == b""
