"""`triptych import-judgements`: a closed study and a report, or nothing and what is wrong."""

import json

import pytest

from tests.cli.conftest import Home, Triptych
from tests.judged.test_arena import battle
from tests.results.judged_study import judge_all, mixed_judge, opened_study


@pytest.fixture
def _battles(home: Home) -> None:
    home.rows("battles.jsonl", battle(1, "model_a"), battle(2, "tie"), battle(3, "tie", anony=1))


@pytest.mark.usefixtures("_battles")
def test_battles(triptych: Triptych) -> None:
    called = triptych("import-judgements", "battles.jsonl", "--name", "Arena")
    assert (called.code, called.err) == (0, "")
    assert called.out.splitlines() == [
        "Imported as the study 'Arena', closed. Its results: triptych export \"Arena\"",
        "3 judgements of 3 items by 1 rater, 2 variants (arena battles).",
        "Columns not used: anony.",
    ]
    assert "Arena" in triptych("studies").out
    assert triptych("export", "Arena", "--out", "out").code == 0


def test_the_folder_of_an_export(home: Home, triptych: Triptych) -> None:
    database = home.database()
    with database.writing() as session:
        judge_all(session, opened_study(session, prompts=4), mixed_judge)
    database.dispose()
    assert triptych("export", "Islands", "--format", "long-csv", "--out", "islands").code == 0
    called = triptych("import-judgements", "islands", "--name", "Again", "--format", "triptych")
    assert (called.code, called.err) == (0, "")
    assert "12 judgements of 4 items by 3 raters, 3 variants (Triptych's long table)" in called.out


@pytest.mark.usefixtures("_battles")
def test_a_taken_name(triptych: Triptych) -> None:
    assert triptych("import-judgements", "battles.jsonl").code == 0
    called = triptych("import-judgements", "battles.jsonl")
    assert called.code == 1
    assert "'battles' already" in called.err
    assert "Traceback" not in called.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.jsonl",), "nothing.jsonl: cannot be read: No such file"),
        (("bad.jsonl",), "bad.jsonl:2: the winner is 'me'"),
        (("bad.jsonl", "--format", "triptych"), "It needs item, criterion, kind"),
        (("bad.jsonl", "--format", "mine"), "Known: triptych, arena, label-studio."),
        (("empty",), "There is nothing to import"),
    ],
)
def test_what_is_wrong(
    home: Home, triptych: Triptych, arguments: tuple[str, ...], said: str
) -> None:
    (home.folder / "empty").mkdir()
    home.rows("bad.jsonl", battle(1, "tie"), battle(2, "me"))
    called = triptych("import-judgements", *arguments)
    assert (called.code, called.out) == (1, "")
    assert said in called.err
    assert "Traceback" not in called.err
    assert "Arena" not in triptych("studies").out


def test_rows_left_out_are_said(home: Home, triptych: Triptych) -> None:
    home.write("b.json", json.dumps([battle(1, "tie"), battle(2, "tie", model_b="base")]))
    called = triptych("import-judgements", "b.json", "--format", "arena")
    assert "Left out: 1 battles of a variant against itself." in called.out
