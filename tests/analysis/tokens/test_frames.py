"""Tokens from tables of pandas, pyarrow and plain columns."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from app.analysis.tokens import (
    ScoredAnswer,
    Tokens,
    kinds_of,
    shift_shares,
    tokens_from,
    tokens_of,
)
from app.analysis.tokens.spans import HALF

COLUMNS = {
    "run": [1, 1, 1, 1, 2, 1],
    "variant": ["lora", "lora", "lora", "full", "lora", "lora"],
    "prompt_id": ["p", "p", "q", "p", "p", "p"],
    "answer": [7, 7, 8, 9, 7, 7],
    "position": [1, 0, 0, 0, 0, 2],
    "token": [" b", "A", "C", "D", "E", " c"],
    "rank": [4, 1, 2, 9, 1, 1],
    "logprob": [-0.5, -0.1, -0.2, -0.3, -0.4, -0.1],
    "base_logprob": [-2.0, -0.2, -1.0, -5.0, -0.4, -0.1],
    "kl": [0.7, 0.1, None, 3.0, 0.0, 0.2],
}


def read(tokens: Tokens) -> list[tuple[int, int, str, int]]:
    return [
        (int(tokens.answer[row]), int(tokens.prompt[row]), tokens.text[row], int(tokens.rank[row]))
        for row in range(len(tokens))
    ]


class TestRead:
    @pytest.mark.parametrize("make", [dict, pd.DataFrame, pa.table])
    def test_one_variant_in_order_of_positions(self, make: Any) -> None:
        tokens = tokens_from(make(COLUMNS), variant="lora")
        assert read(tokens) == [
            (0, 0, "A", 1),
            (0, 0, " b", 4),
            (0, 0, " c", 1),
            (1, 1, "C", 2),
            (2, 0, "E", 1),
        ]
        assert tokens.kl[:3].tolist() == [0.1, 0.7, 0.2]
        assert np.isnan(tokens.kl[3])
        assert np.isnan(tokens.unknown).all()

    def test_one_run(self) -> None:
        assert len(tokens_from(COLUMNS, variant="lora", run=1)) == 4

    def test_without_kl(self) -> None:
        columns = {name: values for name, values in COLUMNS.items() if name != "kl"}
        assert np.isnan(tokens_from(columns, variant="full").kl).all()

    def test_it_is_what_shares_are_counted_from(self) -> None:
        shares = shift_shares(tokens_from(pd.DataFrame(COLUMNS), variant="lora"))
        assert shares.overall.shifted.value == pytest.approx(1 / 5)


class TestPlaces:
    """Where tokens stand tells words apart that lost the space between them."""

    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("In the town of Tern, 3 ships.", "In the town of Ter n , 3 ship s . </s>"),
            ("1. Red tiles\n2. Salt", "1 . Red tiles \n 2 . Salt </s>"),
            ("A caf\u00e9 is open here", "A caf \ufffd \ufffd is open here"),
        ],
    )
    def test_words_and_kinds_are_those_that_were_written(self, text: str, tokens: str) -> None:
        parts = tokens.split(" ")
        numbers = [1] * len(parts)
        own = tokens_of([ScoredAnswer(0, parts, numbers, numbers, numbers, text=text)])
        columns = {
            **{"run": numbers, "variant": numbers, "prompt_id": numbers, "answer": numbers},
            **{"position": own.position, "token": parts, "rank": numbers, "logprob": numbers},
            **{"base_logprob": numbers, "start": own.start, "end": own.end},
        }
        found = tokens_from(columns)
        assert (found.start.tolist(), found.end.tolist()) == (own.start.tolist(), own.end.tolist())
        assert kinds_of(found).tolist() == kinds_of(own).tolist()
        assert [word.replace(HALF, "") for word in found.word.known] == [
            word.replace("\u00e9", "").replace(HALF, "") for word in own.word.known
        ]


class TestRefusals:
    def test_several_variants(self) -> None:
        with pytest.raises(ValueError, match="name one variant of lora, full"):
            tokens_from(COLUMNS)

    def test_a_missing_column(self) -> None:
        columns = {name: values for name, values in COLUMNS.items() if name != "rank"}
        with pytest.raises(ValueError, match="no column rank"):
            tokens_from(columns, variant="lora")

    def test_positions_with_gaps(self) -> None:
        with pytest.raises(ValueError, match="do not count from 0"):
            tokens_from({**COLUMNS, "position": [5, 0, 0, 0, 0, 1]}, variant="lora")
