"""`triptych report`: the whole command on a real database, or nothing at all."""

import json

import pytest

from tests.cli.conftest import Home, Triptych
from tests.results.judged_study import opened_study
from tests.results.kept_study import judged_study

STUDY = "Islands [/x]"


@pytest.fixture
def _studies(home: Home) -> None:
    database = home.database()
    with database.writing() as session:
        judged_study(session, name=STUDY, prompts=4, variants=("base", "lora"))
        opened_study(session, name="fresh", prompts=4)
    database.dispose()


pytestmark = pytest.mark.usefixtures("_studies")


def test_a_report_of_a_part(home: Home, triptych: Triptych) -> None:
    called = triptych("report", STUDY, "--category", "odd", "--rater", "rater-1", "--gold", "all")
    assert (called.code, called.err) == (0, "")
    said = "Written to study-1-report: open report.html, or report.md for Markdown with figures.\n"
    assert called.out == said
    folder = home.folder / "study-1-report"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["filter"] == [["rater", "rater-1"], ["category", "odd"], ["gold", "all"]]
    assert manifest["included"]["judgements"] == 2
    assert {path.name for path in folder.iterdir()} == {
        "report.html",
        "report.md",
        "figures",
        "manifest.json",
    }


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["none"], "There is no study 'none'.", f"The studies: 'fresh', '{STUDY}'."),
        (["fresh"], "No judgements of people are in fresh yet", "Invite raters"),
        ([STUDY, "--kind", "simulated"], "No judgements of simulated raters", "--kind human"),
        ([STUDY, "--rater", "rater-7"], "All 12 judgements", "rater-1, rater-2, rater-3"),
        ([STUDY, "--out", "base"], "base exists already", "Name a new folder"),
        ([STUDY, "--out", "models.yaml/x"], "Not a directory", "that you may write to"),
    ],
)
def test_what_cannot_be_reported(
    home: Home, triptych: Triptych, arguments: list[str], said: str, hint: str
) -> None:
    before = set(home.folder.glob("*"))
    called = triptych("report", *arguments)
    assert called.code == 1
    assert said in called.err
    assert hint in called.err
    assert not called.out
    assert set(home.folder.glob("*")) == before
