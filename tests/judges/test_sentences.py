"""Sentences claim what their intervals allow."""

from dataclasses import replace

import pytest

from app.analysis import Estimate
from app.judges import CriterionBeside, finding
from app.judges.preferences import PreferenceBeside
from app.judges.said import Likeness

SHARE = Estimate(0.7, 0.6, 0.8, 120, 40)
NONE = Estimate(None, None, None, 0, 0, "no data")
LIKE = Likeness(130, 10, SHARE, SHARE, Estimate(0.74, 0.7, 0.8, 120, 40), NONE)
NBSP = "\u00a0"


def said(like: Likeness) -> str:
    found = PreferenceBeside(like, 0, *[NONE] * 8)
    criterion = CriterionBeside("style", "Style", None, found, None, 0, 0)
    return finding("owl", criterion).replace(NBSP, " ")


def test_a_share_with_its_interval() -> None:
    assert said(LIKE).startswith(
        "owl says on style what most people say in 70 % of 120 comparisons "
        "(95 % interval 60 to 80). "
    )


def test_a_share_without_one() -> None:
    few = replace(SHARE, low=None, high=None, reason="fewer than 6 prompts")
    assert "(no interval: fewer than 6 prompts)" in said(replace(LIKE, majority=few))


@pytest.mark.parametrize(
    ("difference", "claim"),
    [
        (Estimate(-0.04, -0.11, 0.03, 120, 40), "these data cannot tell the two apart."),
        (Estimate(-0.2, -0.3, -0.1, 120, 40), "20 points less (95 % interval 10 to 30)."),
        (Estimate(0.2, 0.05, 0.35, 120, 40), "20 points more (95 % interval 5 to 35)."),
        (Estimate(0.2, None, None, 120, 4, "few"), "these data cannot say."),
    ],
)
def test_against_a_person(difference: Estimate, claim: str) -> None:
    assert said(replace(LIKE, difference=difference)).endswith(claim)


def test_nobody_to_be_held_against() -> None:
    assert "Nobody judged the same as somebody else" in said(replace(LIKE, person=NONE))
