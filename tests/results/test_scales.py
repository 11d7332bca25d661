"""Means and shares on every scale, each with its interval; and the same from the long table."""

import random
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy.orm import Session

from app.analysis.intervals import clustered_mean, clustered_share
from app.criteria import CriterionForm
from app.exports import write_export
from app.ratings.form import VerdictForm
from app.results import CriterionResult, study_result
from app.tables import Scale, Study
from tests.results.kept_study import judged_study

ONCE = {"per_answer": False}
OPTIONS = {"options": {"choices": ["name", "number", "=all"]}}
NOT_TRUE = {"shown_if": {"criterion": "true", "values": [0]}}


def criterion(key: str, scale: str, **fields: Any) -> CriterionForm:
    plain = {"key": key, "label": key.title(), "scale": scale, "asks_preference": False}
    return CriterionForm.model_validate(plain | fields)


CRITERIA = (
    criterion("depth", "likert", options={"points": 7}),
    criterion("sure", "slider", **ONCE),
    criterion("true", "yes_no"),
    criterion("error", "choice", **OPTIONS, **NOT_TRUE),
    criterion("worst", "choice", **OPTIONS, **ONCE),
    criterion("fair", "yes_no", **ONCE),
    criterion("note", "text"),
    criterion("why", "text", **ONCE),
)


def judge(rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> VerdictForm:
    """Base is often right, the others less so; every number of every scale occurs."""
    match criterion.key:
        case "depth":
            said: dict[str, Any] = {"scores": {slot: rng.randint(1, 7) for slot in shown}}
        case "sure":
            said = {"value": rng.choice([0, 9, 10, 50, 89, 90, 100])}
        case "true":
            said = {
                "scores": {
                    slot: int(rng.random() < (0.9 if name == "base" else 0.4))
                    for slot, name in shown.items()
                }
            }
        case "error":
            said = {"scores": {slot: rng.randint(1, 3) for slot in shown if rng.random() < 0.5}}
        case "worst":
            said = {"value": rng.randint(1, 3)}
        case "fair":
            said = {"value": 1}
        case "note":
            said = {"texts": {slot: f"=note on {name}" for slot, name in shown.items()}}
        case _:
            said = {"text": "because"}
    return VerdictForm(key=criterion.key, outcome=None, **said)


@pytest.fixture
def study(session: Session) -> Study:
    return judged_study(session, criteria=CRITERIA, judge=judge)


def by_key(session: Session, study: Study) -> dict[str, CriterionResult]:
    return {criterion.key: criterion for criterion in study_result(session, study).criteria}


@pytest.fixture
def table(session: Session, study: Study, tmp_path: Path) -> pd.DataFrame:
    folder = write_export(session, study, "long-jsonl", tmp_path / "out")
    return pd.read_json(folder / "judgements.jsonl", lines=True, dtype={"value": str})


def test_points_and_sliders_have_means(session: Session, study: Study, table: pd.DataFrame) -> None:
    results = by_key(session, study)
    depth = table[(table.criterion == "depth") & (table.kind == "score")]
    for score in results["depth"].scores:
        assert score.variant is not None
        mine = depth[depth.variant == score.variant.name]
        numbers = mine.value.astype(int)
        assert score.mean == clustered_mean(numbers, list(mine.prompt_id))
        assert score.distribution == tuple((numbers == n).sum() for n in range(1, 8))
        assert score.mean.low is not None
    [sure] = results["sure"].scores
    mine = table[(table.criterion == "sure") & (table.kind == "value")]
    assert sure.variant is None
    assert sure.mean == clustered_mean(mine.value.astype(int), list(mine.prompt_id))
    assert sum(sure.distribution) == sure.count == 36
    assert sure.distribution[-1] == mine.value.isin(["90", "100"]).sum() > 0


def test_yes_and_options_have_shares(session: Session, study: Study, table: pd.DataFrame) -> None:
    results = by_key(session, study)
    for key, words in (("true", ["yes", "no"]), ("error", ["name", "number", "=all"])):
        assert [one.variant.name for one in results[key].counts if one.variant] == [
            *("base", "lora", "full")
        ]
        for one in results[key].counts:
            assert one.variant is not None
            mine = table[(table.criterion == key) & (table.variant == one.variant.name)]
            assert [option.words for option in one.options] == words
            assert one.count == len(mine) == sum(option.count for option in one.options)
            for option in one.options:
                chosen = mine.label == option.words
                assert option.share == clustered_share(chosen, list(mine.prompt_id))
    base, lora, _ = (one.options[0].share for one in results["true"].counts)
    assert base.low is not None
    assert lora.high is not None
    assert base.low > lora.high


def test_what_is_asked_once_is_counted_once(session: Session, study: Study) -> None:
    results = by_key(session, study)
    [worst] = results["worst"].counts
    assert (worst.variant, worst.count) == (None, 36)
    assert sum(option.share.value or 0 for option in worst.options) == pytest.approx(1)
    [fair] = results["fair"].counts
    yes = fair.options[0].share
    assert (yes.value, yes.exact) == (1.0, True)
    assert yes.low is not None


def test_texts_are_not_counted_but_exported(
    session: Session, study: Study, table: pd.DataFrame
) -> None:
    note, why = (by_key(session, study)[key] for key in ("note", "why"))
    assert (note.scores, note.counts, why.scores, why.counts) == ((), (), (), ())
    texts = table[table.kind == "text"]
    assert set(texts.scale) == {"text"}
    notes = texts[texts.criterion == "note"]
    assert (notes.value == "=note on " + notes.variant).all()
    assert len(notes) == 3 * 36
    assert texts[texts.criterion == "why"].slot.isna().all()


def test_every_number_names_its_scale(study: Study, table: pd.DataFrame) -> None:
    kinds = {c.key: c.scale.value for c in study.criteria if c.scale}
    said = table[table.kind != "comment"]
    assert (said.scale == said.criterion.map(kinds)).all()
    in_words = said.scale.isin(["yes_no", "choice"])
    assert said.label.notna().equals(in_words)


def test_the_manifest_names_scales_and_options(
    session: Session, study: Study, tmp_path: Path
) -> None:
    folder = write_export(session, study, "long-csv", tmp_path / "csv")
    manifest = pd.read_json(folder / "manifest.json", typ="series")
    told = {criterion["key"]: criterion for criterion in manifest["study"]["criteria"]}
    assert told["depth"]["options"] == {"points": 7, "low": "low", "high": "high"}
    assert told["error"]["values"] == {"1": "name", "2": "number", "3": "=all"}
    assert told["error"]["shown_if"] == {"criterion": "true", "values": [0]}
    assert [told[key]["per_answer"] for key in ("true", "fair")] == [True, False]
    labels = pd.read_csv(folder / "judgements.csv").label.dropna()
    assert set(labels) == {"yes", "no", "name", "number", "'=all"}


def test_bars_do_not_overlap() -> None:
    from app.criteria import scale_of

    bars = scale_of(Scale.SLIDER, {}).bars
    assert all(first[-1] + 1 == second[0] for first, second in pairwise(bars))
