"""What a person can get wrong in the browser: a message with its place, and nothing half-done."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db import Base
from app.errors import AppError
from app.web.throttle import Throttle
from tests.web.site import Site

Fields = dict[str, Any]


def stored(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the time until which raters have their items."""
    with site.state.database.reading() as session:
        return {
            name: [
                tuple(row)
                for row in session.execute(
                    select(*(column for column in table.columns if column.name != "expires_at"))
                )
            ]
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def admin(shared_site: Site) -> TestClient:
    return shared_site.visitor("admin")


@pytest.fixture
def rater(shared_site: Site) -> TestClient:
    return shared_site.visitor("rater")


@pytest.fixture(scope="module")
def item(shared_site: Site) -> str:
    """Where the rater's first item is."""
    address = f"/rate/{shared_site.ids.study_public}/next"
    return shared_site.visitor("rater").get(address).headers["location"]


@pytest.fixture(autouse=True)
def nothing_is_stored(shared_site: Site, item: str) -> Iterator[None]:
    before = stored(shared_site)
    yield
    assert stored(shared_site) == before


def complaint(reply: Response) -> str:
    """What the page says is wrong: its alert, or all of an error page."""
    alert = re.search(r'<(section|div)[^>]* role="alert".*?</\1>', reply.text, re.DOTALL)
    main = re.search(r"<main.*</main>", reply.text, re.DOTALL)
    found = alert or main
    return html.unescape(re.sub(r"<[^>]*>", " ", found[0] if found else reply.text))


def refused(reply: Response, *words: str) -> None:
    assert 400 <= reply.status_code < 500, reply.status_code
    assert "Traceback" not in reply.text
    for word in words:
        assert word.lower() in complaint(reply).lower()


# --- files --------------------------------------------------------------------------------------

PROMPT_FILES = [
    ("a.jsonl", b"", ["a.jsonl"]),
    ("a.jsonl", b'{"prompt": "x"}\nnot json', ["a.jsonl:2"]),
    ("a.jsonl", b'{"prompt": ""}', ["a.jsonl:1", "prompt"]),
    ("a.jsonl", b'{"question": "x"}', ["prompt"]),
    ("a.jsonl", b'{"prompt": "x", "turns": 3}', ["turns"]),
    ("a.jsonl", b'{"prompt": "x\\u0000"}', ["a.jsonl:1", "NUL"]),
    ("a.jsonl", b'{"prompt": "\\ud800"}', ["a.jsonl:1", "half a character"]),
    ("a.csv", b"id,text\n1,x", ["prompt"]),
    ("a.csv", b"prompt,id\nx,1\ny,1", ["a.csv:3"]),
    ("a.csv", b"\xff\xfe\x00\x01", ["a.csv"]),
    ("a.parquet", b"PAR1 this is none", ["a.parquet"]),
    ("a.exe", b"MZ", ["jsonl"]),
    ("../../etc/passwd", b"root", ["jsonl"]),
    ("", b"", ["file"]),
]


@pytest.mark.parametrize(("name", "content", "words"), PROMPT_FILES)
def test_prompt_files(admin: TestClient, name: str, content: bytes, words: list[str]) -> None:
    reply = admin.post("/prompts", files={"file": (name, content)}, data={"name": "mine"})
    refused(reply, *words)


GOOD_FILE = {"file": ("a.jsonl", b'{"prompt": "x"}')}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Walrus run", ["Walrus run"]),
        ("x" * 201, ["name", "200 characters"]),
        ("a\0b", ["name", "NUL"]),
    ],
)
def test_names_of_prompt_sets(admin: TestClient, name: str, words: list[str]) -> None:
    refused(admin.post("/prompts", files=GOOD_FILE, data={"name": name}), *words)


@pytest.mark.parametrize(("address", "field"), [("/prompts", "file"), ("/recorded", "files")])
def test_no_file(admin: TestClient, address: str, field: str) -> None:
    refused(admin.post(address, data={"name": "x"}), field, "missing")
    refused(admin.post(address, data={"name": "x", field: "text"}), field, "choose a file")


RECORDED_FILES = [
    ("r.jsonl", b'{"prompt": "x", "variant": "a"}', ["r.jsonl", "response"]),
    ("r.jsonl", b'{"prompt": "x", "response": "y"}', ["r.jsonl", "variant"]),
    ("r.json", b'[{"instruction": "x"}]', ["r.json"]),
    ("r.json", b"{", ["r.json"]),
    ("r.jsonl", b"", ["r.jsonl"]),
]


@pytest.mark.parametrize(("name", "content", "words"), RECORDED_FILES)
def test_recorded_files(admin: TestClient, name: str, content: bytes, words: list[str]) -> None:
    reply = admin.post("/recorded", files={"files": (name, content)}, data={"name": "mine"})
    refused(reply, *words)


@pytest.mark.parametrize("chosen", ["x", "²", "-1", "999", "9" * 30])
def test_recorded_answers_to_a_prompt_set_that_is_none(admin: TestClient, chosen: str) -> None:
    sound = b'{"prompt": "x", "variant": "a", "response": "y"}'
    fields = {"name": "mine", "prompt_set_id": chosen}
    reply = admin.post("/recorded", files={"files": ("r.jsonl", sound)}, data=fields)
    refused(reply, "prompt set")


# --- forms of the admin ---------------------------------------------------------------------------

RUNS: list[tuple[Fields, list[str]]] = [
    ({}, ["name", "missing", "prompt set", "variants", "choose at least 1"]),
    ({"name": "r", "variants": "base"}, ["prompt set", "missing"]),
    ({"name": "r", "prompt_set_id": "1"}, ["variants", "choose at least 1"]),
    ({"name": "r", "prompt_set_id": "999", "variants": "base"}, ["prompt set"]),
    ({"name": "r", "prompt_set_id": "9" * 30, "variants": "base"}, ["prompt set", "less than"]),
    ({"name": "r", "prompt_set_id": "x", "variants": "base"}, ["prompt set", "whole number"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "nobody"}, ["nobody", "base"]),
    ({"name": "r", "prompt_set_id": "1", "variants": ["base", "base"]}, ["only once"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "samples": "0"}, ["samples", "1 or"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "samples": "1e9"}, ["samples"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "samples": "2"}, ["temperature"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "top_p": "2"}, ["top p", "or less"]),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "colour": "red"}, ["colour"]),
    ({"name": "Walrus run", "prompt_set_id": "1", "variants": "base"}, ["Walrus run"]),
    ({"name": "x" * 201, "prompt_set_id": "1", "variants": "base"}, ["name", "200 characters"]),
    ({"name": "a\0b", "prompt_set_id": "1", "variants": "base"}, ["name", "NUL"]),
    (
        {"name": "r", "prompt_set_id": "1", "variants": "base", "temperature": "hot"},
        ["temperature", "a number"],
    ),
    (
        {"name": "r", "prompt_set_id": "1", "variants": "base", "temperature": "nan"},
        ["temperature"],
    ),
]


@pytest.mark.parametrize(("fields", "words"), RUNS)
def test_runs(admin: TestClient, fields: Fields, words: list[str]) -> None:
    refused(admin.post("/runs", data=fields), *words)


STUDIES: list[tuple[Fields, list[str]]] = [
    ({"name": ""}, ["name", "fill it in"]),
    ({"name": "x" * 201}, ["name", "200 characters"]),
    ({"name": "a\0b"}, ["name", "NUL"]),
    ({"name": "Vulture study"}, ["Vulture study"]),
    ({"run_id": ""}, ["run"]),
    ({"run_id": "x"}, ["run id", "whole number"]),
    ({"run_id": "999"}, ["run"]),
    ({"run_id": "9" * 30}, ["run id", "less than"]),
    ({"run_variant_ids": []}, ["variant", "choose at least 2"]),
    ({"run_variant_ids": ["1"]}, ["variant", "choose at least 2"]),
    ({"run_variant_ids": ["1", "1"]}, ["variant", "only once"]),
    ({"run_variant_ids": ["1", "999"]}, ["variant"]),
    ({"run_variant_ids": ["1", "x"]}, ["variant", "whole number"]),
    ({"run_variant_ids": ["1", "9" * 30]}, ["variant", "less than"]),
    ({"design": "circle"}, ["design", "pairwise"]),
    ({"ratings_per_item": ""}, ["ratings per item"]),
    ({"ratings_per_item": "0"}, ["ratings per item", "1 or more"]),
    ({"ratings_per_item": "many"}, ["ratings per item", "whole number"]),
    ({"ratings_per_item": "1001"}, ["ratings per item", "1000 or less"]),
    ({"max_prompts": "-3"}, ["max prompts", "1 or more"]),
    ({"max_prompts": "9" * 30}, ["max prompts", "less than"]),
    ({"instructions": "x" * 20_001}, ["instructions", "20000 characters"]),
    ({"criterion-0-label": " "}, ["at least one criterion"]),
    ({"criterion-0-label": "x" * 101}, ["criteria 1 label", "100 characters"]),
    ({"criterion-0-guidance": "x" * 5001}, ["criteria 1 guidance", "5000 characters"]),
    ({"criterion-1-label": "Style", "criterion-1-scores": "on"}, ["same key"]),
    ({"criterion-1-label": "Tone"}, ["Tone", "neither"]),
]


def study_fields(site: Site) -> Fields:
    return {
        "name": "new",
        "run_id": str(site.ids.run),
        "run_variant_ids": ["1", "2"],
        "design": "pairwise",
        "ratings_per_item": "1",
        "criterion-0-key": "style",
        "criterion-0-label": "Style",
        "criterion-0-preference": "on",
    }


@pytest.mark.parametrize(("changed", "words"), STUDIES)
def test_studies(admin: TestClient, shared_site: Site, changed: Fields, words: list[str]) -> None:
    refused(admin.post("/studies", data=study_fields(shared_site) | changed), *words)


@pytest.mark.parametrize(
    ("changed", "words"), [case for case in STUDIES if "run_id" not in case[0]]
)
def test_changed_drafts(
    admin: TestClient, shared_site: Site, changed: Fields, words: list[str]
) -> None:
    address = f"/studies/{shared_site.ids.draft}/edit"
    refused(admin.post(address, data=study_fields(shared_site) | changed), *words)


def test_what_was_typed_is_still_there(admin: TestClient, shared_site: Site) -> None:
    typed = {"name": "<b>mine</b>", "ratings_per_item": "many", "instructions": "Look well."}
    reply = admin.post("/studies", data=study_fields(shared_site) | typed)
    assert "&lt;b&gt;mine&lt;/b&gt;" in reply.text
    assert "Look well." in reply.text


def test_an_opened_study_does_not_change(admin: TestClient, shared_site: Site) -> None:
    address = f"/studies/{shared_site.ids.study}/edit"
    refused(admin.post(address, data=study_fields(shared_site)), "opened")


INVITATIONS: list[tuple[Fields, list[str]]] = [
    ({"count": "0"}, ["between 1 and"]),
    ({"count": "9999"}, ["between 1 and"]),
    ({"count": "x"}, ["count", "whole number"]),
    ({"name": "Tapir the rater"}, ["Tapir the rater"]),
    ({"name": "x" * 201}, ["name", "200 characters"]),
    ({"name": "a\0b"}, ["name", "NUL"]),
]


@pytest.mark.parametrize(("fields", "words"), INVITATIONS)
def test_invitations(
    admin: TestClient, shared_site: Site, fields: Fields, words: list[str]
) -> None:
    refused(admin.post(f"/studies/{shared_site.ids.study}/invite", data=fields), *words)


@pytest.mark.parametrize("confirm", ["", "Unicorn", "unicorn draft"])
def test_deleting_asks_for_the_exact_name(
    admin: TestClient, shared_site: Site, confirm: str
) -> None:
    ids = shared_site.ids
    for address in (
        f"/studies/{ids.draft}/delete",
        f"/runs/{ids.run}/delete",
        f"/prompts/{ids.prompt_set}/delete",
    ):
        refused(admin.post(address, data={"confirm": confirm}), "Type exactly")


def test_what_is_in_use_is_not_deleted(admin: TestClient, shared_site: Site) -> None:
    ids, name = shared_site.ids, {"confirm": "Walrus run"}
    refused(admin.post(f"/runs/{ids.run}/delete", data=name), "Vulture study")
    refused(admin.post(f"/prompts/{ids.prompt_set}/delete", data=name), "Walrus run")
    opened = f"/studies/{ids.study}/delete"
    refused(admin.post(opened, data={"confirm": "Vulture study"}), "opened")


@pytest.mark.parametrize(
    ("password", "again", "word"),
    [
        ("", "", "0 characters"),
        ("short", "short", "5 "),
        ("long enough 1", "other 12345", "differ"),
    ],
)
def test_new_passwords(admin: TestClient, password: str, again: str, word: str) -> None:
    refused(admin.post("/account", data={"password": password, "again": again}), word)


# --- everybody's forms ----------------------------------------------------------------------------


@pytest.fixture
def many_attempts(shared_site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_site.state, "passwords", Throttle(limit=100, seconds=60))


@pytest.mark.usefixtures("many_attempts")
@pytest.mark.parametrize("fields", [{}, {"password": ""}, {"password": "x" * 100_000}])
def test_signing_in(shared_site: Site, fields: Fields) -> None:
    reply = shared_site.visitor().post("/sign-in", data=fields)
    refused(reply, "password is not right", "admin-link")
    assert "set-cookie" not in reply.headers


@pytest.mark.usefixtures("many_attempts")
def test_guessing_is_slowed_down(shared_site: Site) -> None:
    shared_site.state.passwords.limit = 2
    replies = [shared_site.visitor().post("/sign-in", data={"password": "x"}) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [401, 401, 429]
    refused(replies[-1], "Too many attempts", "Wait 60 seconds")


def test_another_client_may_still_try() -> None:
    throttle = Throttle(limit=1, seconds=60)
    throttle.count("one")
    throttle.count("another")
    with pytest.raises(AppError):
        throttle.count("one")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["prompt"]),
        ({"prompt": " "}, ["prompt", "fill it in"]),
        ({"prompt": "x" * 8001}, ["prompt", "8000 characters"]),
        ({"prompt": "x", "system": "x" * 8001}, ["system", "8000 characters"]),
        ({"prompt": "a\0b"}, ["prompt", "NUL"]),
    ],
)
def test_live_questions(rater: TestClient, fields: Fields, words: list[str]) -> None:
    refused(rater.post("/live", data=fields), *words)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["prompt", "missing"]),
        ({"prompt": "x" * 8001}, ["prompt", "8000 characters"]),
        ({"prompt": "x", "variant": "nobody"}, ["nobody", "base"]),
    ],
)
def test_unblinded_questions(admin: TestClient, fields: Fields, words: list[str]) -> None:
    refused(admin.post("/compare/stream", data=fields), *words)


@pytest.mark.parametrize("choice", ["", "9", "-1", "x", "ranked", "²", "1" * 5000])
def test_votes(rater: TestClient, shared_site: Site, choice: str) -> None:
    refused(rater.post(f"/live/{shared_site.ids.live}/vote", data={"vote": choice}))


COMPLETE = {
    **{f"rank-{key}-{slot}": "1" for key in ("factuality", "style") for slot in (1, 2, 3)},
    **{f"score-{key}-{slot}": "4" for key in ("factuality", "style") for slot in (1, 2, 3)},
}
JUDGEMENTS: list[tuple[Fields, list[str]]] = [
    ({"rank-style-2": ""}, ["Style", "every answer a rank"]),
    ({"rank-style-2": "4"}, ["Style", "every answer a rank"]),
    ({"rank-style-2": "first"}, ["Style", "every answer a rank"]),
    ({"rank-style-2": "²"}, ["Style", "every answer a rank"]),
    ({"score-factuality-3": ""}, ["Factuality", "Answer 3", "1 to 5"]),
    ({"score-factuality-3": "6"}, ["Factuality", "Answer 3", "1 to 5"]),
    ({"score-factuality-3": "4.5"}, ["Factuality", "Answer 3", "1 to 5"]),
    ({"score-factuality-3": "9" * 40}, ["Factuality", "Answer 3", "1 to 5"]),
    ({"outcome-style": "perhaps", "rank-style-1": ""}, ["Style", "every answer a rank"]),
    ({"comment": "x" * 5001}, ["Comment", "5000 characters"]),
    ({"comment": "a\0b"}, ["comment", "NUL"]),
]


@pytest.mark.parametrize(("changed", "words"), JUDGEMENTS)
def test_judgements(rater: TestClient, item: str, changed: Fields, words: list[str]) -> None:
    refused(rater.post(item, data=COMPLETE | changed), *words)
    reply = rater.post(item, data=COMPLETE | changed, headers={"accept": "application/json"})
    refused(reply, *words)
    assert reply.json()["problems"]


def test_an_empty_judgement_lists_everything(rater: TestClient, item: str) -> None:
    refused(rater.post(item), "Factuality", "Style", "Answer 1, Answer 2, Answer 3")


def test_a_comment_is_kept_as_text(rater: TestClient, item: str) -> None:
    reply = rater.post(item, data={"comment": "</textarea><script>alert(1)</script>"})
    assert "&lt;/textarea&gt;&lt;script&gt;" in reply.text
    assert "<script>alert" not in reply.text


# --- addresses and bodies -------------------------------------------------------------------------


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
@pytest.mark.parametrize("address", ["/prompts", "/recorded", "/runs", "/studies", "/live"])
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
