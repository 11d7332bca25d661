"""The sentences claim a preference only where the interval does."""

import pytest

from app.analysis.intervals import Estimate
from app.results.sentences import preference_sentence


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (
            Estimate(0.61, 0.52, 0.69, 48, 16),
            "Raters preferred lora over full on factuality in 61 % of 48 comparisons "
            "(95 % interval 52 to 69 %, ties count half).",
        ),
        (
            Estimate(0.25, 0.125, 0.4, 1200, 400),
            "Raters preferred full over lora on factuality in 75 % of 1,200 comparisons "
            "(95 % interval 60 to 88 %, ties count half).",
        ),
        (
            Estimate(0.45, 0.3, 0.6, 48, 16),
            "lora and full cannot be distinguished on factuality with these data "
            "(full was preferred in 55 % of 48 comparisons, 95 % interval 40 to 70 %, "
            "ties count half).",
        ),
        (
            Estimate(1.0, None, None, 1, 1, "only one prompt"),
            "lora and full cannot be distinguished on factuality with these data "
            "(lora was preferred in 100 % of 1 comparison; no interval: only one prompt).",
        ),
        (
            Estimate(None, None, None, 0, 0, "no data"),
            "lora and full have not been compared on factuality yet.",
        ),
    ],
)
def test_sentence(share: Estimate, sentence: str) -> None:
    assert preference_sentence("lora", "full", "Factuality", share) == sentence


def test_an_interval_that_touches_a_half_claims_nothing() -> None:
    share = Estimate(0.6, 0.5, 0.7, 10, 10)
    assert "cannot be distinguished" in preference_sentence("lora", "full", "Style", share)


def test_an_exact_interval_can_claim() -> None:
    share = Estimate(0.0, 0.0, 0.1323, 26, 26, exact=True)
    assert preference_sentence("base", "lora", "Style", share) == (
        "Raters preferred lora over base on style in 100 % of 26 comparisons "
        "(95 % interval 87 to 100 %, ties count half)."
    )


def test_ties_throughout_are_a_finding_of_their_own() -> None:
    share = Estimate(0.5, None, None, 78, 26, "every prompt has the same mean, so ...")
    assert preference_sentence("lora", "full", "Style", share, all_tied=True) == (
        "lora and full tied on style in every comparison (78 comparisons of 26 prompts)."
    )
