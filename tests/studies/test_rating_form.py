"""What a browser, or somebody who is not a browser, sends as a judgement."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from app.blinding import AnswerView, CriterionView, RatingPage
from app.criteria import scale_of
from app.errors import InvalidInput
from app.ratings import RatingForm, keep_typed, parse_rating
from app.ratings.form import MAX_COMMENT
from app.tables import Criterion, Outcome, Scale


def criterion(key: str = "style", *, preference: bool = True, scores: bool = True) -> Criterion:
    return Criterion(
        key=key,
        label=key.title(),
        asks_preference=preference,
        scale=Scale.LIKERT if scores else None,
        options={},
        per_answer=True,
        required=True,
        position=0,
    )


def parse(fields: dict[str, str], slots: int = 2, **asked: bool) -> RatingForm:
    return parse_rating(fields, [criterion(**asked)], slots)


def problems(fields: dict[str, str], slots: int = 2, **asked: bool) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(fields, slots, **asked)
    return [str(problem) for problem in caught.value.problems]


SCORED = {"score-style-1": "4", "score-style-2": "2"}
WHICH, BOTH = "Style: say which answer is better.", "Style: score Answer 1, Answer 2 from 1 to 5."


class TestPair:
    @pytest.mark.parametrize(
        ("chosen", "outcome", "ranks"),
        [
            ("1", Outcome.RANKED, {1: 1, 2: 2}),
            ("2", Outcome.RANKED, {1: 2, 2: 1}),
            ("tie_good", Outcome.TIE_GOOD, {1: 1, 2: 1}),
            ("tie_bad", Outcome.TIE_BAD, {1: 1, 2: 1}),
        ],
    )
    def test_outcomes(self, chosen: str, outcome: Outcome, ranks: dict[int, int]) -> None:
        [verdict] = parse({"outcome-style": chosen, **SCORED}).verdicts
        assert (verdict.outcome, verdict.ranks, verdict.scores) == (outcome, ranks, {1: 4, 2: 2})

    def test_cannot_judge_needs_nothing_else_and_keeps_nothing(self) -> None:
        [verdict] = parse({"outcome-style": "cannot_judge", **SCORED}).verdicts
        assert (verdict.outcome, verdict.ranks, verdict.scores) == (Outcome.CANNOT_JUDGE, {}, {})

    def test_preference_alone(self) -> None:
        [verdict] = parse({"outcome-style": "1", **SCORED}, scores=False).verdicts
        assert verdict.scores == {}

    def test_scores_alone(self) -> None:
        [verdict] = parse({"outcome-style": "1", **SCORED}, preference=False).verdicts
        assert (verdict.outcome, verdict.ranks, verdict.scores) == (None, {}, {1: 4, 2: 2})

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, [WHICH, BOTH]),
            (SCORED, [WHICH]),
            ({"outcome-style": "1"}, [BOTH]),
            ({"outcome-style": "1", "score-style-1": "3"}, ["Style: score Answer 2 from 1 to 5."]),
            ({"outcome-style": "3", **SCORED}, [WHICH]),
            ({"outcome-style": "ranked", **SCORED}, [WHICH]),
            ({"outcome-style": "", **SCORED}, [WHICH]),
            ({"outcome-style": "1\0", **SCORED}, [WHICH]),
            ({"outcome-other": "1", **SCORED}, [WHICH]),
        ],
    )
    def test_messages(self, fields: dict[str, str], expected: list[str]) -> None:
        assert problems(fields) == expected

    @pytest.mark.parametrize(
        "score",
        ["0", "6", "-1", "4.0", "9" * 9, "9" * 5000, "٣", "", " 3", "3\n", "1e0", "\0", "NaN"],
    )
    def test_scores_out_of_bounds(self, score: str) -> None:
        fields = {"outcome-style": "1", "score-style-1": score, "score-style-2": "2"}
        assert problems(fields) == ["Style: score Answer 1 from 1 to 5."]

    def test_problems_come_criterion_by_criterion(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            parse_rating({}, [criterion("factuality", scores=False), criterion(scores=False)], 2)
        assert [problem.where for problem in caught.value.problems] == ["Factuality", "Style"]


class TestThree:
    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("123", (1, 2, 3)),
            ("321", (3, 2, 1)),
            ("113", (1, 1, 2)),
            ("223", (1, 1, 2)),
            ("333", (1, 1, 1)),
            ("311", (2, 1, 1)),
        ],
    )
    def test_ranks_are_stored_without_gaps(self, typed: str, stored: tuple[int, ...]) -> None:
        fields = {f"rank-style-{slot}": rank for slot, rank in enumerate(typed, start=1)}
        [verdict] = parse(fields, 3, scores=False).verdicts
        assert verdict.outcome is Outcome.RANKED
        assert tuple(verdict.ranks[slot] for slot in (1, 2, 3)) == stored

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"rank-style-1": "1", "rank-style-2": "2"},
            {"rank-style-1": "1", "rank-style-2": "2", "rank-style-3": "4"},
            {"rank-style-1": "1", "rank-style-2": "2", "rank-style-4": "3"},
            {"outcome-style": "1"},
        ],
    )
    def test_incomplete(self, fields: dict[str, str]) -> None:
        assert problems(fields, 3, scores=False) == ["Style: give every answer a rank."]


class TestTheRest:
    GOOD: ClassVar = {"outcome-style": "1", **SCORED}

    def test_comment(self) -> None:
        form = parse({**self.GOOD, "comment": " one\r\ntwo\0 "})
        assert form.comment == "one\ntwo"

    def test_a_comment_of_ten_megabytes(self) -> None:
        expected = f"Comment: shorten it to {MAX_COMMENT} characters."
        assert problems({**self.GOOD, "comment": "x" * 10_000_000}) == [expected]

    @pytest.mark.parametrize(
        ("text", "stored"),
        [("0", 0), ("90000", 90000), ("", None), ("-5", None), ("1e9", None), ("9" * 9, None)],
    )
    def test_visible_time(self, text: str, stored: int | None) -> None:
        assert parse({**self.GOOD, "visible_ms": text}).visible_ms == stored

    def test_form_id(self) -> None:
        assert parse(self.GOOD).form_id is None
        assert parse({**self.GOOD, "form_id": "a\0b"}).form_id == "ab"
        assert parse({**self.GOOD, "form_id": "x" * 999}).form_id == "x" * 64

    names = st.sampled_from(
        [
            *("outcome-style", "rank-style-1", "rank-style-2", "score-style-1", "score-style-2"),
            *("score-style-99", "rank-style--1", "comment", "visible_ms", "form_id", "x"),
        ]
    )
    values = st.sampled_from(["1", "2", "tie_good", "cannot_judge", "9" * 400]) | st.text()

    @given(fields=st.dictionaries(names, values), slots=st.integers(2, 4))
    def test_whatever_comes_is_stored_whole_or_refused_in_words(
        self, fields: dict[str, str], slots: int
    ) -> None:
        try:
            form = parse(fields, slots)
        except InvalidInput as error:
            assert error.problems  # noqa: PT017  (refusing is one of the two right answers)
            return
        [verdict] = form.verdicts
        everyone = set(range(1, slots + 1))
        assert "\0" not in form.comment
        if verdict.outcome is not Outcome.CANNOT_JUDGE:
            assert set(verdict.ranks) == set(verdict.scores) == everyone
            assert set(verdict.scores.values()) <= {1, 2, 3, 4, 5}
            assert set(verdict.ranks.values()) == set(range(1, max(verdict.ranks.values()) + 1))


class TestKeepTyped:
    def page(self, slots: int, **stored: Any) -> RatingPage:
        view = CriterionView(
            "style", "Style", "", asks_preference=True, scale=scale_of(Scale.LIKERT, {}), **stored
        )
        answers = [AnswerView(n, "", Markup(), is_plain=False) for n in range(1, slots + 1)]
        return RatingPage(
            assignment="id",
            prompt="?",
            prompt_html=Markup(),
            system=None,
            turns=(),
            reference=None,
            reference_html=Markup(),
            answers=tuple(answers),
            criteria=(view,),
            comment="stored",
            instructions_html=Markup("<p>Read.</p>"),
        )

    def test_a_pair(self) -> None:
        fields = {"outcome-style": "2", "score-style-1": "3", "comment": "typed"}
        page = keep_typed(self.page(2), fields)
        [kept] = page.criteria
        assert (kept.outcome, kept.ranks, kept.scores) == (Outcome.RANKED, {1: 2, 2: 1}, {1: 3})
        assert page.comment == "typed"

    def test_half_an_order_as_it_was_typed(self) -> None:
        fields = {"rank-style-1": "3", "rank-style-3": "3"}
        [kept] = keep_typed(self.page(3), fields).criteria
        assert (kept.outcome, kept.ranks) == (None, {1: 3, 3: 3})

    @pytest.mark.parametrize("chosen", ["tie_good", "tie_bad", "cannot_judge"])
    def test_outcomes(self, chosen: str) -> None:
        [kept] = keep_typed(self.page(2), {"outcome-style": chosen}).criteria
        assert kept.outcome == chosen

    def test_what_was_taken_back_is_gone(self) -> None:
        stored = {"outcome": Outcome.RANKED, "ranks": {1: 1, 2: 2}, "scores": {1: 5, 2: 5}}
        page = keep_typed(self.page(2, **stored), {})
        [kept] = page.criteria
        assert (kept.outcome, kept.ranks, kept.scores, page.comment) == (None, {}, {}, "")
