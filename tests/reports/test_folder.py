"""A report's folder: whole or not at all, with a manifest that says what an export's says."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict
from app.exports import write_export
from app.reports import folder as reports_folder
from app.reports import write_report
from app.results import ResultFilter
from app.tables import Study
from tests.results.kept_study import judged_study

NOTHING_LEFT_OUT = ResultFilter()


@pytest.fixture
def small(session: Session) -> Study:
    return judged_study(session, variants=("base", "lora"), prompts=6)


def manifest_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_the_folder(session: Session, small: Study, tmp_path: Path) -> None:
    folder = write_report(session, small, NOTHING_LEFT_OUT, tmp_path / "new" / "report")
    export = manifest_in(write_export(session, small, "long-jsonl", tmp_path / "export"))
    manifest = manifest_in(folder)
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {"manifest.json", *(file["name"] for file in manifest["files"])}
    assert {"report.html", "report.md", "figures/preferences-factuality.csv"} < written
    for file in manifest["files"]:
        data = (folder / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert manifest["study"] == export["study"]
    assert manifest["variants"] == export["variants"]
    assert manifest["raters"] == export["raters"]
    counted = ("judgements", "raters", "items_judged", "items")
    assert manifest["included"] == {name: export["included"][name] for name in counted}
    assert manifest["excluded"][:2] == export["excluded"][:2]
    assert manifest["software"]["version"] == export["software"]["version"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_an_occupied_folder_is_left_alone(session: Session, small: Study, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(Conflict, match="not an empty folder"):
        write_report(session, small, NOTHING_LEFT_OUT, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name == "mine"] == ["mine"]
    assert not (tmp_path / "report.html").exists()


def test_a_failure_leaves_nothing_behind(
    session: Session, small: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(reports_folder, "_write_figure", full_disk)
    monkeypatch.setattr(reports_folder, "html_of", lambda _: "page")
    (tmp_path / "here").mkdir()
    with pytest.raises(AppError, match="No space left"):
        write_report(session, small, NOTHING_LEFT_OUT, tmp_path / "here" / "report")
    assert not list((tmp_path / "here").iterdir())
