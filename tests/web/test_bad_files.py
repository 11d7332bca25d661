"""Files that cannot be imported: what is wrong with them, where, and nothing half-imported."""

import pytest
from starlette.testclient import TestClient

from tests.web.refusals import refused

pytestmark = pytest.mark.usefixtures("nothing_is_stored")

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


_FIELDS = [("/prompts", "file"), ("/recorded", "files"), ("/judged", "files")]


@pytest.mark.parametrize(("address", "field"), _FIELDS)
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
