"""`triptych judge`: a judge through an engine's process, in the words of the command."""

import json
from io import BytesIO

import pytest
from sqlalchemy import func, select

from app.cli.main import main
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, open_study
from app.tables import Judge, Judgement, JudgeReply, RunState
from tests.cli.conftest import MODELS, Home, Triptych


@pytest.fixture(autouse=True)
def study(home: Home) -> None:
    """An open study of three items."""
    rows = [
        {"id": f"p{n}", "prompt": f"Mere {n}?", "variant": name, "response": f"{name} {n}"}
        for n in range(3)
        for name in ("red", "blue")
    ]
    source = Source("a.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
    database = home.database()
    with database.writing() as session:
        run = import_responses(session, name="run", files=[source]).run
        members = [member.id for member in run.variants]
        form = StudyForm(name="Islands", run_id=run.id, run_variant_ids=members)
        open_study(session, create_study(session, form))
    database.dispose()


class TestJudge:
    def test_shows_what_it_takes_then_judges(self, home: Home, triptych: Triptych) -> None:
        called = triptych("judge", "Islands", "--with", "base")
        assert (called.code, called.err) == (0, "")
        first, *_, last, page = called.out.splitlines()
        assert first.startswith("6 requests, two per item: about ")
        assert last.startswith("base: 6 of 6 judgements, done;")
        assert page.endswith("/judges")
        assert home.engine_processes() == []

    def test_again_asks_for_nothing(self, home: Home, triptych: Triptych) -> None:
        triptych("judge", "Islands", "--with", "base")
        called = triptych("judge", "Islands", "--with", "base")
        assert called.code == 0
        assert called.out.startswith("Nothing is missing.")
        assert len((home.folder / "base" / "starts.txt").read_text().splitlines()) == 1

    def test_some_first_and_the_rest_later(self, triptych: Triptych) -> None:
        some = triptych("judge", "Islands", "--with", "base", "--limit", "1")
        assert some.out.startswith("2 requests")
        rest = triptych("judge", "Islands", "--with", "base")
        assert rest.out.startswith("4 requests")
        assert "base: 6 of 6 judgements" in rest.out

    def test_an_estimate_asks_and_keeps_nothing(self, home: Home, triptych: Triptych) -> None:
        called = triptych("judge", "Islands", "--with", "base", "--estimate")
        assert called.out.startswith("6 requests")
        assert not (home.folder / "base" / "starts.txt").exists()
        database = home.database()
        with database.reading() as session:
            assert session.scalar(select(func.count(Judge.id))) == 0
        database.dispose()

    def test_with_reasons(self, home: Home, triptych: Triptych) -> None:
        assert triptych("judge", "Islands", "--with", "base", "--reasons").code == 0
        database = home.database()
        with database.reading() as session:
            assert set(session.scalars(select(Judgement.comment))) == {
                "Factuality: text\nStyle: text"
            }
        database.dispose()

    def test_an_adapter_judges_on_the_engine_of_its_base(self, triptych: Triptych) -> None:
        called = triptych("judge", "Islands", "--with", "lora", "--name", "LoRA as judge")
        assert "LoRA as judge: 6 of 6 judgements, done;" in called.out

    def test_what_is_missing_is_said_and_asked_for_again(
        self, home: Home, triptych: Triptych
    ) -> None:
        home.behave(log="ValueError: no such thing", exit=1)
        called = triptych("judge", "Islands", "--with", "base")
        assert called.code == 1
        assert "base: 0 of 6 judgements, failed;" in called.out
        assert "no such thing" in called.out
        assert "6 of 6 judgements are missing." in called.err
        home.behave()
        assert triptych("judge", "Islands", "--with", "base").code == 0

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("Nowhere", "--with", "base"), "There is no study 'Nowhere'"),
            (("Islands", "--with", "nobody"), "There is no variant 'nobody'"),
            (("Islands", "--with", "base", "--name", "x" * 101), "The judge cannot be made."),
        ],
    )
    def test_what_cannot_be(
        self, triptych: Triptych, arguments: tuple[str, ...], said: str
    ) -> None:
        called = triptych("judge", *arguments)
        assert called.code == 1
        assert said in called.err

    def test_a_name_is_of_one_variant(self, home: Home, triptych: Triptych) -> None:
        triptych("judge", "Islands", "--with", "base", "--name", "it", "--limit", "1")
        other = triptych("judge", "Islands", "--with", "lora", "--name", "it")
        assert other.code == 1
        assert "is another variant" in other.err
        home.write("models.yaml", MODELS.replace("weights: base}", "weights: base, sampling: {}}"))
        assert triptych("judge", "Islands", "--with", "base", "--name", "it").code == 0
        changed = "weights: base, sampling: {max_tokens: 7}}"
        home.write("models.yaml", MODELS.replace("weights: base}", changed))
        called = triptych("judge", "Islands", "--with", "base", "--name", "it")
        assert "before models.yaml changed" in called.err

    def test_its_own_kind_has_to_be_accepted(self, home: Home, triptych: Triptych) -> None:
        home.write("models.yaml", MODELS.replace("name: base", "name: red"))
        refused = triptych("judge", "Islands", "--with", "red")
        assert refused.code == 1
        assert "red is of a kind with red" in refused.err
        taken = triptych("judge", "Islands", "--with", "red", "--accept-relation")
        assert taken.code == 0
        assert "Language models tend to prefer their own answers." in taken.out


def test_stopped_it_goes_on_with_the_same_command(home: Home) -> None:
    """SIGTERM in the middle: the engine goes, what was judged stays."""
    process = home.start("judge", "Islands", "--with", "base")
    assert process.stdout is not None
    assert process.stdout.readline().startswith("6 requests")
    assert process.stdout.readline().startswith("At work")
    process.terminate()
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + 15
    database = home.database()
    with database.reading() as session:
        [judge] = session.scalars(select(Judge))
        assert judge.state in (RunState.STOPPED, RunState.DONE)
        replies = session.scalar(select(func.count(JudgeReply.id)))
        assert replies == session.scalar(select(func.count(Judgement.id)))
    database.dispose()
    assert "The same command goes on." in out or judge.state is RunState.DONE
    assert home.engine_processes() == []
    with pytest.raises(SystemExit) as ended:
        main(["judge", "Islands", "--with", "base"])
    assert not ended.value.code
