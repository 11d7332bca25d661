"""`triptych studies|export`: a judged study as files, or nothing at all."""

import json
from pathlib import Path

import pytest

from app.exports import FORMATS
from tests.cli.conftest import Home, Triptych
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.results.lensed import scattered, under_lens

STUDY = "Islands [/x]"


@pytest.fixture
def _studies(home: Home) -> None:
    database = home.database()
    with database.writing() as session:
        study = opened_study(session, name=STUDY, prompts=4)
        judge_all(session, study, mixed_judge)
        under_lens(session, study, scattered)
        opened_study(session, name="fresh", prompts=4)
    database.dispose()


pytestmark = pytest.mark.usefixtures("_studies")


def test_studies(triptych: Triptych) -> None:
    rows = [line for line in triptych("studies").out.splitlines() if line.startswith("│")]
    assert [[cell.strip() for cell in row.split("│")][1:6] for row in rows] == [
        ["fresh", "open", "4", "0 of 12", "0"],
        [STUDY, "open", "4", "12 of 12", "3"],
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(home: Home, triptych: Triptych, name: str) -> None:
    called = triptych("export", STUDY, "--format", name, "--out", "new/folder")
    assert (called.code, called.err) == (0, "")
    assert called.out == f"Written to {Path('new/folder')}; manifest.json says what is in it.\n"
    manifest = json.loads((home.folder / "new/folder/manifest.json").read_text())
    written = {file.name for file in (home.folder / "new/folder").iterdir()}
    assert written == {"manifest.json", *(file["name"] for file in manifest["files"])}


def test_a_folder_is_named_when_none_is_given(home: Home, triptych: Triptych) -> None:
    assert triptych("export", STUDY).code == 0
    assert (home.folder / "study-1-long-jsonl" / "judgements.jsonl").stat().st_size > 0
    called = triptych("export", STUDY)
    assert called.code == 1
    assert "study-1-long-jsonl exists already and is not an empty folder." in called.err


def test_options_reach_the_format(home: Home, triptych: Triptych) -> None:
    arguments = ("--format", "trl-preference", "--option", "rule=each", "--out", "new")
    assert triptych("export", STUDY, *arguments).code == 0
    assert json.loads((home.folder / "new/manifest.json").read_text())["options"]["rule"] == "each"


@pytest.mark.parametrize(
    ("arguments", "said", "hint"),
    [
        (["none"], "There is no study 'none'.", f"The studies: 'fresh', '{STUDY}'."),
        (["fresh"], "Nothing has been judged in fresh yet", "when the first judgements are in"),
        ([STUDY, "--option", "rule=each"], "has no option 'rule'", "Known: raters."),
        ([STUDY, "--option", "folder=x"], "has no option 'folder'", "Known: raters."),
        ([STUDY, "--option", "session=x"], "has no option 'session'", "Known: raters."),
        (
            [STUDY, "--format", "trl-preference", "--option", "rule=all"],
            "'all' is no choice for the option 'rule'",
            "majority, each",
        ),
        ([STUDY, "--out", "base"], "base exists already", "Name a new folder"),
        ([STUDY, "--out", "models.yaml"], "models.yaml exists already", "Name a new folder"),
        ([STUDY, "--out", "models.yaml/x"], "Not a directory", "that you may write to"),
        ([STUDY, "--out", "/proc/none/x"], "No such file or directory", "that you may write to"),
    ],
)
def test_what_cannot_be_exported(
    home: Home, triptych: Triptych, arguments: list[str], said: str, hint: str
) -> None:
    before = set(home.folder.glob("*"))
    called = triptych("export", *arguments)
    assert called.code == 1
    assert said in called.err
    assert hint in called.err
    assert not called.out
    assert set(home.folder.glob("*")) == before
