"""Numbers are written once, and never where there is none."""

from math import inf, nan

import pytest

from app.analysis.intervals import Estimate
from app.figures.words import bounds, caption, decimal, excludes, in_short, interval, value_of

KNOWN = Estimate(0.614, 0.52, 0.69, 120, 60)


@pytest.mark.parametrize(
    ("estimate", "written"),
    [
        (KNOWN, "61 % (52–69)"),
        (Estimate(0.525, 0.445, 0.605, 40, 40), "53 % (45–61)"),  # halves go up, as in sentences
        (Estimate(0.8, None, None, 3, 3, "only one prompt"), "80 % (no interval)"),
        (Estimate(None, None, None, 0, 0, "no data"), "no data"),
        (Estimate(nan, 0.1, 0.2, 3, 3), "no data"),
    ],
)
def test_in_short(estimate: Estimate, written: str) -> None:
    assert in_short(estimate) == written


def test_decimals_have_a_minus_sign() -> None:
    assert in_short(Estimate(-0.4, -0.9, 0.1, 9, 9), decimal) == "−0.40 (−0.90 to 0.10)"


def test_a_missing_interval_says_why() -> None:
    missing = Estimate(0.8, None, None, 3, 3, "only one prompt")
    assert interval(missing) == "no interval: only one prompt"
    assert interval(None) == "no interval"


@pytest.mark.parametrize("low", [nan, -inf, None])
def test_half_an_interval_is_none(low: float | None) -> None:
    assert bounds(Estimate(0.5, low, 0.6, 9, 9)) is None


def test_infinity_is_no_value() -> None:
    assert value_of(Estimate(inf, None, None, 9, 9)) is None


@pytest.mark.parametrize(("value", "expected"), [(0.5, True), (0.52, False), (0.6, False)])
def test_an_interval_holds_its_ends(value: float, expected: bool) -> None:
    assert excludes(KNOWN, value) is expected


def test_a_caption_names_each_reason_once() -> None:
    missing = Estimate(0.8, None, None, 3, 3, "only one prompt")
    assert caption("One.", estimates=[KNOWN, missing, missing]) == (
        "One. No interval: only one prompt."
    )
