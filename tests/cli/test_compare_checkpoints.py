"""`triptych compare-checkpoints`: from folders of adapters to a table, in the command's words."""

import signal
import subprocess

import pytest
from sqlalchemy import select

from app.tables import Response
from tests.cli.conftest import MODELS, Home, Triptych
from tests.registry.conftest import World

COMMAND = ("compare-checkpoints", "my", "--adapter", "sft")
# Each answer is two words and an end; the first word is another than the base's.
SHIFTS = {"sft-checkpoint-5": {0: 2}, "sft-checkpoint-20": {0: 4}, "lora": {0: 4, 1: 4}}


@pytest.fixture
def world(home: Home, _database: None, triptych: Triptych) -> World:
    """With two checkpoints in sft/, and eight prompts."""
    world = World(home.folder)
    for step in (20, 5):
        world.adapter(f"sft/checkpoint-{step}")
    home.behave(length=2, shifts=SHIFTS)
    _prompts(home, triptych)
    return world


def _prompts(home: Home, triptych: Triptych, *more: str, name: str = "my") -> None:
    texts = ["A", "Bb", "Ccc", "Dddd", "Eeeee", "Ffffff", "Ggggggg", "Hhhhhhhh", *more]
    home.rows(f"{name}.jsonl", *({"prompt": text} for text in texts))
    triptych("prompts", "import", f"{name}.jsonl")


def _table(out: str) -> list[list[str]]:
    rows = [line for line in out.replace("\u00a0", " ").splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]


def _starts(home: Home) -> int:
    return len((home.folder / "base" / "starts.txt").read_text().splitlines())


@pytest.mark.usefixtures("world")
class TestTable:
    def test_by_steps_from_one_engine(self, home: Home, triptych: Triptych) -> None:
        called = triptych(*COMMAND)
        assert (called.code, called.err) == (0, "")
        rows = _table(called.out)
        assert [row[:2] for row in rows] == [["sft-checkpoint-5", "5"], ["sft-checkpoint-20", "20"]]
        shares = [[cell.split(" (")[0] for cell in row[2:6]] for row in rows]
        assert shares == [["67 %", "33 %", "0 %", "0 %"], ["67 %", "0 %", "33 %", "33 %"]]
        assert all(row[7].startswith("at least 0.") for row in rows)
        assert [row[8] for row in rows] == ["–", "–"]
        assert "See it in the browser: /runs/1/lens" in called.out
        assert (_starts(home), home.engine_processes()) == (1, [])

    def test_what_models_yaml_does_not_name_is_said(self, triptych: Triptych) -> None:
        called = triptych(*COMMAND, "--adapter", "lora")
        said = "models.yaml does not name sft-checkpoint-5, sft-checkpoint-20: "
        assert said in called.out
        assert "only this command can ask for more" in called.out
        assert _table(called.out)[-1][:2] == ["lora", "–"]

    def test_again_asks_for_nothing(self, home: Home, triptych: Triptych) -> None:
        first, again = triptych(*COMMAND), triptych(*COMMAND)
        assert _table(again.out) == _table(first.out) != []
        assert _starts(home) == 1

    def test_variants_of_models_yaml_join(self, triptych: Triptych) -> None:
        called = triptych(*COMMAND, "--variant", "lora", "--variant", "base", "--name", "all")
        assert [row[0] for row in _table(called.out)] == [
            "sft-checkpoint-5",
            "sft-checkpoint-20",
            "lora",
        ]
        assert "base, sft-checkpoint-5, sft-checkpoint-20, lora" in triptych("runs").out

    def test_what_answers_borrow_from_a_set(self, home: Home, triptych: Triptych) -> None:
        home.rows("set.jsonl", {"instruction": "What is it?", "output": "Nothing of the kind."})
        called = triptych(*COMMAND, "--trained-on", "set.jsonl")
        assert called.code == 0
        assert [row[8].split(" (")[0] for row in _table(called.out)] == ["0 %", "0 %"]

    def test_greedy_whatever_models_yaml_says(self, home: Home, triptych: Triptych) -> None:
        warm = "defaults: {sampling: {temperature: 1}}\n" + MODELS
        home.write("models.yaml", warm)
        called = triptych(*COMMAND)
        assert "greedy (temperature 0) whatever models.yaml says" in called.out
        database = home.database()
        with database.reading() as session:
            sampling = session.scalars(select(Response.sampling)).all()
        database.dispose()
        assert {one["temperature"] for one in sampling} == {0.0}

    def test_one_that_changes_nothing_is_left_out_with_its_reason(
        self, home: Home, triptych: Triptych
    ) -> None:
        home.behave(length=2, shifts={"sft-checkpoint-20": {0: 4}})
        called = triptych(*COMMAND)
        assert called.code == 0
        assert "sft-checkpoint-5: Its log-probabilities are those of its base" in called.out
        assert [row[0] for row in _table(called.out)] == ["sft-checkpoint-20"]

    def test_what_is_missing_ends_with_an_error(self, home: Home, triptych: Triptych) -> None:
        home.behave(log="ValueError: no such thing", exit=1)
        called = triptych(*COMMAND)
        assert called.code == 1
        assert "base: 0 of 8 answers, failed." in called.out
        assert "24 of 24 answers are missing." in called.err
        home.behave(length=2, shifts=SHIFTS)
        assert triptych(*COMMAND).code == 0

    def test_an_estimate_makes_nothing(self, home: Home, triptych: Triptych) -> None:
        called = triptych(*COMMAND, "--estimate")
        assert called.code == 0
        assert "3 variants x 8 prompts: 24 answers of at most 512 tokens" in called.out
        assert "then 40 scorings." in called.out
        assert "No runs yet." in triptych("runs").out
        triptych(*COMMAND)
        assert "24 answers, 40 requests" in triptych(*COMMAND, "--estimate").out


BASES = MODELS + "  - {name: raw, kind: base, weights: base, format: raw}\n"
REMOTE = '{url: "http://127.0.0.1:1/v1", served_name: m}'
FAR = f"variants:\n  - {{name: far, kind: base, endpoint: {REMOTE}}}\n"
OTHER = MODELS + "  - {name: other, kind: base, weights: other}\n"


class TestRefusals:
    @pytest.mark.parametrize(
        ("models", "options", "said", "hint"),
        [
            (MODELS, "--adapter gone", "there is no such folder", "save_pretrained"),
            (MODELS, "--adapter wide", "the adapter does not fit", "under 'weights'"),
            (MODELS, "--adapter other", "has no adapter_config.json", "kind: full"),
            (MODELS, "--on lora", "lora is of kind lora.", "on a base"),
            (MODELS, "--on x", "There is no variant 'x'", "Known: base, lora."),
            (MODELS, "--variant x", "There is no variant 'x'", "Known: base, lora."),
            (MODELS, "--trained-on x.jsonl", "'x.jsonl' does not exist", "Looked for"),
            (MODELS, "--name=", "The run cannot be made.", "name"),
            (BASES, "", "There are several bases: base, raw.", "--on NAME"),
            (FAR, "", "models.yaml has no base to put adapters on.", "kind base"),
            (FAR, "--on far", "far is served elsewhere.", "engine of Triptych's own"),
            (OTHER, "--on base --variant other", "other is not on the weights of base.", "--on"),
        ],
    )
    def test_before_anything_is_made(
        self,
        home: Home,
        world: World,
        triptych: Triptych,
        models: str,
        options: str,
        said: str,
        hint: str,
    ) -> None:
        world.weights("other")
        world.adapter("wide", hidden=8)
        home.write("models.yaml", models)
        called = triptych(*COMMAND, *options.split())
        assert called.code == 1
        assert said in called.err
        assert hint in called.err
        assert "No runs yet." in triptych("runs").out

    @pytest.mark.usefixtures("world")
    @pytest.mark.parametrize(
        ("again", "has"),
        [
            (("my", "--adapter", "sft/checkpoint-5"), "its variants: base, sft-checkpoint-5, "),
            (("other", "--adapter", "sft"), "its prompt set: my"),
        ],
    )
    def test_a_name_goes_on_with_the_same_run_only(
        self, home: Home, triptych: Triptych, again: tuple[str, ...], has: str
    ) -> None:
        _prompts(home, triptych, name="other")
        triptych(*COMMAND, "--name", "mine")
        called = triptych("compare-checkpoints", *again, "--name", "mine")
        assert called.code == 1
        assert f"There is a run 'mine' already; {has}" in called.err
        assert "Choose another --name" in called.err

    def test_a_run_of_another_kind(self, home: Home, world: World, triptych: Triptych) -> None:
        home.rows("rec.jsonl", {"prompt": "a", "variant": "v", "response": "r"})
        triptych("recorded", "import", "rec.jsonl")
        assert "it was imported" in triptych(*COMMAND, "--name", "rec").err
        triptych("run", "my", "--name", "warm", "--variant", "base", "--variant", "lora")
        arguments = ("my", "--adapter", "lora", "--name", "warm")
        assert "it is not greedy" in triptych("compare-checkpoints", *arguments).err

    def test_an_adapter_that_was_trained_on(
        self, home: Home, world: World, triptych: Triptych
    ) -> None:
        triptych(*COMMAND)
        config = home.folder / "sft" / "checkpoint-5" / "adapter_config.json"
        config.write_text(config.read_text().replace('"lora_alpha": 4', '"lora_alpha": 8'))
        called = triptych(*COMMAND)
        assert "what has changed since: sft-checkpoint-5" in called.err


@pytest.mark.usefixtures("world")
class TestStopping:
    def test_while_it_answers(self, home: Home, triptych: Triptych) -> None:
        _prompts(home, triptych, "hang", name="stuck")
        process = home.start("compare-checkpoints", "stuck", "--adapter", "sft")
        _interrupt(process, " of 27 answers")
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Stopped; what was answered is saved. The same command goes on." in out
        assert "Traceback" not in err
        assert home.engine_processes() == []
        assert "stopped" in triptych("runs").out

    def test_while_it_scores(self, home: Home, triptych: Triptych) -> None:
        _prompts(home, triptych, "hangs as base", name="stuck")
        command = ("compare-checkpoints", "stuck", "--adapter", "sft")
        process = home.start(*command)
        _interrupt(process, " of 45 scorings")
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "Stopped; what was scored is saved. The same command goes on." in out
        assert "Traceback" not in err
        assert home.engine_processes() == []
        home.behave(length=2, shifts=SHIFTS, faults=False)
        called = triptych(*command)
        assert called.code == 0
        assert len(_table(called.out)) == 2


def _interrupt(process: subprocess.Popen[str], after: str) -> None:
    """Ctrl-C once a line with these words was printed."""
    assert process.stdout is not None
    if not any(after in line for line in process.stdout):
        pytest.fail(f"it ended: {process.communicate()}")
    process.send_signal(signal.SIGINT)
