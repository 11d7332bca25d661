"""An export holds one kind of raters, people unless asked, and says which."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict
from app.exports import FORMATS, write_export, zip_export
from app.judged import JudgementsReport, read_judgements, store_judgements
from app.readers import Source
from app.results import read_records
from app.simulation import LABEL, simulate
from app.tables import RaterKind, Study
from tests.results.judged_study import judge_all, mixed_judge
from tests.results.lensed import scattered, under_lens
from tests.simulation.conftest import opened

EVERY = pytest.mark.parametrize("name", list(FORMATS))
LONG = pytest.mark.parametrize("name", ["long-jsonl", "long-csv", "long-parquet"])


@pytest.fixture
def both(session: Session) -> Study:
    """Judged by two people and by three simulated raters."""
    study = opened(session, ratings_per_item=2)
    judge_all(session, study, mixed_judge, raters=2)
    simulate(session, study, 3)
    under_lens(session, study, scattered)
    return study


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


class TestPeople:
    @EVERY
    def test_are_all_that_an_export_holds(
        self, session: Session, both: Study, tmp_path: Path, name: str
    ) -> None:
        folder = write_export(session, both, name, tmp_path / "out")
        content = b"".join(file.read_bytes() for file in folder.iterdir())
        assert b"simulated" not in content
        assert manifest_of(folder)["included"]["raters"] == 2
        assert manifest_of(folder)["included"]["judgements"] == 24
        assert not (folder / "README.md").exists()

    def test_simulated_judgements_are_none_that_were_left_out(
        self, session: Session, both: Study, tmp_path: Path
    ) -> None:
        manifest = manifest_of(write_export(session, both, "long-jsonl", tmp_path / "out"))
        counts = {one["rule"]: one["count"] for one in manifest["excluded"]}
        assert counts["screened_out"] == 0

    def test_raters_are_people(self, session: Session, both: Study, tmp_path: Path) -> None:
        folder = write_export(session, both, "long-jsonl", tmp_path / "out")
        raters = pd.read_json(folder / "raters.jsonl", lines=True)
        assert list(raters.rater) == ["rater-1", "rater-2"]


class TestSimulated:
    @EVERY
    def test_are_said_to_be_so(
        self, session: Session, both: Study, tmp_path: Path, name: str
    ) -> None:
        folder = write_export(session, both, name, tmp_path / "out", raters="simulated")
        manifest = manifest_of(folder)
        assert manifest["raters"] == {"kind": "simulated", "note": LABEL}
        assert manifest["included"]["judgements"] == 36
        assert (folder / "README.md").read_text().startswith(f"# {LABEL}\n")
        assert b"rater-1" not in b"".join(file.read_bytes() for file in folder.iterdir())

    @EVERY
    def test_so_does_the_name_of_the_folder(self, session: Session, both: Study, name: str) -> None:
        body = zip_export(session, both, name, raters="simulated")
        with zipfile.ZipFile(BytesIO(body)) as archive:
            folders = {member.split("/")[0] for member in archive.namelist()}
        assert folders == {f"meres-{name}-simulated"}

    def test_so_does_every_row(self, session: Session, both: Study, tmp_path: Path) -> None:
        folder = write_export(session, both, "long-jsonl", tmp_path / "out", raters="simulated")
        frame = pd.read_json(folder / "judgements.jsonl", lines=True)
        assert set(frame.rater_kind) == {"simulated"}
        assert set(frame.rater) == {"simulated-1", "simulated-2", "simulated-3"}
        raters = pd.read_json(folder / "raters.jsonl", lines=True)
        assert set(raters.rater) == set(frame.rater)
        assert set(raters.judged) == {12}


class TestNothing:
    @pytest.mark.parametrize(
        ("raters", "said"),
        [
            ("people", "Nothing has been judged in Meres yet"),
            ("simulated", "No simulated rater has judged anything in Meres yet"),
            ("judges", "No judge model has judged anything in Meres yet"),
        ],
    )
    def test_of_a_kind_is_said(
        self, session: Session, tmp_path: Path, raters: str, said: str
    ) -> None:
        with pytest.raises(Conflict, match=said):
            write_export(session, opened(session), "long-csv", tmp_path / "out", raters=raters)

    def test_of_people_although_simulated_raters_judged(
        self, session: Session, tmp_path: Path
    ) -> None:
        study = opened(session)
        simulate(session, study, 2)
        with pytest.raises(Conflict, match="Nothing has been judged"):
            write_export(session, study, "long-csv", tmp_path / "out")

    def test_another_kind_is_refused(self, session: Session, both: Study, tmp_path: Path) -> None:
        with pytest.raises(AppError, match="'robots' is no choice"):
            write_export(session, both, "long-csv", tmp_path / "out", raters="robots")


class TestComingBack:
    def again(self, session: Session, folder: Path) -> JudgementsReport:
        files = [Source(p.name, p) for p in sorted(folder.iterdir()) if p.suffix != ".md"]
        return store_judgements(session, read_judgements(files), name="Again")

    @LONG
    def test_simulated_raters_stay_simulated(
        self, session: Session, both: Study, tmp_path: Path, name: str
    ) -> None:
        folder = write_export(session, both, name, tmp_path / "out", raters="simulated")
        study = self.again(session, folder).study
        assert not read_records(session, study).judgements
        before, after = (
            read_records(session, one, kind=RaterKind.SIMULATED) for one in (both, study)
        )
        assert [(j.item, j.rater, [v.ranks for v in j.verdicts]) for j in after.judgements] == [
            (j.item, j.rater, [v.ranks for v in j.verdicts]) for j in before.judgements
        ]

    def test_a_table_without_kinds_is_of_people(
        self, session: Session, both: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, both, "long-csv", tmp_path / "out")
        table = folder / "judgements.csv"
        frame = pd.read_csv(table, dtype=str).drop(columns="rater_kind")
        frame.assign(schema_version=1).to_csv(table, index=False)
        study = self.again(session, folder).study
        assert len(read_records(session, study).judgements) == 24
