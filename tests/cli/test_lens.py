"""`triptych lens`: the tokens of a run through an engine's process, in the words of the command."""

import signal
import subprocess
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.lens import find_lens
from app.tables import Lens, Run, RunState, TokenShift
from tests.cli.conftest import Home, Triptych

# Four that the self-check asks with, before those that do something.
PLAIN = ("One?", "Two?", "Three?", "Four?")


def run_of(home: Home, triptych: Triptych, *prompts: str) -> None:
    """A finished run 'my' of base and lora."""
    home.rows("my.jsonl", *({"prompt": text} for text in (*PLAIN, *prompts)))
    assert triptych("prompts", "import", "my.jsonl").code == 0
    assert triptych("run", "my").code == 0


def starts(home: Home) -> int:
    return len((home.folder / "base" / "starts.txt").read_text().splitlines())


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    database = home.database()
    yield database
    database.dispose()


class TestLens:
    @pytest.fixture(autouse=True)
    def _run(self, home: Home, triptych: Triptych) -> None:
        run_of(home, triptych)

    def test_shows_the_cost_then_scores(self, home: Home, triptych: Triptych) -> None:
        called = triptych("lens", "my")
        assert (called.code, called.err) == (0, "")
        lines = called.out.splitlines()
        # Two ids of the prompt and three of the answer; the base's are read once, others twice.
        assert lines[0].startswith("8 answers, 12 requests: 60 tokens to read, about 0 MB")
        assert lines[-3:] == [
            "base: 4 of 4 answers scored, as a control.",
            "lora: 4 of 4 answers compared with the base.",
            "See it in the browser: /runs/1/lens",
        ]
        assert home.engine_processes() == []

    def test_again_starts_no_engine(self, home: Home, triptych: Triptych) -> None:
        triptych("lens", "my")
        before = starts(home)
        called = triptych("lens", "my")
        assert called.code == 0
        assert "lora: 4 of 4 answers compared with the base." in called.out
        assert starts(home) == before

    def test_an_estimate_asks_and_keeps_nothing(
        self, home: Home, triptych: Triptych, database: Database
    ) -> None:
        before = starts(home)
        called = triptych("lens", "my", "--estimate")
        assert (called.code, len(called.out.splitlines())) == (0, 1)
        assert called.out.startswith("8 answers, 12 requests")
        assert starts(home) == before
        with database.reading() as session:
            assert session.scalar(select(func.count(Lens.id))) == 0

    def test_quick_is_kept_with_the_lens(self, triptych: Triptych, database: Database) -> None:
        assert triptych("lens", "my", "--quick").code == 0
        with database.reading() as session:
            assert session.scalars(select(Lens.wants_exact)).all() == [False]

    def test_what_failed_is_said_and_tried_again(self, home: Home, triptych: Triptych) -> None:
        home.behave(log="ValueError: no such thing", exit=1)
        called = triptych("lens", "my")
        assert called.code == 1
        assert "no such thing" in called.out
        assert "No answer could be compared." in called.err
        home.behave()
        called = triptych("lens", "my")
        assert called.code == 0
        assert "no such thing" not in called.out

    def test_a_variant_that_is_refused(self, home: Home, triptych: Triptych) -> None:
        home.behave(shifts={})  # the adapter changes nothing
        called = triptych("lens", "my")
        assert called.code == 1
        assert "lora: Its log-probabilities are those of its base" in called.out
        assert "No answer could be compared." in called.err
        assert "base: 4 of 4 answers scored, as a control." in called.out


class TestWhatCannotBe:
    def test_a_run_that_is_not_there(self, home: Home, triptych: Triptych) -> None:
        called = triptych("lens", "nope")
        assert called.code == 1
        assert "There is no run 'nope'." in called.err
        assert "triptych run PROMPT_SET" in called.err
        run_of(home, triptych)
        assert "The runs: 'my'." in triptych("lens", "nope").err

    @pytest.mark.parametrize("estimate", [(), ("--estimate",)])
    def test_recorded_answers(
        self, home: Home, triptych: Triptych, estimate: tuple[str, ...]
    ) -> None:
        home.rows("mine.jsonl", {"prompt": "a", "variant": "v", "response": "r"})
        triptych("recorded", "import", "mine.jsonl")
        called = triptych("lens", "mine", *estimate)
        assert called.code == 1
        assert "no engine that could score them" in called.err

    def test_a_run_that_is_not_finished(
        self, home: Home, triptych: Triptych, database: Database
    ) -> None:
        run_of(home, triptych)
        with database.writing() as session:
            session.scalars(select(Run)).one().state = RunState.RUNNING
        called = triptych("lens", "my")
        assert called.code == 1
        assert "This run is not finished." in called.err

    def test_a_run_of_bases_only(self, home: Home, triptych: Triptych) -> None:
        home.rows("my.jsonl", {"prompt": "One?"})
        triptych("prompts", "import", "my.jsonl")
        triptych("run", "my", "--variant", "base")
        called = triptych("lens", "my")
        assert called.code == 1
        assert "This run has no tuned variant." in called.err


@pytest.mark.parametrize(
    ("role", "number", "code"), [("tuned", signal.SIGINT, 130), ("base", signal.SIGTERM, 143)]
)
def test_stopped_it_goes_on_with_the_same_command(
    home: Home, triptych: Triptych, database: Database, role: str, number: int, code: int
) -> None:
    """In the middle of either pass, while a request hangs."""
    run_of(home, triptych, f"hangs as {role}")
    process = home.start("lens", "my")
    # The line of the first that are saved; what the base would have said hangs in the first pass.
    assert _line(process, " scorings")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Stopped; what was scored is saved. The same command goes on." in out
    assert "Traceback" not in err
    assert home.engine_processes() == []
    with database.reading() as session:
        lens = find_lens(session, session.scalars(select(Run)).one())
        assert lens is not None
        assert lens.state is RunState.STOPPED
        before = set(session.scalars(select(TokenShift.id)))
    assert before
    home.behave(faults=False)
    assert triptych("lens", "my").code == 0
    with database.reading() as session:
        after = session.scalars(select(TokenShift)).all()
    assert before < {one.id for one in after}
    assert len(after) == 2 * 5
    assert all(one.base_ranks for one in after)


def _line(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return line.strip()
    pytest.fail(f"it ended: {process.communicate()}")
