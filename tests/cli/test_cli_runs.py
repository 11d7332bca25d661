"""`triptych run|runs`: answers through an engine, in the words of the command."""

import pytest

from tests.cli.conftest import MODELS, Home, Triptych

pytestmark = pytest.mark.usefixtures("_database")


@pytest.fixture
def prompts(home: Home, triptych: Triptych) -> None:
    home.rows("my.jsonl", {"prompt": "One?", "id": "a"}, {"prompt": "Two?", "id": "b"})
    home.rows("other.jsonl", {"prompt": "Three?"})
    triptych("prompts", "import", "my.jsonl")
    triptych("prompts", "import", "other.jsonl")


def _cells(triptych: Triptych) -> list[list[str]]:
    rows = [line for line in triptych("runs").out.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in row.split("│")][1:7] for row in rows]


@pytest.mark.usefixtures("prompts")
class TestRun:
    def test_answers_every_prompt_with_every_variant(self, home: Home, triptych: Triptych) -> None:
        called = triptych("run", "my")
        assert (called.code, called.err) == (0, "")
        assert called.out.splitlines()[-2:] == [
            "base: 2 of 2 answers, done.",
            "lora: 2 of 2 answers, done.",
        ]
        assert _cells(triptych) == [["my", "my", "done", "4 of 4", "0", "base, lora"]]
        assert home.engine_processes() == []

    def test_again_asks_for_nothing(self, home: Home, triptych: Triptych) -> None:
        triptych("run", "my")
        called = triptych("run", "my")
        assert called.code == 0
        assert "base: 2 of 2 answers, done." in called.out
        assert len((home.folder / "base" / "starts.txt").read_text().splitlines()) == 1

    def test_of_some_variants_under_a_name(self, triptych: Triptych) -> None:
        arguments = "my --name first --variant lora --variant lora --temperature 0.5 --samples 2"
        assert triptych("run", *arguments.split()).code == 0
        assert _cells(triptych) == [["first", "my", "done", "4 of 4", "0", "lora"]]

    def test_what_is_missing_is_said_and_asked_for_again(
        self, home: Home, triptych: Triptych
    ) -> None:
        home.behave(log="ValueError: no such thing", exit=1)
        called = triptych("run", "my", "--variant", "base")
        assert called.code == 1
        assert "base: 0 of 2 answers, failed." in called.out
        assert "2 of 2 answers are missing." in called.err
        assert "run the same command again" in called.err
        home.behave()
        assert triptych("run", "my", "--variant", "base").code == 0

    def test_without_an_engine(self, triptych: Triptych, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRIPTYCH_ENGINE_PYTHON", "/nowhere/python")
        called = triptych("run", "my")
        assert called.code == 1
        assert "The interpreter '/nowhere/python' cannot be run." in called.out
        assert "pip install triptych[cpu]" in called.out

    def test_without_the_key_of_an_endpoint(self, home: Home, triptych: Triptych) -> None:
        endpoint = '{url: "http://127.0.0.1:1/v1", served_name: m, api_key_env: FAR_KEY}'
        home.write("m.yaml", f"variants:\n  - {{name: far, kind: other, endpoint: {endpoint}}}\n")
        called = triptych("run", "my", "--models", "m.yaml")
        assert called.code == 1
        assert "FAR_KEY is not set." in called.out

    @pytest.mark.parametrize(
        ("arguments", "said", "hint"),
        [
            ("nope", "There is no prompt set 'nope'.", "The prompt sets: 'other', 'my'."),
            ("my --variant x", "There is no variant 'x' in models.yaml.", "Known: base, lora."),
            ("my --samples 2 --temperature 0", "every sample of a prompt is the same", "above 0"),
            ("my --name=", "The run cannot be made.", "name: "),
            (f"my --name {'x' * 201}", "The run cannot be made.", "name: "),
        ],
    )
    def test_what_cannot_be_run(
        self, triptych: Triptych, arguments: str, said: str, hint: str
    ) -> None:
        called = triptych("run", *arguments.split())
        assert called.code == 1
        assert said in called.err
        assert hint in called.err
        assert "No runs yet." in triptych("runs").out

    @pytest.mark.parametrize(
        ("arguments", "has"),
        [
            ("my --name first --variant base", "its variants: base, lora."),
            ("my --name first --samples 2", "its samples: 1."),
            ("my --name first --seed 1", "its seed: 0."),
            ("my --name first --temperature 1", "its temperature: each variant's own."),
            ("other --name first", "its prompt set: my."),
        ],
    )
    def test_a_name_goes_on_with_the_same_run_only(
        self, triptych: Triptych, monkeypatch: pytest.MonkeyPatch, arguments: str, has: str
    ) -> None:
        monkeypatch.setenv("TRIPTYCH_ENGINE_PYTHON", "/nowhere/python")
        triptych("run", "my", "--name", "first")
        called = triptych("run", *arguments.split())
        assert called.code == 1
        assert f"There is a run 'first' already; {has}" in called.err
        assert "choose another --name" in called.err
        assert len(_cells(triptych)) == 1

    def test_the_same_options_go_on(self, triptych: Triptych) -> None:
        first = ["my", "--variant", "lora", "--variant", "base", "--seed", "3"]
        assert triptych("run", *first).code == 0
        assert triptych("run", "my", "--variant", "base", "--variant", "lora").code == 0

    def test_recorded_answers_cannot_be_asked_for(self, home: Home, triptych: Triptych) -> None:
        home.rows("mine.jsonl", {"prompt": "a", "variant": "v", "response": "r"})
        triptych("recorded", "import", "mine.jsonl")
        called = triptych("run", "mine")
        assert called.code == 1
        assert "The run 'mine' was imported" in called.err


def test_lists_say_how_to_begin(triptych: Triptych) -> None:
    for command, way in {
        "runs": "No runs yet. Make one: triptych run PROMPT_SET",
        "prompts list": "No prompt sets yet. Import one: triptych prompts import FILE",
        "studies": "No studies yet. Make one in the browser: triptych serve",
    }.items():
        called = triptych(*command.split())
        assert (called.code, called.out) == (0, f"{way}\n")


def test_models_can_change_between_runs(home: Home, triptych: Triptych) -> None:
    """A run keeps the variants that it began with."""
    home.rows("my.jsonl", {"prompt": "One?"})
    triptych("prompts", "import", "my.jsonl")
    triptych("run", "my")
    home.write("models.yaml", MODELS.replace("name: lora", "name: other"))
    assert triptych("run", "my").code == 0
    assert _cells(triptych)[0][5] == "base, lora"
