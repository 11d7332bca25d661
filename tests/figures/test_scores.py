"""Scores in full: bars compare across variants, and a level that nobody gave has none."""

from typing import Any

from app.analysis.intervals import Estimate
from app.figures import ScoreRow, in_order, score_distributions, spec

BASE, LORA = in_order([("base", "base"), ("lora", "lora")])
BARS = [(1.0, 1.0), (2.0, 2.0)]
MEAN = Estimate(1.5, 1.4, 1.6, 10, 10)


def bars(*counts: tuple[int, ...]) -> list[dict[str, Any]]:
    rows = [ScoreRow(variant, n, MEAN) for variant, n in zip((BASE, LORA), counts, strict=False)]
    sets = spec(score_distributions("?", rows, BARS))["datasets"].values()
    return [datum for values in sets for datum in values if "middle" in datum]


def height(bar: dict[str, Any]) -> float:
    return round(bar["y"] - bar["y2"], 6)


def test_equal_shares_are_equally_high_whatever_n() -> None:
    few, *_, many = bars((1, 1), (50, 50))
    assert height(few) == height(many)


def test_half_the_share_is_half_as_high_in_another_variant() -> None:
    whole, half, _ = bars((10, 0), (10, 10))
    assert height(whole) == 2 * height(half)


def test_a_level_that_nobody_gave_has_no_bar() -> None:
    [bar] = bars((0, 7))
    assert (bar["middle"], bar["share"]) == (2.0, "100 %")


def test_nobody_gave_anything() -> None:
    assert bars((0, 0)) == []
