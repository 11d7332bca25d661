"""What is exported can be analysed elsewhere: `app.analysis` reads the long table back."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from sqlalchemy.orm import Session

from app.analysis import Votes, scores_from, votes_from
from app.analysis.votes import Side
from app.exports import write_export
from app.tables import Study
from tests.exports.test_long_table import counts_by_pandas, read_csv
from tests.results.judged_study import VARIANTS

KEYS = {
    Side.WIN: "win",
    Side.LOSS: "loss",
    Side.TIE: "ranked",
    Side.TIE_GOOD: "tie_good",
    Side.TIE_BAD: "tie_bad",
}


def frame_of(folder: Path, reader: str) -> Any:
    if reader == "pandas csv":
        return pd.read_csv(folder / "judgements.csv")
    if reader == "pandas jsonl":
        return pd.read_json(folder / "judgements.jsonl", lines=True)
    if reader == "pandas parquet":
        return pd.read_parquet(folder / "judgements.parquet")
    if reader == "pyarrow parquet":
        return pq.read_table(folder / "judgements.parquet")
    file = str(folder / "judgements.jsonl")
    return load_dataset("json", data_files=file, split="train", cache_dir=str(folder / "hf"))


@pytest.mark.parametrize(
    "reader",
    ["pandas csv", "pandas jsonl", "pandas parquet", "pyarrow parquet", "datasets jsonl"],
)
def test_votes_and_scores_are_those_of_the_file(
    session: Session, study: Study, tmp_path: Path, reader: str
) -> None:
    ending = reader.split()[1]
    frame = frame_of(write_export(session, study, f"long-{ending}", tmp_path / "out"), reader)
    rows = read_csv(write_export(session, study, "long-csv", tmp_path / "csv"))
    asked = rows[(rows.kind == "preference") & (rows.criterion == "style")]
    votes = votes_from(frame, criterion="style", variants=VARIANTS)
    assert {pair: counted(votes, *pair) for pair in ((0, 1), (0, 2), (1, 2))} == {
        (a, b): counts_by_pandas(asked, VARIANTS[a], VARIANTS[b])
        for a, b in ((0, 1), (0, 2), (1, 2))
    }
    judged = asked[asked.value != "cannot_judge"]
    assert votes.prompt.max() + 1 == judged.prompt_id.nunique()
    assert votes.rater.max() + 1 == judged.rater.nunique()
    scored = rows[(rows.kind == "score") & (rows.criterion == "factuality")]
    scores = scores_from(frame, criterion="factuality", variants=VARIANTS)
    assert [scores.values[scores.variant == place].mean() for place in range(3)] == pytest.approx(
        scored.astype({"value": int}).groupby("variant").value.mean()[list(VARIANTS)].tolist()
    )


def counted(votes: Votes, first: int, second: int) -> dict[str, int]:
    """Outcomes of two variants, as the first of them did."""
    mine = (votes.first == first) & (votes.second == second)
    other = (votes.first == second) & (votes.second == first)
    turned = {Side.WIN: Side.LOSS, Side.LOSS: Side.WIN}
    return {
        key: int(
            np.sum(votes.side[mine] == side) + np.sum(votes.side[other] == turned.get(side, side))
        )
        for side, key in KEYS.items()
    }
