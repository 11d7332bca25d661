"""What a person can get wrong in the browser: a message with its place, and nothing half-done."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from app.db import Base
from tests.web.site import Site


def rows(site: Site) -> dict[str, int]:
    """How many rows every table has."""
    with site.state.database.reading() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.fixture
def admin(fresh_site: Site) -> TestClient:
    return fresh_site.visitor("admin")


@pytest.fixture(autouse=True)
def nothing_is_stored(fresh_site: Site) -> Iterator[None]:
    before = rows(fresh_site)
    yield
    assert rows(fresh_site) == before


def refused(reply: Response, *words: str) -> None:
    assert 400 <= reply.status_code < 500, reply.status_code
    assert "Traceback" not in reply.text
    for word in words:
        assert word in reply.text


PROMPT_FILES = [
    ("a.jsonl", b"", ["a.jsonl"]),
    ("a.jsonl", b'{"prompt": "x"}\nnot json', ["a.jsonl:2"]),
    ("a.jsonl", b'{"prompt": ""}', ["a.jsonl:1", "prompt"]),
    ("a.jsonl", b'{"question": "x"}', ["prompt"]),
    ("a.jsonl", b'{"prompt": "x", "turns": 3}', ["turns"]),
    ("a.csv", b"id,text\n1,x", ["prompt"]),
    ("a.csv", b"prompt,id\nx,1\ny,1", ["a.csv:3"]),
    ("a.csv", b"\xff\xfe\x00\x01", ["a.csv"]),
    ("a.parquet", b"PAR1 this is none", ["a.parquet"]),
    ("a.exe", b"MZ", ["jsonl"]),
    ("", b"", []),
]


@pytest.mark.parametrize(("name", "content", "words"), PROMPT_FILES)
def test_prompt_files(admin: TestClient, name: str, content: bytes, words: list[str]) -> None:
    reply = admin.post("/prompts", files={"file": (name, content)}, data={"name": "mine"})
    refused(reply, *(word for word in words if word != "jsonl"))
    assert not words or any(word.lower() in reply.text.lower() for word in words)


def test_a_prompt_set_without_a_file_and_with_a_taken_name(admin: TestClient) -> None:
    refused(admin.post("/prompts", data={"name": "x"}), "file")
    taken = {"file": ("a.jsonl", b'{"prompt": "x"}')}
    refused(admin.post("/prompts", files=taken, data={"name": "Walrus run"}), "Walrus run")


RECORDED_FILES = [
    ("r.jsonl", b'{"prompt": "x", "variant": "a"}', "response"),
    ("r.jsonl", b'{"prompt": "x", "response": "y"}', "variant"),
    ("r.json", b'[{"instruction": "x"}]', "r.json"),
    ("r.json", b"{", "r.json"),
    ("r.jsonl", b"", "r.jsonl"),
]


@pytest.mark.parametrize(("name", "content", "word"), RECORDED_FILES)
def test_recorded_files(admin: TestClient, name: str, content: bytes, word: str) -> None:
    reply = admin.post("/recorded", files={"files": (name, content)}, data={"name": "mine"})
    refused(reply, word)


RUNS: list[tuple[dict[str, Any], str]] = [
    ({}, "name"),
    ({"name": "r", "variants": "base"}, "prompt set"),
    ({"name": "r", "prompt_set_id": "1"}, "variant"),
    ({"name": "r", "prompt_set_id": "999", "variants": "base"}, "prompt set"),
    ({"name": "r", "prompt_set_id": "9" * 30, "variants": "base"}, "prompt set"),
    ({"name": "r", "prompt_set_id": "x", "variants": "base"}, "prompt set"),
    ({"name": "r", "prompt_set_id": "1", "variants": "nobody"}, "nobody"),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "samples": "0"}, "samples"),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "samples": "1e9"}, "samples"),
    ({"name": "Walrus run", "prompt_set_id": "1", "variants": "base"}, "Walrus run"),
    ({"name": "r", "prompt_set_id": "1", "variants": "base", "temperature": "hot"}, "temperature"),
]


@pytest.mark.parametrize(("fields", "word"), RUNS)
def test_runs(admin: TestClient, fields: dict[str, Any], word: str) -> None:
    reply = admin.post("/runs", data=fields)
    refused(reply)
    assert word.lower() in reply.text.lower()


STUDIES: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"run_variant_ids": ["1"]}, "variant"),
    ({"run_variant_ids": ["1", "999"]}, "variant"),
    ({"run_variant_ids": ["1", "x"]}, "variant"),
    ({"design": "circle"}, "design"),
    ({"ratings_per_item": "0"}, "ratings per item"),
    ({"ratings_per_item": "many"}, "ratings per item"),
    ({"max_prompts": "-3"}, "max prompts"),
    ({"name": "Vulture study"}, "Vulture study"),
    ({"run_id": "999"}, "run"),
    ({"run_id": "9" * 30}, "run"),
    ({"run_variant_ids": ["1", "9" * 30]}, "variant"),
    ({"max_prompts": "9" * 30}, "max prompts"),
    ({"run_id": "x"}, "run"),
    ({"run_id": ""}, "run"),
]


@pytest.mark.parametrize(("changed", "word"), STUDIES)
def test_studies(admin: TestClient, fresh_site: Site, changed: dict[str, Any], word: str) -> None:
    good = {
        "name": "new",
        "run_id": str(fresh_site.ids.run),
        "run_variant_ids": ["1", "2"],
        "design": "pairwise",
        "ratings_per_item": "1",
        "criterion-0-key": "style",
        "criterion-0-label": "Style",
        "criterion-0-asks_preference": "on",
    }
    reply = admin.post("/studies", data=good | changed)
    refused(reply)
    assert word.lower() in reply.text.lower()


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"count": "0"}, "between 1 and"),
        ({"count": "9999"}, "between 1 and"),
        ({"count": "x"}, "count"),
    ],
)
def test_invitations(
    admin: TestClient, fresh_site: Site, fields: dict[str, str], word: str
) -> None:
    refused(admin.post(f"/studies/{fresh_site.ids.study}/invite", data=fields), word)


@pytest.mark.parametrize("confirm", ["", "Unicorn", "unicorn draft"])
def test_deleting_asks_for_the_exact_name(
    admin: TestClient, fresh_site: Site, confirm: str
) -> None:
    ids = fresh_site.ids
    for address in (f"/studies/{ids.draft}/delete", f"/runs/{ids.run}/delete"):
        refused(admin.post(address, data={"confirm": confirm}), "Type exactly")


def test_what_is_in_use_is_not_deleted(admin: TestClient, fresh_site: Site) -> None:
    ids = fresh_site.ids
    refused(admin.post(f"/runs/{ids.run}/delete", data={"confirm": "Walrus run"}))


@pytest.mark.parametrize(
    "address",
    [
        *("/runs/999", "/prompts/999", "/studies/999", "/studies/999/results", "/nothing"),
        *("/runs/x", f"/runs/{'9' * 30}", "/runs/-1", "/runs/new?prompt_set=9999999999999999999"),
        *("/studies/1/exports/nothing", "/studies/999/preview", "/rate/nothing"),
    ],
)
def test_addresses_of_nothing(admin: TestClient, address: str) -> None:
    refused(admin.get(address))


@pytest.mark.parametrize("query", ["item=0", "item=999", "item=x", "item=-1"])
def test_previews_of_nothing(admin: TestClient, fresh_site: Site, query: str) -> None:
    refused(admin.get(f"/studies/{fresh_site.ids.study}/preview?{query}"))


@pytest.mark.parametrize(("offset", "status"), [("99999", 200), ("-5", 422), ("9" * 30, 422)])
def test_pages_far_away(admin: TestClient, fresh_site: Site, offset: str, status: int) -> None:
    for address in (f"/runs/{fresh_site.ids.run}", f"/prompts/{fresh_site.ids.prompt_set}"):
        assert admin.get(f"{address}?offset={offset}").status_code == status


@pytest.mark.parametrize("fields", [{}, {"prompt": " "}, {"prompt": "x" * 200_000}])
def test_live_questions(admin: TestClient, fields: dict[str, str]) -> None:
    refused(admin.post("/live", data=fields), "prompt")


@pytest.mark.parametrize("choice", ["", "9", "-1", "x", "ranked", "²"])
def test_votes(fresh_site: Site, choice: str) -> None:
    rater = fresh_site.visitor("rater")
    refused(rater.post(f"/live/{fresh_site.ids.live}/vote", data={"vote": choice}))


@pytest.mark.parametrize(
    ("password", "again"), [("", ""), ("short", "short"), ("long enough 1", "different 12")]
)
def test_passwords(admin: TestClient, password: str, again: str) -> None:
    refused(admin.post("/account", data={"password": password, "again": again}))


def test_a_body_that_is_too_large(admin: TestClient, fresh_site: Site) -> None:
    limit = fresh_site.state.settings.upload_limit_mb * 2**20
    reply = admin.post("/prompts", content=b"x" * (limit + 1))
    assert reply.status_code == 413
    assert "MB" in reply.text
