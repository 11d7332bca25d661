"""The people page, and signing in by name, by link and through a proxy."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.tables import Account, Role
from app.team import add_member
from tests.web.site import Site

PASSWORD = "a long enough sentence"


def account(site: Site, name: str) -> Account:
    with site.state.database.reading() as session:
        return session.scalars(select(Account).where(Account.name == name)).one()


def invite(site: Site, name: str, role: str) -> str:
    """-> the address of the link."""
    page = site.visitor("admin").post("/team", data={"name": name, "role": role})
    assert page.status_code == 200, page.text
    [token] = re.findall(r"/setup/([\w.-]+)", page.text)
    return f"/setup/{token}"


class TestInviting:
    def test_a_link_a_password_and_a_name(self, fresh_site: Site) -> None:
        link, browser = invite(fresh_site, "Ada", "analyst"), fresh_site.visitor()
        assert browser.get(link).headers["location"] == "/"
        assert "Where things stand" in browser.get("/").text
        saved = browser.post("/account", data={"password": PASSWORD, "again": PASSWORD})
        assert saved.status_code == 200
        assert fresh_site.visitor().get(link).headers["location"] == "/sign-in"  # used up
        other = fresh_site.visitor()
        reply = other.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
        assert reply.status_code == 303
        assert other.get("/studies").status_code == 200

    def test_a_taken_name_is_said_and_kept(self, fresh_site: Site) -> None:
        page = fresh_site.visitor("admin").post(
            "/team", data={"name": "Quokka the analyst", "role": "analyst"}
        )
        assert page.status_code == 409
        assert "already somebody called Quokka" in page.text
        assert 'value="Quokka the analyst"' in page.text

    def test_nobody_becomes_a_rater_here(self, fresh_site: Site) -> None:
        reply = fresh_site.visitor("admin").post("/team", data={"name": "Eve", "role": "rater"})
        assert reply.status_code == 400

    def test_disabling_ends_what_is_open(self, fresh_site: Site) -> None:
        analyst, quokka = fresh_site.visitor("analyst"), account(fresh_site, "Quokka the analyst")
        assert analyst.get("/studies").status_code == 200
        admin = fresh_site.visitor("admin")
        assert admin.post(f"/team/{quokka.id}/disable").status_code == 303
        assert analyst.get("/studies").headers["location"] == "/sign-in"
        assert admin.post(f"/team/{quokka.id}/enable").status_code == 303
        assert analyst.get("/studies").status_code == 303  # the old session stays ended

    def test_an_admin_keeps_themselves(self, fresh_site: Site) -> None:
        me = fresh_site.accounts["admin"]
        reply = fresh_site.visitor("admin").post(f"/team/{me.id}/disable")
        assert reply.status_code == 409
        assert "yourself" in reply.text


class TestAnalysts:
    def test_learn_no_raters_name_or_link(self, shared_site: Site) -> None:
        analyst, ids = shared_site.visitor("analyst"), shared_site.ids
        paths = ("", "/studies", f"/studies/{ids.study}", f"/studies/{ids.study}/results")
        for page in (analyst.get(path or "/") for path in paths):
            assert page.status_code == 200
            assert "Tapir" not in page.text
            assert "/r/" not in page.text
        assert "Tapir the rater" in shared_site.visitor("admin").get(f"/studies/{ids.study}").text

    def test_are_offered_nothing_that_changes_something(self, shared_site: Site) -> None:
        analyst, ids = shared_site.visitor("analyst"), shared_site.ids
        paths = (
            *("/", "/variants", "/prompts", f"/prompts/{ids.prompt_set}", "/runs"),
            *(f"/runs/{ids.run}", "/studies", f"/studies/{ids.study}", f"/studies/{ids.draft}"),
        )
        for path in paths:
            main = analyst.get(path).text.split("<main")[1]
            assert 'method="post"' not in main, path
            assert "/new" not in main, path
            assert "/recorded" not in main, path


class TestThroughAProxy:
    @pytest.fixture
    def client(self, tmp_path: Path) -> Iterator[TestClient]:
        settings = Settings(
            var=tmp_path,
            models_file=tmp_path / "models.yaml",
            proxy_user_header="X-Remote-User",
            proxy_addresses="10.0.0.0/8",
        )
        app = create_app(settings)
        with app.state.triptych.database.writing() as session:
            add_member(session, "Ada", Role.ADMIN)
        headers = {"accept": "text/html"}
        with TestClient(
            app, client=("10.1.2.3", 5), follow_redirects=False, headers=headers
        ) as client:
            yield client

    def test_somebody_invited_is_in(self, client: TestClient) -> None:
        assert client.get("/team", headers={"x-remote-user": "Ada"}).status_code == 200

    def test_nobody_waits_for_whoever_writes(self, client: TestClient) -> None:
        with client.app.state.triptych.database.writing() as session:
            add_member(session, "Grace", Role.ADMIN)
            reply = client.get("/team", headers={"x-remote-user": "Ada"})
        assert reply.status_code == 200

    def test_somebody_else_is_told_so(self, client: TestClient) -> None:
        for path in ("/", "/studies", "/sign-in"):
            reply = client.get(path, headers={"x-remote-user": "Eve"})
            assert reply.status_code == 403
            assert "Eve may not use this server" in reply.text

    def test_a_role_for_everybody_counts_from_the_first_sight(self, client: TestClient) -> None:
        client.app.state.triptych.settings.proxy_default_role = "analyst"
        for _ in range(2):
            assert client.get("/studies", headers={"x-remote-user": "Eve"}).status_code == 200
            assert client.get("/team", headers={"x-remote-user": "Eve"}).status_code == 403

    def test_without_the_header_there_is_the_usual_door(self, client: TestClient) -> None:
        assert client.get("/studies").headers["location"] == "/sign-in"

    @pytest.mark.parametrize("address", ["11.0.0.1", "127.0.0.1", "testclient"])
    def test_from_elsewhere_it_counts_for_nothing(self, client: TestClient, address: str) -> None:
        stranger = TestClient(
            client.app,
            client=(address, 5),
            follow_redirects=False,
            headers={"accept": "text/html", "x-forwarded-for": "10.1.2.3"},
        )
        reply = stranger.get("/studies", headers={"x-remote-user": "Ada"})
        assert reply.headers["location"] == "/sign-in"

    def test_it_counts_for_nothing_where_no_header_is_set(self, shared_site: Site) -> None:
        reply = shared_site.visitor().get("/studies", headers={"x-remote-user": "Root"})
        assert reply.headers["location"] == "/sign-in"
