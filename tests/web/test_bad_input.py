"""What a person can get wrong in a form: a message with its place, and nothing half-done."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from app.errors import AppError
from app.web.throttle import Throttle
from tests.web.refusals import refused
from tests.web.site import Site

pytestmark = pytest.mark.usefixtures("nothing_is_stored")

Fields = dict[str, Any]

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


TONE_IF_STYLE: Fields = {
    "criterion-0-scale": "likert",
    "criterion-1-label": "Tone",
    "criterion-1-scale": "yes_no",
    "criterion-1-only-if": "0",
    "criterion-1-values": "1",
}
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
    ({"criterion-1-label": "Style", "criterion-1-scale": "likert"}, ["same key"]),
    ({"criterion-1-label": "Tone"}, ["Tone", "neither"]),
    ({"criterion-0-scale": "stars"}, ["criteria 1 scale", "likert"]),
    ({"criterion-0-scale": "likert", "criterion-0-points": "10"}, ["criteria 1", "2 to 9"]),
    ({"criterion-0-scale": "likert", "criterion-0-points": "9" * 5000}, ["2 to 9"]),
    ({"criterion-0-scale": "likert", "criterion-0-points": "many"}, ["2 to 9"]),
    ({"criterion-0-scale": "slider", "criterion-0-low": "x" * 101}, ["shorten"]),
    ({"criterion-0-scale": "choice"}, ["criteria 1", "2 to 9 options"]),
    ({"criterion-0-scale": "choice", "criterion-0-choices": "a\r\na"}, ["are the same"]),
    (
        {"criterion-0-scale": "choice", "criterion-0-choices": "\n".join("abcdefghij")},
        ["2 to 9 options"],
    ),
    ({"criterion-0-only-if": "0", "criterion-0-values": "1"}, ["Style, only where", "1"]),
    ({"criterion-0-only-if": "nobody", "criterion-0-values": "1"}, ["no value of that criterion"]),
    ({**TONE_IF_STYLE, "criterion-1-values": "yes"}, ["Tone, only where", "yes is no value"]),
    ({**TONE_IF_STYLE, "criterion-1-values": "1, 7"}, ["7 is no value of Style"]),
    ({**TONE_IF_STYLE, "criterion-1-values": "5-1"}, ["5-1 is no value of Style"]),
    ({**TONE_IF_STYLE, "criterion-1-values": ""}, ["nothing is no value of Style"]),
    (
        {**TONE_IF_STYLE, "criterion-0-only-if": "1", "criterion-0-values": "1"},
        ["Style can depend only on a criterion that stands before it"],
    ),
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
def test_a_name_that_no_database_stores(shared_site: Site) -> None:
    reply = shared_site.visitor().post("/sign-in", data={"name": "a\0b", "password": "x"})
    refused(reply, "name", "NUL")


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


def test_attempts_of_long_ago_are_forgotten() -> None:
    throttle = Throttle(limit=1, seconds=0)
    for number in range(100):
        throttle.count(f"name {number}")
    assert len(throttle) < 10


def test_a_name_without_end_is_kept_by_its_beginning() -> None:
    throttle = Throttle(limit=1, seconds=60)
    throttle.count("x" * 1000)
    with pytest.raises(AppError):
        throttle.count("x" * 10**6)
    assert len(throttle) == 1


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
