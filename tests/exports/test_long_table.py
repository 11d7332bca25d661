"""The long table, opened by those who will open it, says what the results page says."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from sqlalchemy.orm import Session

from app.exports import write_export
from app.results import study_result
from app.tables import Study
from tests.results.judged_study import VARIANTS

COLUMNS = [
    *("schema_version", "study", "item", "prompt_id", "category", "criterion", "kind"),
    *("variants", "response_ids", "slot", "variant", "value", "scale", "label", "ranks"),
    *("rater", "rater_kind", "submitted_at", "duration_ms", "revision", "flags"),
    "stripped",
    *("lens_tokens", "lens_shifted", "lens_opening_shifted", "lens_kl", "lens_kl_exact"),
    "lens_borrowed_words",
]
OF_LENS = COLUMNS[-6:]
LISTS = ("variants", "response_ids", "ranks", "flags", *OF_LENS)


def read_csv(folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / "judgements.csv")
    for column in LISTS:
        frame[column] = frame[column].map(json.loads, na_action="ignore")
    return frame


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with None for missing, times as text and lists as lists."""
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return rows


def test_counts_from_the_csv_are_those_of_the_result(
    session: Session, study: Study, tmp_path: Path
) -> None:
    frame = read_csv(write_export(session, study, "long-csv", tmp_path / "out"))
    result = study_result(session, study)
    assert result.raters == frame.rater.nunique()
    assert result.judgements == len(frame[["rater", "item"]].drop_duplicates())
    for criterion in result.criteria:
        mine = frame[frame.criterion == criterion.key]
        asked = mine[mine.kind == "preference"]
        assert criterion.cannot_judge == (asked.value == "cannot_judge").sum() > 0
        for pair in criterion.pairs:
            assert counts_by_pandas(asked, pair.first.name, pair.second.name) == {
                "win": pair.wins,
                "loss": pair.losses,
                "ranked": pair.ties,
                "tie_good": pair.ties_good,
                "tie_bad": pair.ties_bad,
            }
        scores = mine[mine.kind == "score"].astype({"value": int})
        for score in criterion.scores:
            values = scores[scores.variant == score.variant.name].value
            assert score.count == len(values)
            assert score.mean.value == pytest.approx(values.mean())
            assert list(score.distribution) == [int((values == s).sum()) for s in range(1, 6)]


def counts_by_pandas(asked: pd.DataFrame, first: str, second: str) -> dict[str, int]:
    """By joining ranks to variants, as a reader of docs/exports.md would."""
    judged = asked[asked.value != "cannot_judge"].reset_index(names="row")
    flat = judged.explode(["variants", "ranks"])
    wide = flat.pivot(index="row", columns="variants", values="ranks").dropna(
        subset=[first, second]
    )
    values = judged.set_index("row").value.loc[wide.index]
    tied = wide[first] == wide[second]
    return {
        "win": int((wide[first] < wide[second]).sum()),
        "loss": int((wide[first] > wide[second]).sum()),
        **{
            kind: int((tied & (values == kind)).sum()) for kind in ("ranked", "tie_good", "tie_bad")
        },
    }


def test_the_three_files_say_the_same(session: Session, study: Study, tmp_path: Path) -> None:
    folders = {
        ending: write_export(session, study, f"long-{ending}", tmp_path / ending)
        for ending in ("jsonl", "csv", "parquet")
    }
    by_jsonl = pd.read_json(folders["jsonl"] / "judgements.jsonl", lines=True, dtype=False)
    by_csv = read_csv(folders["csv"])
    by_parquet = pd.read_parquet(folders["parquet"] / "judgements.parquet")
    assert list(by_jsonl) == list(by_csv) == list(by_parquet) == COLUMNS
    by_csv["value"] = by_csv.value.str.removeprefix("'")
    for frame in (by_jsonl, by_csv, by_parquet):
        frame["submitted_at"] = pd.to_datetime(frame.submitted_at, utc=True, format="ISO8601")
    assert records(by_jsonl) == records(by_csv) == records(by_parquet)
    assert len(by_jsonl) > 200


def test_datasets_opens_each(session: Session, study: Study, tmp_path: Path) -> None:
    rows = []
    for ending, reader in (("jsonl", "json"), ("csv", "csv"), ("parquet", "parquet")):
        folder = write_export(session, study, f"long-{ending}", tmp_path / ending)
        file = str(folder / f"judgements.{ending}")
        dataset = load_dataset(reader, data_files=file, cache_dir=str(tmp_path / "hf"))["train"]
        assert dataset.column_names == COLUMNS
        rows.append(dataset.num_rows)
    assert len(set(rows)) == 1
    assert rows[0] > 200


def test_parquet_has_types(session: Session, study: Study, tmp_path: Path) -> None:
    folder = write_export(session, study, "long-parquet", tmp_path / "out")
    schema = pq.read_schema(folder / "judgements.parquet")
    assert str(schema.field("submitted_at").type) == "timestamp[us, tz=UTC]"
    assert str(schema.field("ranks").type) == "list<element: int64>"


def test_the_kinds_of_rows(session: Session, study: Study, tmp_path: Path) -> None:
    frame = read_csv(write_export(session, study, "long-csv", tmp_path / "out"))
    preference = frame[frame.kind == "preference"]
    score = frame[frame.kind == "score"]
    comment = frame[frame.kind == "comment"]
    assert len(preference) + len(score) + len(comment) == len(frame)
    assert len(preference) == 2 * len(frame[["rater", "item"]].drop_duplicates())
    assert preference[["slot", "variant"]].isna().all(axis=None)
    assert preference.ranks.isna().equals(preference.value == "cannot_judge")
    slots = zip(score.variants, score.slot, strict=True)
    assert (score.variant == [variants[int(slot) - 1] for variants, slot in slots]).all()
    assert comment.criterion.isna().all()
    assert not comment.duplicated(["rater", "item"]).any()
    assert set(frame.rater) == {"rater-1", "rater-2", "rater-3"}
    assert set(frame.rater_kind) == {"human"}
    assert set(frame.schema_version) == {4}


def test_responses_are_found_by_their_ids(session: Session, study: Study, tmp_path: Path) -> None:
    folder = write_export(session, study, "long-jsonl", tmp_path / "out")
    texts = pd.read_json(folder / "responses.jsonl", lines=True).set_index("response_id")
    frame = pd.read_json(folder / "judgements.jsonl", lines=True).explode(
        ["variants", "response_ids"]
    )
    assert set(frame.response_ids) == set(texts.index)
    joined = frame.join(texts, on="response_ids", suffixes=("", "_of_text"))
    assert (joined.variants == joined.variant_of_text).all()
    assert (joined.prompt_id == joined.prompt_id_of_text).all()
    assert len(texts) == 12 * len(VARIANTS)
    roles = {row.prompt_id: [m["role"] for m in row.messages] for row in texts.itertuples()}
    assert roles["p0"] == ["user"]
    assert roles["p1"] == ["system", "user"]
    assert roles["p2"] == ["user", "assistant", "user"]


class TestFormulas:
    def test_are_escaped_by_default(self, session: Session, study: Study, tmp_path: Path) -> None:
        folder = write_export(session, study, "long-csv", tmp_path / "out")
        comments = read_csv(folder).query("kind == 'comment'").value
        assert set(comments) == {'\'=HYPERLINK("x")'}

    def test_can_be_kept(self, session: Session, study: Study, tmp_path: Path) -> None:
        folder = write_export(session, study, "long-csv", tmp_path / "out", formulas="keep")
        comments = read_csv(folder).query("kind == 'comment'").value
        assert set(comments) == {'=HYPERLINK("x")'}


def test_pairs_cover_every_variant(session: Session, study: Study) -> None:
    pairs = [(p.first.name, p.second.name) for p in study_result(session, study).criteria[0].pairs]
    assert pairs == list(combinations(VARIANTS, 2))
