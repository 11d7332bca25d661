"""Battles and long tables of every kind of frame become the same votes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from datasets import Dataset

from app.analysis.frames import scores_from, votes_from
from app.analysis.votes import Side

BATTLES: Mapping[str, list[Any]] = {
    "question_id": [81, 82, 81, 83, 83],
    "model_a": ["lora", "base", "lora", "full", "base"],
    "model_b": ["base", "lora", "full", "base", "full"],
    "winner": ["model_a", "model_b", "tie", "tie (bothbad)", "both_bad"],
    "judge": ["ann", "ben", "ben", "ann", "ben"],
}
LONG: Mapping[str, list[Any]] = {
    "kind": ["preference", "preference", "preference", "score", "score", "comment"],
    "criterion": ["style", "style", "style", "style", "style", None],
    "prompt_id": ["p0", "p0", "p1", "p0", "p1", "p1"],
    "rater": ["rater-1", "rater-2", "rater-1", "rater-1", "rater-2", "rater-1"],
    "variants": [["lora", "base", "full"], *[["base", "full", "lora"]] * 5],
    "ranks": [[1, 2, 1], [1, 1, 1], None, None, None, None],
    "variant": [None, None, None, "base", "lora", None],
    "value": ["ranked", "tie_bad", "cannot_judge", "4", "2", "hm"],
}
FRAMES: tuple[Callable[[Mapping[str, list[Any]]], Any], ...] = (
    dict,
    pd.DataFrame,
    pa.table,
    lambda columns: Dataset.from_dict(dict(columns)),
)
frames = pytest.mark.parametrize("frame", FRAMES, ids=["dict", "pandas", "pyarrow", "datasets"])


class Polars:
    """A frame with what polars offers: names in `columns`, and columns with `to_list`."""

    def __init__(self, columns: Mapping[str, list[Any]]) -> None:
        self.columns, self._data = list(columns), columns

    def __getitem__(self, name: str) -> Any:
        return pa.array(self._data[name]).to_pandas()


def without(columns: Mapping[str, list[Any]], *names: str) -> dict[str, list[Any]]:
    return {name: values for name, values in columns.items() if name not in names}


class TestBattles:
    @frames
    def test_every_kind_of_frame(self, frame: Callable[[Any], Any]) -> None:
        votes = votes_from(frame(BATTLES), variants=("base", "lora", "full"))
        assert votes.variants == ("base", "lora", "full")
        assert votes.first.tolist() == [1, 0, 1, 2, 0]
        assert votes.second.tolist() == [0, 1, 2, 0, 2]
        assert votes.side.tolist() == [Side.WIN, Side.LOSS, Side.TIE, Side.TIE_BAD, Side.TIE_BAD]
        assert votes.prompt.tolist() == [0, 1, 0, 2, 2]
        assert votes.rater.tolist() == [0, 1, 1, 0, 1]
        assert votes.first_is_left is not None
        assert votes.first_is_left.all()
        assert votes.judgement is not None
        assert votes.judgement.tolist() == [0, 1, 2, 3, 4]

    def test_variants_in_the_order_in_which_they_appear(self) -> None:
        assert votes_from(BATTLES).variants == ("lora", "base", "full")

    def test_columns_of_clusters_by_other_names(self) -> None:
        renamed = {"topic": BATTLES["question_id"], **without(BATTLES, "question_id")}
        votes = votes_from(renamed, prompt="topic", rater="topic")
        assert votes.prompt.tolist() == votes.rater.tolist() == [0, 1, 0, 2, 2]

    def test_without_clusters_every_row_is_its_own(self) -> None:
        votes = votes_from(without(BATTLES, "question_id", "judge"))
        assert votes.prompt.tolist() == votes.rater.tolist() == [0, 1, 2, 3, 4]

    def test_rows_left_out_of_a_frame_are_left_out(self) -> None:
        frame = pd.DataFrame(BATTLES)
        votes = votes_from(frame[frame.winner == "model_a"])
        assert (votes.variants, votes.side.tolist()) == (("lora", "base"), [Side.WIN])

    def test_no_rows(self) -> None:
        assert len(votes_from(pd.DataFrame(BATTLES)[:0])) == 0

    @pytest.mark.parametrize("winner", ["Model_A", "", None, float("nan"), 1])
    def test_a_winner_that_is_none(self, winner: Any) -> None:
        odd = {**BATTLES, "winner": [*BATTLES["winner"][:4], winner]}
        with pytest.raises(ValueError, match="is no winner: they are model_a"):
            votes_from(odd)

    @pytest.mark.parametrize(
        ("other", "problem"),
        [
            ("lora", "lora was compared with itself"),
            ("mlora", "not among the variants: mlora"),
            (None, "does not say which variant"),
        ],
    )
    def test_a_variant_that_cannot_be(self, other: Any, problem: str) -> None:
        odd = {**BATTLES, "model_b": [other, *BATTLES["model_b"][1:]]}
        with pytest.raises(ValueError, match=problem):
            votes_from(odd, variants=("base", "lora", "full"))

    def test_a_missing_column(self) -> None:
        with pytest.raises(ValueError, match="there is no column winner"):
            votes_from(without(BATTLES, "winner"))


class TestLongTable:
    @frames
    def test_a_ranking_of_three_is_three_votes(self, frame: Callable[[Any], Any]) -> None:
        votes = votes_from(frame(LONG), variants=("base", "lora", "full"))
        assert votes.first.tolist() == [1, 1, 0, 0, 0, 2]
        assert votes.second.tolist() == [0, 2, 2, 2, 1, 1]
        assert votes.side.tolist() == [Side.WIN, Side.TIE, Side.LOSS, *[Side.TIE_BAD] * 3]
        assert votes.prompt.tolist() == [0] * 6
        assert votes.rater.tolist() == [0, 0, 0, 1, 1, 1]
        assert votes.judgement is not None
        assert votes.judgement.tolist() == [0, 0, 0, 1, 1, 1]

    @frames
    def test_scores(self, frame: Callable[[Any], Any]) -> None:
        scores = scores_from(frame(LONG))
        assert scores.variants == ("base", "lora")
        assert scores.values.tolist() == [4, 2]
        assert scores.variant.tolist() == [0, 1]
        assert scores.prompt.tolist() == scores.rater.tolist() == [0, 1]

    def test_criteria_are_never_merged(self) -> None:
        two = {**LONG, "criterion": ["style", "factuality", "style", "style", "style", None]}
        with pytest.raises(ValueError, match="name one criterion of style, factuality"):
            votes_from(two)
        assert len(votes_from(two, criterion="factuality")) == 3

    def test_a_criterion_that_is_not_there(self) -> None:
        with pytest.raises(ValueError, match="no score on factuality; there is style"):
            scores_from(LONG, criterion="factuality")


def test_a_frame_like_that_of_polars() -> None:
    theirs, ours = votes_from(Polars(BATTLES)), votes_from(BATTLES)
    assert theirs.variants == ours.variants
    assert np.array_equal(theirs.side, ours.side)
