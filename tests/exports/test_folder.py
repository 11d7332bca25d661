"""A folder appears whole or not at all, with a manifest that can be checked."""

import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict, NotFound
from app.exports import FORMATS, write_export, zip_export
from app.exports import folder as folder_module
from app.studies import StudyForm
from app.tables import Judgement, Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.results.lensed import scattered, under_lens

EVERY = pytest.mark.parametrize("name", list(FORMATS))


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def rows_in(path: Path) -> int:
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return int(pq.read_metadata(path).num_rows)
    if path.suffix == ".json":
        return len(json.loads(path.read_text())["examples"])
    lines = path.read_text().splitlines()
    return len(lines) - (path.suffix == ".csv")


class TestManifest:
    @EVERY
    def test_lists_every_file_with_its_checksum_and_rows(
        self, session: Session, study: Study, tmp_path: Path, name: str
    ) -> None:
        folder = write_export(session, study, name, tmp_path / "out")
        listed = {file["name"]: file for file in manifest_of(folder)["files"]}
        assert {p.name for p in folder.iterdir()} == {*listed, "manifest.json"}
        for path in folder.iterdir():
            if path.name != "manifest.json":
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                assert listed[path.name]["sha256"] == digest
                assert listed[path.name]["bytes"] == path.stat().st_size
                assert listed[path.name]["rows"] == rows_in(path) > 0

    def test_states_the_study_and_its_variants(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        manifest = manifest_of(write_export(session, study, "long-csv", tmp_path / "out"))
        assert manifest["schema_version"] == 4
        assert manifest["format"] == "long-csv"
        assert manifest["options"] == {"raters": "people", "formulas": "escape"}
        assert manifest["raters"] == {"kind": "human", "note": ""}
        assert re.fullmatch(r"\d+\.\d+.*", manifest["software"]["version"])
        assert manifest["study"]["design"] == study.design.value
        assert manifest["study"]["seed"] == 7
        assert [c["key"] for c in manifest["study"]["criteria"]] == ["factuality", "style"]
        assert set(StudyForm.model_fields) - {"run_id", "run_variant_ids"} <= set(manifest["study"])
        assert manifest["study"]["mask_introductions"] is False
        assert [(v["name"], v["kind"]) for v in manifest["variants"]] == [
            ("base", "base"),
            ("lora", "lora"),
            ("full", "full"),
        ]
        assert all(len(v["content_hash"]) == 64 and v["spec"] for v in manifest["variants"])

    def test_counts_what_came_in_and_earlier_revisions(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        manifest = manifest_of(write_export(session, study, "long-jsonl", tmp_path / "out"))
        included, stored = manifest["included"], session.scalar(select(func.count(Judgement.id)))
        rule = manifest["excluded"][0]
        assert included["raters"] == 3
        assert included["judgements"] == included["items"] * 3
        assert rule["rule"] == "earlier_revisions"
        assert rule["count"] == stored - included["judgements"] > 0

    @EVERY
    def test_no_name_of_a_rater_comes_out(self, session: Session, name: str) -> None:
        study = opened_study(session)
        names = judge_all(session, study, mixed_judge)
        under_lens(session, study, scattered)
        with zipfile.ZipFile(BytesIO(zip_export(session, study, name))) as archive:
            content = b"".join(archive.read(member) for member in archive.namelist())
        assert "Real Name" in names[0]
        assert b"Real Name" not in content


class TestFolder:
    def test_an_empty_folder_is_filled(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        (tmp_path / "out").mkdir()
        assert (
            write_export(session, study, "long-csv", tmp_path / "out") / "judgements.csv"
        ).stat()

    def test_a_folder_with_something_in_it_is_refused(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("mine")
        with pytest.raises(Conflict, match="not an empty folder"):
            write_export(session, study, "long-csv", tmp_path / "out")
        assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]

    def test_a_file_in_the_way_is_refused(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        (tmp_path / "out").write_text("mine")
        with pytest.raises(Conflict):
            write_export(session, study, "long-csv", tmp_path / "out")
        assert (tmp_path / "out").read_text() == "mine"

    def test_a_place_that_cannot_be_written_is_named(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(AppError, match="cannot be written") as raised:
            write_export(session, study, "long-csv", tmp_path / "file" / "out")
        assert raised.value.hint

    def test_a_failure_leaves_nothing_behind(
        self, session: Session, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full_disk(*_: object) -> dict[str, Any]:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(folder_module, "manifest", full_disk)
        place = tmp_path / "exports"
        place.mkdir()
        with pytest.raises(AppError, match="No space left"):
            write_export(session, study, "long-csv", place / "out")
        assert list(place.iterdir()) == []

    def test_the_zip_holds_the_same_folder(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, study, "long-jsonl", tmp_path / "out")
        with zipfile.ZipFile(BytesIO(zip_export(session, study, "long-jsonl"))) as archive:
            names = archive.namelist()
            table = archive.read("islands-long-jsonl/judgements.jsonl")
        assert names == [f"islands-long-jsonl/{p.name}" for p in sorted(folder.iterdir())]
        assert table == (folder / "judgements.jsonl").read_bytes()


class TestRefusals:
    @EVERY
    def test_a_study_without_judgements(self, session: Session, tmp_path: Path, name: str) -> None:
        with pytest.raises(Conflict, match="nothing to export"):
            write_export(session, opened_study(session), name, tmp_path / "out")
        assert not (tmp_path / "out").exists()

    def test_an_unknown_format(self, session: Session, study: Study, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no export format 'xlsx'") as raised:
            write_export(session, study, "xlsx", tmp_path / "out")
        assert "trl-preference" in str(raised.value.hint)

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"colour": "red"}, "no option 'colour'"), ({"rule": "best"}, "'best' is no choice")],
    )
    def test_options(
        self,
        session: Session,
        study: Study,
        tmp_path: Path,
        options: dict[str, str],
        message: str,
    ) -> None:
        with pytest.raises(AppError, match=message):
            write_export(session, study, "trl-preference", tmp_path / "out", **options)
