"""`triptych prompts|recorded`: whole files or nothing, and what is wrong with them."""

# ruff: noqa: E501  (one case per line reads as a table)

from pathlib import Path

import pytest

from tests.cli.conftest import Home, Triptych

pytestmark = pytest.mark.usefixtures("_database")

PROMPTS = (
    {"prompt": "One?", "id": "a", "category": "c", "mood": "x"},
    {"prompt": "Two?", "id": "b"},
)
ANSWERS = (
    {"prompt": "One?", "id": "a", "variant": "base", "kind": "base", "response": "1", "x": 1},
    {"prompt": "One?", "id": "a", "variant": "lora", "kind": "lora", "response": "I"},
    {"prompt": "Two?", "id": "b", "variant": "base", "kind": "base", "response": "2"},
)
COMMANDS = ["prompts", "recorded"]

BAD_FILES = [
    ("none.jsonl", None, "none.jsonl: cannot be read: No such file or directory.", "Check the path"),
    ("folder.jsonl", "folder", "folder.jsonl: cannot be read: Is a directory.", "Check the path"),
    ("loop.jsonl", "loop", "loop.jsonl: cannot be read: Too many levels", "Check the path"),
    ("empty.jsonl", b"", "empty.jsonl: is empty.", "at least one row"),
    ("blank.csv", b" \n\n", "blank.csv: is empty.", "at least one row"),
    ("garbage.jsonl", b"\x93\x00\xff", "garbage.jsonl:1: byte 1 of the file (0x93)", "as UTF-8"),
    ("garbage.csv", b"\x93\x00\xff", "garbage.csv:1: byte 1 of the file (0x93)", "as UTF-8"),
    ("garbage.parquet", b"\x93\x00\xff" * 9, "garbage.parquet: is not a Parquet file", "Write it"),
    ("notes.txt", b"hello", "notes.txt: has an ending that is not known.", ".jsonl, .ndjson"),
    ("cut.jsonl", b'{"prompt": "a"', "cut.jsonl:1: is not JSON", "one whole JSON object"),
    ("list.jsonl", b"[1]\n", "list.jsonl:1: each entry must be a JSON object.", '{"prompt"'),
]  # fmt: skip


def _make(home: Home, name: str, content: bytes | str | None) -> None:
    match content:
        case "folder":
            (home.folder / name).mkdir()
        case "loop":
            (home.folder / name).symlink_to(name)
        case bytes():
            home.write(name, content)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("name", "content", "said", "hint"), BAD_FILES, ids=[name for name, *_ in BAD_FILES]
)
def test_a_bad_file(
    home: Home,
    triptych: Triptych,
    command: str,
    name: str,
    content: bytes | str | None,
    said: str,
    hint: str,
) -> None:
    _make(home, name, content)
    called = triptych(command, "import", name)
    assert called.code == 1
    assert "nothing was imported" in called.err
    assert said in called.err
    assert hint in called.err
    assert "Traceback" not in called.err
    assert not called.out
    assert "No prompt sets yet." in triptych("prompts", "list").out


BAD_NAMES = [
    ("", "must have 1 to 200 characters"),
    (" ", "must have 1 to 200 characters"),
    ("x" * 201, "must have 1 to 200 characters"),
    ("two\nlines", "must be one line of plain text"),
    ("\x1b[31mred", "must be one line of plain text"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("name", "said"), BAD_NAMES)
def test_a_bad_name(home: Home, triptych: Triptych, command: str, name: str, said: str) -> None:
    file = home.rows("a.jsonl", *ANSWERS)
    called = triptych(command, "import", str(file), "--name", name)
    assert called.code == 1
    assert "The name cannot be used." in called.err
    assert said in called.err


@pytest.mark.parametrize("name", ["[/a]", "[red]", "100 % “fine”", "--"])
def test_a_name_is_shown_as_it_is(home: Home, triptych: Triptych, name: str) -> None:
    home.rows("p.jsonl", *PROMPTS)
    called = triptych("prompts", "import", "p.jsonl", f"--name={name}")
    assert called.code == 0
    assert f"2 prompts imported as '{name}'." in called.out
    assert f" {name} " in triptych("prompts", "list").out


class TestPrompts:
    def test_are_named_after_the_file(self, home: Home, triptych: Triptych) -> None:
        home.rows("data/mine.jsonl", *PROMPTS)
        called = triptych("prompts", "import", "data/mine.jsonl")
        assert (called.code, called.err) == (0, "")
        assert called.out == "2 prompts imported as 'mine'.\nColumns not used: mood.\n"
        row = triptych("prompts", "list").out.splitlines()[3]
        assert [cell.strip() for cell in row.split("│")][1:5] == ["mine", "2", "0", "mine.jsonl"]

    def test_a_name_that_is_taken(self, home: Home, triptych: Triptych) -> None:
        home.rows("mine.jsonl", *PROMPTS)
        assert triptych("prompts", "import", "mine.jsonl").code == 0
        called = triptych("prompts", "import", "mine.jsonl")
        assert called.code == 1
        assert "There is a prompt set 'mine' already." in called.err
        assert "Choose another name" in called.err

    def test_every_bad_line_is_listed(self, home: Home, triptych: Triptych) -> None:
        home.write("p.jsonl", '{"prompt": "a"}\n{"prompt": 3}\n{"id": "z"}\n')
        called = triptych("prompts", "import", "p.jsonl")
        assert called.code == 1
        assert "p.jsonl has 2 problems; nothing was imported." in called.err
        assert "p.jsonl:2: 'prompt' must be text, not a number." in called.err
        assert "p.jsonl:3: 'prompt' is missing." in called.err

    def test_what_a_file_holds_does_not_act_on_the_terminal(
        self, home: Home, triptych: Triptych
    ) -> None:
        home.rows("p.jsonl", {"prompt": "a", "\x1b[2J": 1})
        called = triptych("prompts", "import", "p.jsonl")
        assert "Columns not used: ␛[2J." in called.out


class TestRecorded:
    def test_become_a_finished_run(self, home: Home, triptych: Triptych) -> None:
        home.rows("answers.jsonl", *ANSWERS)
        called = triptych("recorded", "import", "answers.jsonl")
        assert (called.code, called.err) == (0, "")
        assert called.out.splitlines() == [
            "3 answers imported as the run 'answers'.",
            "answers.jsonl: 3 answers in Triptych's layout.",
            "'lora' lacks 1 of 2 answers; first: prompt 'b'.",
            "Columns not used: x.",
        ]
        row = triptych("runs").out.splitlines()[3]
        cells = [cell.strip() for cell in row.split("│")][1:7]
        assert cells == ["answers", "answers", "done", "3 of 4", "0", "base, lora"]

    def test_of_prompts_that_are_there(self, home: Home, triptych: Triptych) -> None:
        home.rows("mine.jsonl", *PROMPTS)
        home.rows("answers.jsonl", *ANSWERS)
        triptych("prompts", "import", "mine.jsonl")
        called = triptych("recorded", "import", "answers.jsonl", "--prompts", "mine")
        assert called.code == 0
        assert "answers" not in triptych("prompts", "list").out
        assert "mine" in triptych("runs").out

    def test_of_prompts_that_nobody_knows(self, home: Home, triptych: Triptych) -> None:
        home.rows("answers.jsonl", *ANSWERS)
        called = triptych("recorded", "import", "answers.jsonl", "--prompts", "mine")
        assert called.code == 1
        assert "There is no prompt set 'mine'." in called.err
        assert "triptych prompts import FILE" in called.err

    def test_a_name_that_is_taken(self, home: Home, triptych: Triptych) -> None:
        home.rows("answers.jsonl", *ANSWERS)
        triptych("recorded", "import", "answers.jsonl")
        called = triptych("recorded", "import", "answers.jsonl")
        assert called.code == 1
        assert "There is a run 'answers' already." in called.err

    def test_one_file_twice(self, home: Home, triptych: Triptych) -> None:
        home.rows("a.jsonl", *ANSWERS)
        called = triptych("recorded", "import", "a.jsonl", "a.jsonl")
        assert called.code == 1
        assert "a.jsonl:1: 'base' has answered this prompt at a.jsonl:1 already." in called.err

    def test_files_of_one_name_are_told_apart(self, home: Home, triptych: Triptych) -> None:
        home.rows("one/a.jsonl", *ANSWERS)
        home.rows("two/a.jsonl", {**ANSWERS[0], "variant": "full", "sample": -1})
        called = triptych("recorded", "import", "one/a.jsonl", "two/a.jsonl")
        assert called.code == 1
        assert f"{Path('two', 'a.jsonl')}:1: 'sample' must be" in called.err

    def test_one_bad_file_of_two(self, home: Home, triptych: Triptych) -> None:
        home.rows("a.jsonl", *ANSWERS)
        called = triptych("recorded", "import", "a.jsonl", "none.jsonl")
        assert called.code == 1
        assert "none.jsonl: cannot be read" in called.err
        assert "No runs yet." in triptych("runs").out
