"""Pairs: bars to scale, a claim only where both intervals leave out a half, a matrix for many."""

from typing import Any

from app.analysis.intervals import Estimate
from app.figures import Figure, PairRow, in_order, preference_bars, spec
from app.figures.matrix import variants_of
from app.figures.pairs import COLUMNS
from app.figures.preference import MOST_BARS
from tests.figures.rows import preference

LORA, FULL = in_order([("lora", "lora"), ("full", "full")])
SURE = Estimate(0.63, 0.55, 0.71, 116, 60)
UNSURE = Estimate(0.63, 0.45, 0.8, 116, 12)


def pair(by_prompt: Estimate = SURE, by_rater: Estimate | None = SURE) -> PairRow:
    return PairRow(LORA, FULL, 50, 10, 20, 0, 20, by_prompt, by_rater)


def rows_of(figure: Figure, field: str) -> list[dict[str, Any]]:
    """The data that have this field, each set once."""
    sets = spec(figure)["datasets"].values()
    return [row for rows in sets for row in rows if field in row]


def point_hue(row: PairRow) -> str:
    [hue] = {one["hue"] for one in rows_of(preference_bars("?", [row]), "certainty")}
    return hue


def test_parts_of_the_bar_are_to_scale_and_none_is_empty() -> None:
    parts = rows_of(preference_bars("?", [pair()]), "short")
    ends = sorted({(round(part["x"], 9), round(part["x2"], 9)) for part in parts})
    assert ends == [(0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 1.0)]


def test_a_preference_has_the_colour_of_the_preferred() -> None:
    assert point_hue(pair()) == "lora-0"


def test_a_loss_has_the_colour_of_the_other() -> None:
    lost = Estimate(0.3, 0.2, 0.4, 116, 60)
    assert point_hue(pair(lost, lost)) == "full-0"


def test_prompts_alone_are_no_claim() -> None:
    assert point_hue(pair(SURE, UNSURE)) == "ink-soft"


def test_without_an_interval_for_raters_there_is_no_claim() -> None:
    assert point_hue(pair(SURE, None)) == "ink-soft"


def test_wider_intervals_are_paler() -> None:
    figure = preference_bars("?", [pair(SURE), pair(UNSURE)])
    of_row = {row["row"]: row["certainty"] for row in rows_of(figure, "certainty")}
    assert of_row[0] > of_row[1]


def test_the_table_has_both_intervals() -> None:
    [row] = preference_bars("?", [pair(SURE, UNSURE)]).rows
    table = dict(zip(COLUMNS, row, strict=True))
    assert (table["low (prompts)"], table["low (raters)"]) == (0.55, 0.45)
    assert table["comparisons"] == 100


def test_many_pairs_become_a_matrix_of_both_directions() -> None:
    figure = preference([f"v{number}" for number in range(6)], SURE)
    assert len(figure.rows) == 15 > MOST_BARS
    assert len(rows_of(figure, "column")) == 30


def test_the_matrix_begins_with_the_most_preferred() -> None:
    first, second, third = in_order([("a", "base"), ("b", "base"), ("c", "base")])
    lost, won = Estimate(0.2, 0.1, 0.3, 9, 9), Estimate(0.7, 0.6, 0.8, 9, 9)
    pairs = [
        PairRow(first, second, 1, 0, 0, 0, 4, lost),
        PairRow(second, third, 3, 0, 0, 0, 1, won),
        PairRow(first, third, 3, 0, 0, 0, 1, won),
    ]
    assert [variant.name for variant in variants_of(pairs)] == ["b", "a", "c"]


def test_an_order_that_is_known_goes_before_the_mean_of_shares() -> None:
    first, second = in_order([("a", "base"), ("b", "base")])
    pairs = [PairRow(first, second, 4, 0, 0, 0, 1, SURE)]
    assert variants_of(pairs, [second, first]) == [second, first]
