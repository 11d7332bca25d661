"""Replies as they come: alone, wrapped, cut off, hostile."""

import json
from typing import Any

import pytest

from app.criteria import MAX_TEXT, Condition, CriterionForm
from app.errors import AppError
from app.judges.reading import find_object, read_reply
from app.ratings import RatingForm
from app.tables import Criterion, Outcome, Scale
from tests.judges.scripted import saying

KEYS = ["factuality", "style"]


def criterion(**fields: Any) -> Criterion:
    form = CriterionForm(**({"key": "style", "label": "Style"} | fields))
    return Criterion(position=0, **form.model_dump())


def read(about: dict[str, Any], slots: int = 2, **fields: Any) -> RatingForm:
    return read_reply(json.dumps({"style": about}), [criterion(**fields)], slots)


class TestFinding:
    @pytest.mark.parametrize(
        "text",
        [
            saying("1"),
            f"```json\n{saying('1')}\n```",
            f"I weighed {{both}} answers. {saying('1')} That is all.",
            f"<think>Perhaps {saying('2')}</think>{saying('1')}",
            f"First I thought {saying('2')}, but then: {saying('1')}",
            f'{{"note": "no criteria here"}} {saying("1")} {{"note": "none here"}}',
        ],
    )
    def test_the_last_object_with_the_criteria_counts(self, text: str) -> None:
        found = find_object(text, KEYS)
        assert found is not None
        assert found["style"]["outcome"] == "1"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no",
            "{",
            "{}",
            "[1, 2]",
            '{"style": "1"}',
            f"<think>{saying('1')}",
            saying("1")[:-3],
        ],
    )
    def test_where_there_is_none(self, text: str) -> None:
        assert find_object(text, KEYS) is None

    def test_deep_nesting_is_no_crash(self) -> None:
        assert find_object('{"style":' * 50_000, KEYS) is None


class TestPreference:
    @pytest.mark.parametrize("said", ["1", 1, 1.0, " Answer 1 ", "ANSWER 1"])
    def test_the_better_of_two(self, said: object) -> None:
        [verdict] = read({"outcome": said}, scale=None).verdicts
        assert (verdict.outcome, verdict.ranks) == (Outcome.RANKED, {1: 1, 2: 2})

    def test_a_tie_that_is_neither_good_nor_bad(self) -> None:
        [verdict] = read({"outcome": "tie"}, scale=None).verdicts
        assert (verdict.outcome, verdict.ranks) == (Outcome.RANKED, {1: 1, 2: 1})

    @pytest.mark.parametrize("said", ["tie_good", "tie_bad", "cannot_judge"])
    def test_other_outcomes(self, said: str) -> None:
        [verdict] = read({"outcome": said}, scale=None).verdicts
        assert verdict.outcome == said

    def test_ranks_of_three(self) -> None:
        about = {"outcome": "ranked", "ranks": {"1": 3, "2": 1, "3": 3}}
        [verdict] = read(about, slots=3, scale=None).verdicts
        assert verdict.ranks == {1: 2, 2: 1, 3: 2}

    @pytest.mark.parametrize(
        "about",
        [
            {"outcome": "3"},
            {"outcome": None},
            {"outcome": ["1"]},
            {"outcome": True},
            {},
            {"outcome": "ranked", "ranks": {"1": 1}},
        ],
    )
    def test_what_says_nothing_is_missing(self, about: dict[str, Any]) -> None:
        with pytest.raises(AppError, match="Style: say which answer is better"):
            read(about, scale=None)


class TestRating:
    @pytest.mark.parametrize(("said", "score"), [(4, 4), ("4", 4), (4.0, 4)])
    def test_points(self, said: object, score: int) -> None:
        about = {"outcome": "judged", "ratings": {"1": said, "2": 1}}
        [verdict] = read(about, asks_preference=False).verdicts
        assert verdict.scores == {1: score, 2: 1}

    @pytest.mark.parametrize("said", [0, 6, 3.5, "many", None, True, {}])
    def test_what_the_scale_does_not_have(self, said: object) -> None:
        about = {"outcome": "judged", "ratings": {"1": said, "2": 1}}
        with pytest.raises(AppError, match="score Answer 1 from 1 to 5"):
            read(about, asks_preference=False)

    @pytest.mark.parametrize(("said", "score"), [("yes", 1), ("No", 0), (True, 1), (False, 0)])
    def test_yes_and_no(self, said: object, score: int) -> None:
        about = {"outcome": "judged", "ratings": {"1": said, "2": "no"}}
        [verdict] = read(about, asks_preference=False, scale=Scale.YES_NO).verdicts
        assert verdict.scores == {1: score, 2: 0}

    @pytest.mark.parametrize(("said", "value"), [("Formal", 1), ("formal", 2), (" FORMAL", 2)])
    def test_options_exactly_then_in_any_case(self, said: str, value: int) -> None:
        [verdict] = read(
            {"outcome": "judged", "rating": said},
            asks_preference=False,
            scale=Scale.CHOICE,
            options={"choices": ["Formal", "formal"]},
            per_answer=False,
        ).verdicts
        assert verdict.value == value

    def test_texts(self) -> None:
        about = {"outcome": "judged", "ratings": {"1": " well put ", "2": "dull"}}
        [verdict] = read(about, asks_preference=False, scale=Scale.TEXT).verdicts
        assert verdict.texts == {1: "well put", 2: "dull"}

    def test_a_text_that_is_too_long(self) -> None:
        about = {"outcome": "judged", "rating": "x" * (MAX_TEXT + 1)}
        with pytest.raises(AppError, match="shorten the text"):
            read(about, asks_preference=False, scale=Scale.TEXT, per_answer=False)

    def test_what_is_optional_may_be_null(self) -> None:
        form = read({"outcome": None, "ratings": {"1": None, "2": None}}, required=False)
        assert form.verdicts == ()

    def test_what_was_not_asked_does_not_count(self) -> None:
        criteria = [
            criterion(key="safe", label="Safe", asks_preference=False, scale=Scale.YES_NO),
            criterion(
                key="why",
                label="Why",
                asks_preference=False,
                shown_if=Condition(criterion="safe", values=[0]),
            ),
        ]
        reply = {
            "safe": {"outcome": "judged", "ratings": {"1": "yes", "2": "no"}},
            "why": {"outcome": "judged", "ratings": {"1": 5, "2": 2}},
        }
        form = read_reply(json.dumps(reply), criteria, 2)
        assert form.verdicts[1].scores == {2: 2}


def test_reasons_become_the_comment() -> None:
    form = read({"reason": "It is\nclearer.", "outcome": "1"}, scale=None)
    assert form.comment == "Style: It is\nclearer."


def test_a_null_character_reaches_no_database() -> None:
    form = read({"reason": "a\0b", "outcome": "1"}, scale=None)
    assert form.comment == "Style: ab"
