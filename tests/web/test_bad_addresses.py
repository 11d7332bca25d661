"""Addresses of nothing, bodies that are no forms, cookies that we did not sign."""

import pytest
from starlette.testclient import TestClient

from tests.web.refusals import refused
from tests.web.site import Site

pytestmark = pytest.mark.usefixtures("nothing_is_stored")


@pytest.mark.parametrize(
    "address",
    [
        *("/runs/999", "/prompts/999", "/studies/999", "/studies/999/results", "/nothing"),
        *("/runs/x", f"/runs/{'9' * 30}", "/runs/-1", "/runs/999/progress", "/studies/999/edit"),
        *("/studies/1/exports/nothing", "/studies/999/preview", "/rate/nothing", "/live/nothing"),
        *("/studies/999/exports/long-csv", "/r/nothing", "/setup/nothing", "/static/nothing.css"),
        *("/static/../app/main.py", "/static/%2e%2e/app/main.py", f"/{'x' * 9000}", "/%E2%80%AE"),
        "/studies/new?run=999",
    ],
)
def test_addresses_of_nothing(admin: TestClient, address: str) -> None:
    reply = admin.get(address)
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")
    refused(reply)


@pytest.mark.parametrize("query", ["item=0", "item=999", "item=x", "item=-1"])
def test_previews_of_nothing(admin: TestClient, shared_site: Site, query: str) -> None:
    refused(admin.get(f"/studies/{shared_site.ids.study}/preview?{query}"))


@pytest.mark.parametrize(("offset", "status"), [("99999", 200), ("-5", 422), ("9" * 30, 422)])
def test_pages_far_away(admin: TestClient, shared_site: Site, offset: str, status: int) -> None:
    for address in (f"/runs/{shared_site.ids.run}", f"/prompts/{shared_site.ids.prompt_set}"):
        assert admin.get(f"{address}?offset={offset}").status_code == status


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"><script>', "\u202e", "x" * 5000])
def test_searches_find_nothing_and_break_nothing(
    admin: TestClient, shared_site: Site, words: str
) -> None:
    reply = admin.get(f"/runs/{shared_site.ids.run}", params={"search": words})
    assert reply.status_code == 200
    assert "Nothing matches" in reply.text
    assert "<script>" not in reply.text


@pytest.mark.parametrize("address", ["/r/%00", "/rate/%00", "/runs/1?search=%00"])
def test_addresses_with_nul(admin: TestClient, address: str) -> None:
    refused(admin.get(address), "NUL")


@pytest.mark.parametrize("rule", ["nonsense", "<script>"])
def test_export_options(admin: TestClient, shared_site: Site, rule: str) -> None:
    address = f"/studies/{shared_site.ids.study}/exports/trl-preference"
    reply = admin.get(address, params={"rule": rule})
    refused(reply, rule, "majority")
    assert "<script>" not in reply.text


MULTIPART = {"content-type": "multipart/form-data; boundary=x"}
BODIES: list[tuple[bytes, dict[str, str]]] = [
    (b"no parts", MULTIPART),
    (b"no parts", {"content-type": "multipart/form-data"}),
    (b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\ncut', MULTIPART),
    (b"&".join(b"f%d=" % n for n in range(2000)), {"content-type": "x-www-form-urlencoded"}),
    (b"{}", {"content-type": "application/json"}),
    (b"name=%FF%ED%A0%80", {"content-type": "application/x-www-form-urlencoded"}),
    (b"\xff\xfe", {}),
]


@pytest.mark.parametrize(("body", "headers"), BODIES)
@pytest.mark.parametrize(
    "address", ["/prompts", "/recorded", "/judged", "/runs", "/studies", "/live"]
)
def test_malformed_bodies(
    admin: TestClient, address: str, body: bytes, headers: dict[str, str]
) -> None:
    refused(admin.post(address, content=body, headers=headers))


@pytest.mark.parametrize("body", [body for body, headers in BODIES if headers == MULTIPART])
def test_malformed_judgements(rater: TestClient, item: str, body: bytes) -> None:
    refused(rater.post(item, content=body, headers=MULTIPART))


def test_a_body_that_is_too_large(admin: TestClient, shared_site: Site) -> None:
    limit = shared_site.state.settings.upload_limit_mb * 2**20
    reply = admin.post("/prompts", content=b"x" * (limit + 1))
    assert reply.status_code == 413
    assert "MB" in reply.text


@pytest.mark.parametrize("cookie", ["rubbish", "a.b.c", "\xe9", "x" * 4000, ""])
def test_forged_cookies_sign_nobody_in(shared_site: Site, cookie: str) -> None:
    headers = {"cookie": b"triptych=" + cookie.encode("latin-1")}
    assert shared_site.visitor().get("/runs", headers=headers).status_code == 303  # type: ignore[arg-type]
