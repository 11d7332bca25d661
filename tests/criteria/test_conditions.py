"""Of which answers a conditional criterion is asked."""

import pytest

from app.criteria import Condition, Given, asked_of

SLOTS = (1, 2, 3)
IF_NO = Condition(criterion="true", values=[0])


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (Given(scores={1: 0, 2: 1, 3: 0}), (1, 3)),
        (Given(scores={1: 1, 2: 1, 3: 1}), ()),
        (Given(scores={2: 0}), (2,)),
        (Given(value=0), SLOTS),
        (Given(value=1), ()),
        (Given(), ()),
    ],
)
def test_what_was_said_decides(said: Given, asked: tuple[int, ...]) -> None:
    assert asked_of(IF_NO, {"true": said}, SLOTS) == asked


def test_without_a_condition_all_are_asked() -> None:
    assert asked_of(None, {}, SLOTS) == SLOTS


def test_nothing_depends_on_what_was_not_asked() -> None:
    assert asked_of(IF_NO, {}, SLOTS) == ()
