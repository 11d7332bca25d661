"""Importing judgements from the browser: the form, the report, and the closed study."""

import json

import pytest
from starlette.testclient import TestClient

from tests.judged.test_arena import battle
from tests.web.refusals import refused
from tests.web.site import Site

ROWS = [battle(1, "model_a"), battle(2, "tie", "bob"), battle(3, "tie", model_b="base")]
BATTLES = "\n".join(map(json.dumps, ROWS)).encode()


@pytest.fixture
def imported(fresh_site: Site) -> tuple[TestClient, str]:
    """The admin, and the address of an imported study."""
    admin = fresh_site.visitor("admin")
    reply = admin.post("/judged", files={"files": ("b.jsonl", BATTLES)}, data={"name": "Arena"})
    assert reply.status_code == 200, reply.text
    assert "2 judgements imported" in reply.text
    assert "1 battles of a variant against itself" in reply.text
    return admin, reply.text.split('href="/studies/')[1].split("/")[0].split('"')[0]


def test_the_list_links_to_the_form(admin: TestClient) -> None:
    assert 'href="/judged"' in admin.get("/studies").text
    page = admin.get("/judged").text
    assert "Triptych&#39;s long table" in page
    assert "docs/import-judgements.md" in page


def test_the_study_says_that_it_was_imported(imported: tuple[TestClient, str]) -> None:
    admin, study = imported
    assert "imported" in admin.get("/studies").text
    page = admin.get(f"/studies/{study}").text
    assert "Judged elsewhere" in page
    for offered in ("/open", "/invite", "/preview", "/reopen", "/r/"):
        assert f'{offered}"' not in page


def test_results_and_exports_work(imported: tuple[TestClient, str]) -> None:
    admin, study = imported
    results = admin.get(f"/studies/{study}/results")
    assert results.status_code == 200
    assert "mistral-7b" in results.text
    export = admin.get(f"/studies/{study}/exports/long-jsonl")
    assert export.status_code == 200
    assert export.content.startswith(b"PK")


def test_it_stays_closed(imported: tuple[TestClient, str]) -> None:
    admin, study = imported
    assert admin.post(f"/studies/{study}/reopen").status_code == 409
    assert admin.post(f"/studies/{study}/invite", data={"name": "Eve"}).status_code == 409


def test_it_can_be_deleted_by_name_and_imported_again(imported: tuple[TestClient, str]) -> None:
    admin, study = imported
    assert f"/judged/{study}/delete" in admin.get(f"/studies/{study}").text
    wrong = admin.post(f"/judged/{study}/delete", data={"confirm": "arena"})
    assert wrong.status_code == 400
    deleted = admin.post(f"/judged/{study}/delete", data={"confirm": "Arena"})
    assert deleted.headers["location"] == "/studies"
    again = admin.post("/judged", files={"files": ("b.jsonl", BATTLES)}, data={"name": "Arena"})
    assert again.status_code == 200


def test_a_study_judged_here_is_not_deleted(fresh_site: Site) -> None:
    admin, study = fresh_site.visitor("admin"), fresh_site.ids.study
    reply = admin.post(f"/judged/{study}/delete", data={"confirm": "Vulture study"})
    assert reply.status_code == 409
    assert admin.get(f"/studies/{study}").status_code == 200


def test_without_a_name_the_file_gives_it(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    admin.post("/judged", files={"files": ("my battles.jsonl", BATTLES)})
    assert "my battles" in admin.get("/studies").text


REFUSED = [
    ("b.jsonl", b'{"model_a": "x", "model_b": "y", "winner": "z"}', {}, ["b.jsonl:1", "winner"]),
    ("b.jsonl", b'{"question": "x"}', {}, ["b.jsonl", "model_a, model_b and winner"]),
    ("b.jsonl", BATTLES, {"layout": "label-studio"}, ["data and annotations"]),
    ("b.jsonl", BATTLES, {"layout": "mine"}, ["not known", "arena"]),
    ("b.jsonl", BATTLES, {"name": "Vulture study"}, ["Vulture study"]),
    ("b.jsonl", BATTLES, {"name": "x" * 201}, ["200 characters"]),
    ("b.exe", b"MZ", {}, ["jsonl"]),
]


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize(("name", "content", "fields", "words"), REFUSED)
def test_what_cannot_be_imported(
    admin: TestClient, name: str, content: bytes, fields: dict[str, str], words: list[str]
) -> None:
    refused(admin.post("/judged", files={"files": (name, content)}, data=fields), *words)
