"""Each scale as a browser sends it: what is stored, demanded, dropped and shown again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.criteria import CriterionForm, check_criteria
from app.errors import InvalidInput
from app.ratings import RatingForm, parse_rating
from app.ratings.form import VerdictForm
from app.tables import Criterion, Outcome


def criterion(key: str, scale: str | None, **fields: Any) -> CriterionForm:
    fields = {"asks_preference": False, **fields}
    return CriterionForm.model_validate({"key": key, "label": key.title(), "scale": scale} | fields)


def stored(*forms: CriterionForm) -> list[Criterion]:
    check_criteria(forms)
    return [Criterion(position=n, **form.model_dump()) for n, form in enumerate(forms)]


def parse(fields: dict[str, str], *forms: CriterionForm) -> dict[str, VerdictForm]:
    return {v.key: v for v in parse_rating(fields, stored(*forms), 2).verdicts}


def problems(fields: dict[str, str], *forms: CriterionForm) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(fields, *forms)
    return [str(problem) for problem in caught.value.problems]


ONCE = {"per_answer": False}
CHOICE = {"options": {"choices": ["a", "b"]}}


class TestOneScale:
    @pytest.mark.parametrize(
        ("form", "fields", "said"),
        [
            (
                criterion("x", "likert", options={"points": 7}),
                {"score-x-1": "7", "score-x-2": "1"},
                {"scores": {1: 7, 2: 1}},
            ),
            (criterion("x", "likert", **ONCE), {"value-x": "5"}, {"value": 5}),
            (
                criterion("x", "slider"),
                {"score-x-1": "0", "score-x-2": "100"},
                {"scores": {1: 0, 2: 100}},
            ),
            (criterion("x", "yes_no", **ONCE), {"value-x": "0"}, {"value": 0}),
            (criterion("x", "choice", **ONCE, **CHOICE), {"value-x": "2"}, {"value": 2}),
            (
                criterion("x", "text"),
                {"text-x-1": " a\r\nb\0 ", "text-x-2": "c"},
                {"texts": {1: "a\nb", 2: "c"}},
            ),
            (criterion("x", "text", **ONCE), {"text-x": "a"}, {"text": "a"}),
        ],
    )
    def test_is_stored(
        self, form: CriterionForm, fields: dict[str, str], said: dict[str, Any]
    ) -> None:
        assert parse(fields, form) == {"x": VerdictForm(key="x", outcome=None, **said)}

    @pytest.mark.parametrize(
        ("form", "fields", "message"),
        [
            (
                criterion("x", "likert", options={"points": 7}),
                {"score-x-1": "8"},
                "X: score Answer 1, Answer 2 from 1 to 7.",
            ),
            (criterion("x", "likert", **ONCE), {"score-x-1": "3"}, "X: score it from 1 to 5."),
            (
                criterion("x", "slider"),
                {"score-x-1": "101", "score-x-2": "9"},
                "X: score Answer 1 from 0 to 100.",
            ),
            (criterion("x", "yes_no"), {"score-x-1": "2"}, "X: say yes or no for Answer 1"),
            (criterion("x", "yes_no", **ONCE), {"value-x": "yes"}, "X: say yes or no."),
            (criterion("x", "choice", **CHOICE), {"score-x-1": "3"}, "X: choose one option for"),
            (criterion("x", "choice", **ONCE, **CHOICE), {"value-x": "0"}, "X: choose one option."),
            (criterion("x", "text", **ONCE), {"text-x": "  "}, "X: write something."),
            (criterion("x", "text"), {"text-x-1": "a"}, "X: write something for Answer 2."),
            (criterion("x", "text", **ONCE), {"text-x": "x" * 5001}, "X: shorten the text to 5000"),
        ],
    )
    def test_is_demanded(self, form: CriterionForm, fields: dict[str, str], message: str) -> None:
        [problem] = problems(fields, form)
        assert problem.startswith(message)

    def test_what_may_be_left_out_is(self) -> None:
        form = criterion("x", "likert", required=False, asks_preference=True)
        assert parse({}, form) == {}
        assert parse({"score-x-1": "3"}, form)["x"].scores == {1: 3}
        three = [Criterion(position=0, **form.model_dump())]
        with pytest.raises(InvalidInput, match="every answer a rank"):
            parse_rating({"rank-x-1": "1"}, three, 3)

    def test_cannot_judge_keeps_nothing(self) -> None:
        fields = {"outcome-x": "cannot_judge", "text-x": "a"}
        verdict = parse(fields, criterion("x", "text", **ONCE))["x"]
        assert (verdict.outcome, verdict.text) == (Outcome.CANNOT_JUDGE, None)


TRUE = criterion("true", "yes_no")
WHY = criterion("why", "text", shown_if={"criterion": "true", "values": [0]})
BAD = criterion(
    "bad", "likert", asks_preference=True, shown_if={"criterion": "true", "values": [0]}
)
ONE_NO = {"score-true-1": "1", "score-true-2": "0"}
ALL_YES = {"score-true-1": "1", "score-true-2": "1"}


class TestConditions:
    def test_a_visible_one_is_demanded_answer_by_answer(self) -> None:
        assert problems(ONE_NO, TRUE, WHY) == ["Why: write something for Answer 2."]
        assert problems({}, TRUE, WHY) == ["True: say yes or no for Answer 1, Answer 2."]

    def test_what_was_typed_into_a_hidden_one_is_dropped(self) -> None:
        fields = {**ONE_NO, "text-why-1": "hidden", "text-why-2": "shown"}
        assert parse(fields, TRUE, WHY)["why"].texts == {2: "shown"}
        assert "why" not in parse({**ALL_YES, "text-why-1": "x", "outcome-why": "1"}, TRUE, WHY)

    def test_a_preference_is_asked_where_any_answer_meets_it(self) -> None:
        assert problems(ONE_NO, TRUE, BAD) == [
            "Bad: say which answer is better.",
            "Bad: score Answer 2 from 1 to 5.",
        ]
        assert set(parse(ALL_YES, TRUE, BAD)) == {"true"}

    def test_nothing_depends_on_what_cannot_be_judged(self) -> None:
        said = parse({**ONE_NO, "outcome-true": "cannot_judge", "text-why-2": "x"}, TRUE, WHY)
        assert set(said) == {"true"}

    def test_conditions_follow_each_other(self) -> None:
        then = criterion("then", "yes_no", **ONCE, shown_if={"criterion": "bad", "values": [1]})
        fields = {**ONE_NO, "outcome-bad": "1", "score-bad-1": "5", "score-bad-2": "1"}
        assert problems(fields, TRUE, BAD, then) == ["Then: say yes or no."]
        hidden = {**fields, **ALL_YES, "value-then": "1"}
        assert set(parse(hidden, TRUE, BAD, then)) == {"true"}


EVERYTHING = (
    TRUE,
    WHY,
    BAD,
    criterion("slide", "slider", **ONCE),
    criterion("one", "choice", required=False, **CHOICE),
    criterion("note", "text", **ONCE, shown_if={"criterion": "slide", "values": [*range(50)]}),
)
NAMES = [
    f"{kind}-{form.key}{slot}"
    for kind in ("score", "value", "text", "rank", "outcome")
    for form in EVERYTHING
    for slot in ("", "-1", "-2", "-3")
]
VALUES = st.sampled_from(["0", "1", "2", "50", "cannot_judge", "tie_good"]) | st.text(max_size=9)


@given(fields=st.dictionaries(st.sampled_from([*NAMES, "comment"]) | st.text(), VALUES))
def test_whatever_comes_is_stored_within_the_scales_or_refused_in_words(
    fields: dict[str, str],
) -> None:
    try:
        form: RatingForm = parse_rating(fields, stored(*EVERYTHING), 2)
    except InvalidInput as error:
        assert error.problems  # noqa: PT017  (refusing is one of the two right answers)
        return
    said = {verdict.key: verdict for verdict in form.verdicts}
    assert all("\0" not in text for v in form.verdicts for text in v.texts.values())
    assert {"slide", "true"} <= set(said)
    if said["true"].outcome is None:
        assert set(said["true"].scores.values()) <= {0, 1}
        no = {slot for slot, value in said["true"].scores.items() if value == 0}
        assert ("why" in said) == ("bad" in said) == bool(no)
    assert ("note" in said) == (said["slide"].value in range(50))


def test_what_was_typed_is_kept_on_every_scale(world: Any) -> None:
    from app.blinding import rating_page
    from app.ratings import keep_typed, next_assignment

    study = world.pairs(criteria=list(EVERYTHING))
    assignment = next_assignment(world.session, world.rater(study))
    typed = {"score-true-2": "0", "text-why-2": "because", "value-slide": "0", "text-note": "n"}
    page = keep_typed(rating_page(world.session, assignment), typed)
    kept = {criterion.key: criterion for criterion in page.criteria}
    assert kept["true"].scores == {2: 0}
    assert kept["why"].texts == {2: "because"}
    assert (kept["slide"].value, kept["note"].text) == (0, "n")


def test_all_is_stored_shown_again_and_repeated_once(world: Any) -> None:
    from app.blinding import rating_page
    from app.ratings import next_assignment, submit

    study = world.pairs(criteria=list(EVERYTHING))
    rater = world.rater(study)
    assignment = next_assignment(world.session, rater)
    fields = {
        **ONE_NO,
        "text-why-2": "a wrong year",
        **{"outcome-bad": "1", "score-bad-2": "1"},
        **{"value-slide": "49", "text-note": "unsure", "form_id": "f"},
    }

    def send(**changed: str) -> int:
        form = parse_rating(fields | changed, study.criteria, 2)
        return int(submit(world.session, rater, assignment, form).revision)

    assert [send(), send()] == [1, 1]
    page = {c.key: c for c in rating_page(world.session, assignment).criteria}
    assert page["why"].texts == {2: "a wrong year"}
    assert (page["slide"].value, page["note"].text) == (49, "unsure")
    assert page["bad"].scores == {2: 1}
    assert send(**{"value-slide": "48"}) == 2
    assert send(**{"text-note": "sure"}) == 3
    assert send(**{"text-why-2": "a wrong place"}) == 4
    assert [send(), send()] == [5, 5]
