"""What can be defined as a criterion, and what is refused in words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.criteria import (
    RUBRICS,
    STYLE,
    CriterionForm,
    check_criteria,
    find_rubric,
    form_of,
    scale_of,
)
from app.tables import Criterion, Scale


def form(scale: str | None = "likert", **fields: Any) -> CriterionForm:
    return CriterionForm.model_validate({"key": "x", "label": "X", "scale": scale, **fields})


@pytest.mark.parametrize(
    ("scale", "given", "kept"),
    [
        ("likert", {}, {"points": 5, "low": "low", "high": "high"}),
        ("likert", {"points": "7", "low": " none "}, {"points": 7, "low": "none", "high": "high"}),
        ("slider", {"points": 7, "high": "sure"}, {"low": "low", "high": "sure"}),
        ("choice", {"choices": ["a ", "", "b"], "points": 3}, {"choices": ["a", "b"]}),
        ("yes_no", {"points": 7}, {}),
        ("text", {"choices": ["a"]}, {}),
        (None, {"points": 7}, {}),
    ],
)
def test_options_are_completed_and_those_of_other_scales_dropped(
    scale: str | None, given: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert form(scale, options=given).options == kept


@pytest.mark.parametrize(
    ("scale", "options", "message"),
    [
        ("likert", {"points": 1}, "2 to 9"),
        ("likert", {"points": 10}, "2 to 9"),
        ("likert", {"points": "many"}, "2 to 9"),
        ("likert", {"points": None}, "2 to 9"),
        ("likert", {"points": float("inf")}, "2 to 9"),
        ("slider", {"low": "x" * 101}, "shorten"),
        ("choice", {}, "2 to 9 options"),
        ("choice", {"choices": ["only"]}, "2 to 9 options"),
        ("choice", {"choices": list("abcdefghij")}, "2 to 9 options"),
        ("choice", {"choices": ["a", " a"]}, "the same"),
        ("choice", {"choices": "ab"}, "one per line"),
        ("choice", {"choices": ["a", "b" * 101]}, "shorten"),
    ],
)
def test_refused_options(scale: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        form(scale, options=options)


@pytest.mark.parametrize(
    ("kind", "options", "values", "words"),
    [
        ("likert", {"points": 7}, range(1, 8), {7: "7"}),
        ("slider", {}, range(101), {0: "0", 100: "100"}),
        ("yes_no", {}, range(2), {0: "no", 1: "yes"}),
        ("choice", {"choices": ["a", "b"]}, range(1, 3), {1: "a", 2: "b"}),
        ("text", {}, range(0), {}),
    ],
)
def test_values_and_their_words(
    kind: str, options: dict[str, Any], values: range, words: dict[int, str]
) -> None:
    scale = scale_of(Scale(kind), options)
    assert list(scale.values) == list(values)
    assert {value: scale.words(value) for value in words} == words


def test_bars_hold_every_value_once() -> None:
    for kind in (Scale.LIKERT, Scale.SLIDER):
        scale = scale_of(kind, {"points": 7})
        assert [value for bar in scale.bars for value in bar] == list(scale.values)


class TestTogether:
    def asked_if(self, criterion: str, values: list[int]) -> CriterionForm:
        return form(key="why", label="Why", shown_if={"criterion": criterion, "values": values})

    @pytest.mark.parametrize(
        ("first", "values"),
        [
            (form("yes_no"), [0]),
            (form("likert"), [1, 5]),
            (form("slider"), [0, 100]),
            (form("choice", options={"choices": ["a", "b"]}), [2]),
        ],
    )
    def test_a_condition_on_what_stands_before(
        self, first: CriterionForm, values: list[int]
    ) -> None:
        check_criteria([first, self.asked_if("x", values)])
        assert self.asked_if("x", values).model_dump()["shown_if"] == {
            "criterion": "x",
            "values": values,
        }

    @pytest.mark.parametrize(
        ("criteria", "message"),
        [
            ([], "at least one criterion"),
            ([form(), form()], "same key"),
            ([STYLE, form(shown_if={"criterion": "y", "values": [1]})], "stands before it"),
            ([form(shown_if={"criterion": "x", "values": [1]})], "stands before it"),
            ([form(shown_if={"criterion": "style", "values": [1]}), STYLE], "stands before it"),
            (
                [form("text"), form(key="y", shown_if={"criterion": "x", "values": [1]})],
                "asks for no value",
            ),
            (
                [form(None), form(key="y", shown_if={"criterion": "x", "values": [1]})],
                "asks for no value",
            ),
            (
                [form("yes_no"), form(key="y", shown_if={"criterion": "x", "values": [2]})],
                "from 0 to 1",
            ),
        ],
    )
    def test_what_fits_no_study(self, criteria: list[CriterionForm], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            check_criteria(criteria)

    def test_an_empty_condition(self) -> None:
        with pytest.raises(ValidationError, match="at least 1"):
            self.asked_if("x", [])


class TestRubrics:
    def test_each_fits_a_study_and_says_when_answers_tie(self) -> None:
        for rubric in RUBRICS:
            check_criteria(rubric.criteria)
            assert len({c.guidance for c in rubric.criteria}) == len(rubric.criteria)
        assert all("tie" in c.guidance for c in RUBRICS[1].criteria)
        assert len(RUBRICS[1].criteria) == 5

    def test_by_name(self) -> None:
        assert find_rubric("five-aspects") is RUBRICS[1]
        assert find_rubric("nonsense") is find_rubric(None) is RUBRICS[0]


scales = st.sampled_from([None, *Scale])
words = st.text(max_size=5)
options = st.fixed_dictionaries(
    {},
    optional={
        "points": st.one_of(st.integers(), st.text(max_size=3), st.none(), st.floats()),
        "low": words,
        "high": words,
        "choices": st.one_of(st.lists(words, max_size=11), words, st.none()),
    },
)


@given(scale=scales, options=options)
def test_whatever_is_defined_comes_back_the_same(
    scale: Scale | None, options: dict[str, Any]
) -> None:
    try:
        defined = form(scale, options=options)
    except ValidationError:
        return
    stored = Criterion(position=0, **defined.model_dump())
    assert form_of(stored) == defined
