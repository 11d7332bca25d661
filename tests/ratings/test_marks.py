"""Marks out of the page's hidden field: what fits is kept, everything else is refused in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.ratings import parse_marks
from app.ratings.marks import MOST_MARKS, MarkForm
from app.stripping import strip, whole
from app.tables import MarkKind

LENGTHS = [10, 20]
SHOWN = [whole("x" * length) for length in LENGTHS]


def mark(**changed: Any) -> dict[str, Any]:
    plain = {"answer": 1, "start": 0, "end": 4, "kind": "wrong", "correction": "", "source": ""}
    return {**plain, **changed}


def test_nothing_marked() -> None:
    assert parse_marks("", SHOWN) == ()
    assert parse_marks("[]", SHOWN) == ()


def test_marks_are_sorted_and_trimmed_and_repeats_dropped() -> None:
    later = mark(answer=2, start=3, end=20, kind="style", correction=" so \0", source="a book")
    [first, second] = parse_marks(json.dumps([later, mark(), mark()]), SHOWN)
    assert first == MarkForm(answer=1, start=0, end=4, kind=MarkKind.WRONG)
    assert (second.answer, second.end, second.kind) == (2, 20, MarkKind.STYLE)
    assert (second.correction, second.source) == ("so", "a book")


@pytest.mark.parametrize(
    "wrong",
    [
        *("x", "{}", "3", "[1]", '["x"]', "[{}]", "[" * 100_000, '[{"answer": 1}]', "null"),
        *(json.dumps([mark(**change)]) for change in (
            {"start": 4}, {"start": 5}, {"end": 11}, {"start": -1}, {"answer": 3}, {"answer": 0},
            {"kind": "nonsense"}, {"kind": None}, {"more": 1}, {"start": "0"}, {"end": 3.5},
            {"correction": "x" * 2001}, {"source": "x" * 1001}, {"correction": None},
        )),
        json.dumps([mark()] * (MOST_MARKS + 1)),
        json.dumps([mark(correction="x" * 2000)] * 600),
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_what_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        parse_marks(wrong, SHOWN)
    assert raised.value.problems


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_marks_or_refused(text: str) -> None:
    try:
        found = parse_marks(text, SHOWN)
    except InvalidInput:
        found = ()
    assert all(0 <= one.start < one.end <= LENGTHS[one.answer - 1] for one in found)


def test_marks_on_a_stripped_answer_are_stored_where_they_stand_in_the_whole_one() -> None:
    text = "Sure! **Built** in 1742."
    shown = strip(text)
    [first] = parse_marks(json.dumps([mark(start=0, end=5)]), [shown])
    [second] = parse_marks(json.dumps([mark(start=0, end=len(shown.text))]), [shown])
    assert text[first.start : first.end] == "Built"
    assert text[second.start : second.end] == "Built** in 1742."


def test_a_mark_beyond_a_stripped_answer_is_refused() -> None:
    with pytest.raises(InvalidInput):
        parse_marks(json.dumps([mark(start=0, end=15)]), [strip("Sure! **Built** in 1742.")])
