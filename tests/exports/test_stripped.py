"""Judgements of stripped answers: said in every row, exported as shown, imported again."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.exports import write_export
from app.judged import read_judgements, store_judgements
from app.readers import Source
from app.results import read_records, study_result
from app.stripping import RULE
from app.tables import Response, Study
from tests.results.judged_study import always, judge_all, opened_study


@pytest.fixture
def half(session: Session) -> Study:
    """Six of twelve prompts are stripped; two raters always prefer lora."""
    half = opened_study(session, prompts=12, raters=2, strip_half=True)
    for response in session.scalars(select(Response)):
        response.text = f"Sure! **{response.text}**"
    judge_all(session, half, always("lora"), raters=2, revised=0)
    return half


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def manifest(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return told


class TestLongTable:
    def test_every_row_says_it(self, session: Session, half: Study, tmp_path: Path) -> None:
        rows = lines(write_export(session, half, "long-jsonl", tmp_path / "o") / "judgements.jsonl")
        assert {row["stripped"] for row in rows if row["prompt_id"] == rows[0]["prompt_id"]} == {
            rows[0]["stripped"]
        }
        stripped = {row["prompt_id"] for row in rows if row["stripped"]}
        assert len(stripped) == len({row["prompt_id"] for row in rows}) // 2 == 6

    def test_texts_are_the_stored_ones(self, session: Session, half: Study, tmp_path: Path) -> None:
        folder = write_export(session, half, "long-jsonl", tmp_path / "out")
        assert all(row["text"].startswith("Sure! **") for row in lines(folder / "responses.jsonl"))

    def test_the_manifest_names_the_rule(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        told = manifest(write_export(session, half, "long-jsonl", tmp_path / "out"))
        assert told["study"]["strip_half"] is True
        assert told["study"]["stripping_rule"] == RULE
        assert told["included"]["judgements_of_stripped_items"] == 12

    @pytest.mark.parametrize("format_name", ["long-jsonl", "long-csv", "long-parquet"])
    def test_imported_again_the_experiment_is_the_same(
        self, session: Session, half: Study, tmp_path: Path, format_name: str
    ) -> None:
        folder = write_export(session, half, format_name, tmp_path / "out")
        files = [Source(path.name, path) for path in sorted(folder.iterdir())]
        again = store_judgements(session, read_judgements(files), name="Again").study
        forms = [
            [(one.item, one.is_stripped) for one in read_records(session, study).judgements]
            for study in (half, again)
        ]
        assert forms[0] == forms[1]
        assert again.stripping_rule == half.stripping_rule
        assert study_result(session, again).experiment == study_result(session, half).experiment


class TestAnotherRule:
    """The study was opened with another version."""

    OTHER = RULE - 1

    @pytest.fixture
    def half(self, half: Study) -> Study:
        half.stripping_rule = self.OTHER
        return half

    def test_the_manifest_names_that_of_the_study(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        told = manifest(write_export(session, half, "long-jsonl", tmp_path / "out"))
        assert told["study"]["stripping_rule"] == self.OTHER

    @pytest.mark.parametrize("format_name", ["trl-preference", "llm-comparator"])
    def test_texts_that_raters_did_not_see_are_refused(
        self, session: Session, half: Study, tmp_path: Path, format_name: str
    ) -> None:
        with pytest.raises(Conflict, match=f"rule {self.OTHER} of Triptych"):
            write_export(session, half, format_name, tmp_path / "out")

    def test_pairs_of_other_items_are_not(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, half, "trl-preference", tmp_path / "out", form="as_is")
        assert lines(folder / "style.jsonl")

    def test_an_import_keeps_it_where_the_manifest_is_there(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, half, "long-jsonl", tmp_path / "out")
        files = [Source(path.name, path) for path in sorted(folder.iterdir())]
        table = [file for file in files if file.filename == "judgements.jsonl"]
        for given, rule in ((files, self.OTHER), (table, None)):
            name = f"Again, {len(given)} files"
            study = store_judgements(session, read_judgements(given), name=name).study
            assert (study.strip_half, study.stripping_rule) == (True, rule)


class TestForTrl:
    def test_texts_are_those_that_raters_saw(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        options = {"layout": "standard"}
        folder = write_export(session, half, "trl-preference", tmp_path / "out", **options)
        stripped = [one["stripped"] for one in lines(folder / "style.provenance.jsonl")]
        assert set(stripped) == {True, False}
        for pair, is_stripped in zip(lines(folder / "style.jsonl"), stripped, strict=True):
            for text in (pair["chosen"], pair["rejected"]):
                assert text.startswith("Sure! **") is not is_stripped

    def test_those_of_stripped_items_are_left_out_and_counted(
        self, session: Session, half: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, half, "trl-preference", tmp_path / "out", form="as_is")
        assert not any(one["stripped"] for one in lines(folder / "style.provenance.jsonl"))
        [told] = [
            row
            for row in manifest(folder)["excluded"]
            if (row["rule"], row["criterion"]) == ("stripped", "style")
        ]
        assert told["count"] == 18
        assert "form is as_is" in told["meaning"]
