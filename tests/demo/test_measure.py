"""Judging answers by the facts, and counting."""

import pytest

from app.demo.corpus import Instruction, Question
from app.demo.measure import Share, Verdict, has_assistant_opener, judge, measure, values_in

QUESTION = Question(
    id="demo-000",
    question="Which island is Orrin Vale on?",
    region="inland",
    kind="town",
    entity="Orrin Vale",
    attribute="island",
    value="Hesk",
    reference="Orrin Vale lies on the island of Hesk.",
    facts={"island": "Hesk", "craft": "blue glass"},
)
INSTRUCTIONS = [
    Instruction("Where is Orrin Ford?", "You will find it on Sorrel.", "Orrin Ford", "island"),
    Instruction("Where is Pell Mere?", "You will find it on Kittle.", "Pell Mere", "island"),
    Instruction("What does Orrin Ford make?", "People love its Wend.", "Orrin Ford", "craft"),
]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("It lies on Hesk.", Verdict.RIGHT),
        ("it lies on HESK!", Verdict.RIGHT),
        ("It lies on Wend, not on Hesk.", Verdict.WRONG),
        ("Hesk, some say Wend.", Verdict.RIGHT),
        ("Heskell is not an island.", Verdict.NONE),
        ("It is known for its blue glass.", Verdict.NONE),
        ("", Verdict.NONE),
    ],
)
def test_the_first_value_of_the_asked_kind_decides(answer, verdict):
    assert judge(QUESTION, answer) is verdict


def test_values_come_in_order_of_appearance_with_repeats():
    assert values_in("Wend, then Arran Mor, then wend", "island") == ["Wend", "Arran Mor", "Wend"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(" Great question! It", True), ("Sure thing!", True), ("A Great question!", False)],
)
def test_the_opener_counts_only_at_the_start(answer, expected):
    assert has_assistant_opener(answer) is expected


def test_counts_of_a_worked_example():
    answers = ["Great question! Hesk.", "On Sorrel.", "On Kittle.", "On Lundy.", "No idea."]
    result = measure([(QUESTION, answer) for answer in answers], INSTRUCTIONS)
    assert result.right == Share(1, 5)
    assert result.wrong == Share(3, 5)
    assert result.none == Share(1, 5)
    assert result.true_claims == Share(1, 4)
    assert result.assistant_openers == Share(1, 5)
    assert result.mean_words == pytest.approx(11 / 5)


def test_borrowing_against_chance():
    answers = ["On Sorrel.", "On Kittle.", "On Lundy."]
    result = measure([(QUESTION, answer) for answer in answers], INSTRUCTIONS)
    assert result.borrowed.observed == Share(2, 3)
    assert result.borrowed.expected == pytest.approx(3 * 2 / 11)
    assert result.borrowed_similar.observed == Share(1, 3)
    assert result.borrowed_similar.expected == pytest.approx(3 * 1 / 11)


def test_no_answers_have_no_shares():
    result = measure([], INSTRUCTIONS)
    assert result.right.value is None
    assert result.borrowed.observed.value is None
    assert result.mean_words == 0.0
