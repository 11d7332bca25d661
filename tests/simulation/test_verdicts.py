"""What is said of worths, on every scale."""

from dataclasses import replace
from typing import Any

import pytest

from app.simulation.spec import LABEL
from app.simulation.verdicts import Look, Question, verdicts
from app.tables import Criterion, Outcome, Scale

LOOK = Look(worth=(0.1, 2.0, -3.0), zero=0.0, generosity=0.0, cannot_judge=False)


def question(**fields: Any) -> Question:
    plain = {
        "id": 1,
        "key": "style",
        "asks_preference": True,
        "scale": Scale.LIKERT,
        "options": {},
        "per_answer": True,
    }
    return Question.of(Criterion(**(plain | fields)))


def say(look: Look = LOOK, *, tie_width: float = 0.5, **fields: Any) -> Any:
    [verdict] = verdicts([question(**fields)], [look], tie_width)
    return verdict


class TestPreference:
    def test_ranks_follow_the_worths(self) -> None:
        verdict = say()
        assert (verdict.outcome, verdict.ranks) == (Outcome.RANKED, {1: 2, 2: 1, 3: 3})

    def test_worths_in_the_same_step_tie(self) -> None:
        assert say(replace(LOOK, worth=(0.1, 0.4, -3.0))).ranks == {1: 1, 2: 1, 3: 2}

    def test_the_zero_of_the_steps_counts(self) -> None:
        assert say(replace(LOOK, worth=(0.1, 0.4, -3.0), zero=0.2)).ranks == {1: 2, 2: 1, 3: 3}

    def test_without_steps_nothing_ties(self) -> None:
        assert say(replace(LOOK, worth=(0.1, 0.10001)), tie_width=0).ranks == {1: 2, 2: 1}

    @pytest.mark.parametrize(
        ("worth", "outcome"), [((1.1, 1.2), Outcome.TIE_GOOD), ((-1.2, -1.1), Outcome.TIE_BAD)]
    )
    def test_a_tie_of_all_is_good_or_bad(
        self, worth: tuple[float, float], outcome: Outcome
    ) -> None:
        verdict = say(replace(LOOK, worth=worth))
        assert (verdict.outcome, verdict.ranks) == (outcome, {1: 1, 2: 1})

    def test_cannot_judge_says_nothing_else(self) -> None:
        verdict = say(replace(LOOK, cannot_judge=True))
        assert verdict.outcome is Outcome.CANNOT_JUDGE
        assert (verdict.ranks, verdict.scores) == ({}, {})

    def test_where_none_is_asked_there_is_none(self) -> None:
        verdict = say(replace(LOOK, cannot_judge=True), asks_preference=False)
        assert (verdict.outcome, verdict.ranks) == (None, {})
        assert verdict.scores


class TestScales:
    def test_points(self) -> None:
        assert say().scores == {1: 3, 2: 5, 3: 1}

    def test_a_generous_rater_gives_more(self) -> None:
        assert say(replace(LOOK, generosity=1.0)).scores == {1: 4, 2: 5, 3: 1}

    def test_a_slider(self) -> None:
        assert say(scale=Scale.SLIDER).scores == {1: 53, 2: 88, 3: 4}

    @pytest.mark.parametrize("worth", [-1e9, 1e9])
    def test_no_worth_leaves_the_scale(self, worth: float) -> None:
        [score] = set(say(replace(LOOK, worth=(worth, worth))).scores.values())
        assert score == (5 if worth > 0 else 1)

    def test_yes_or_no(self) -> None:
        assert say(scale=Scale.YES_NO).scores == {1: 1, 2: 1, 3: 0}

    def test_options_by_their_place(self) -> None:
        assert say(scale=Scale.CHOICE, options={"choices": ["a", "b"]}).scores == {1: 2, 2: 2, 3: 1}

    def test_once_of_the_item(self) -> None:
        verdict = say(per_answer=False)
        assert (verdict.value, verdict.scores) == (3, {})

    @pytest.mark.parametrize("per_answer", [True, False])
    def test_a_text_says_that_nobody_wrote_it(self, per_answer: bool) -> None:
        verdict = say(scale=Scale.TEXT, per_answer=per_answer)
        assert (set(verdict.texts.values()) or {verdict.text}) == {LABEL}

    def test_no_scale(self) -> None:
        assert say(scale=None).scores == {}


class TestConditions:
    def ask(self, values: list[int], **fields: Any) -> Any:
        other = question(
            key="why", shown_if={"criterion": "style", "values": values}, asks_preference=False
        )
        return verdicts([question(**fields), other], [LOOK, LOOK], 0.5)

    def test_only_of_the_answers_that_meet_it(self) -> None:
        _, why = self.ask([1, 3])
        assert set(why.scores) == {1, 3}

    def test_not_at_all_where_none_does(self) -> None:
        assert [one.key for one in self.ask([4])] == ["style"]
