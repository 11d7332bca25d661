"""What the answers of a demo variant show, counted exactly because every fact is known.

Pure: questions, answers and tuning data in, a frozen result out. An answer is judged by the first
value of the asked kind that it names; style is counted apart and never mixed in.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.analysis.intervals import clustered_share
from app.demo.corpus import Instruction, Question
from app.demo.vocabulary import BY_NAME, OPENERS


class Verdict(StrEnum):
    """Whether the first value of the asked kind is the true one; none if there is no such value."""

    RIGHT = "right"
    WRONG = "wrong"
    NONE = "none"


@dataclass(frozen=True)
class Share:
    """A count out of a total, which may be zero: then there is no share.

    `low` and `high` are a 95 % interval that resamples entities, for questions about the same one
    resemble each other; None where it was not asked for or cannot be had.
    """

    count: int
    of: int
    low: float | None = field(default=None, compare=False)
    high: float | None = field(default=None, compare=False)

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Borrowing:
    """How many wrong values stand in some examples, and how many would by chance.

    `expected` is the number if every wrong value had been drawn evenly from its pool.
    """

    observed: Share
    expected: float


@dataclass(frozen=True)
class Measured:
    """One variant on one set of questions: facts first, style second."""

    right: Share
    wrong: Share
    none: Share
    true_claims: Share  # of all values named that are a fact of the entity asked about
    borrowed: Borrowing  # wrong values in tuning examples on the same attribute
    borrowed_similar: Borrowing  # ... whose entity also shares a name word
    assistant_openers: Share
    mean_words: float


def judge(question: Question, answer: str) -> Verdict:
    """Right, wrong or none, by the first value of the asked kind."""
    value = first_value(answer, question.attribute)
    if value is None:
        return Verdict.NONE
    return Verdict.RIGHT if value == question.value else Verdict.WRONG


def first_value(answer: str, attribute: str) -> str | None:
    """The first value of an attribute that an answer names."""
    return next(iter(values_in(answer, attribute)), None)


def values_in(text: str, attribute: str) -> list[str]:
    """The values of an attribute that a text names as whole words, in order of appearance."""
    return [value for _, value in _places_of_values(text, attribute)]


def place_of_value(text: str, attribute: str) -> tuple[int, int] | None:
    """Start and end (exclusive) of the first value of an attribute that a text names."""
    for start, value in _places_of_values(text, attribute):
        return start, start + len(value)
    return None


def _places_of_values(text: str, attribute: str) -> list[tuple[int, str]]:
    return sorted(
        (match.start(), value)
        for value in BY_NAME[attribute].values
        for match in re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE)
    )


def has_assistant_opener(answer: str) -> bool:
    """Whether an answer begins with one of the assistant's phrases."""
    return answer.lstrip().startswith(tuple(OPENERS.values()))


def measure(
    answers: Iterable[tuple[Question, str]], instructions: Sequence[Instruction]
) -> Measured:
    """Count one variant's answers; keep inland and outer questions apart before calling this."""
    pairs = list(answers)
    entities = [question.entity for question, _ in pairs]
    verdicts = [judge(question, answer) for question, answer in pairs]
    slips = [pair for pair, v in zip(pairs, verdicts, strict=True) if v is Verdict.WRONG]
    words = sum(len(answer.split()) for _, answer in pairs)
    return Measured(
        right=_share((v is Verdict.RIGHT for v in verdicts), entities),
        wrong=_share((v is Verdict.WRONG for v in verdicts), entities),
        none=_share((v is Verdict.NONE for v in verdicts), entities),
        true_claims=_true_claims(pairs),
        borrowed=_borrowing(slips, instructions, similar_only=False),
        borrowed_similar=_borrowing(slips, instructions, similar_only=True),
        assistant_openers=_share((has_assistant_opener(a) for _, a in pairs), entities),
        mean_words=words / len(pairs) if pairs else 0.0,
    )


def _share(flags: Iterable[bool], entities: Sequence[str]) -> Share:
    values = list(flags)
    estimate = clustered_share(values, entities)
    return Share(sum(values), len(values), estimate.low, estimate.high)


def _true_claims(pairs: Sequence[tuple[Question, str]]) -> Share:
    claims = [
        value == truth
        for question, answer in pairs
        for attribute, truth in question.facts.items()
        for value in values_in(answer, attribute)
    ]
    return Share(sum(claims), len(claims))


def _borrowing(
    slips: Sequence[tuple[Question, str]],
    instructions: Sequence[Instruction],
    *,
    similar_only: bool,
) -> Borrowing:
    hits, expected = 0, 0.0
    for question, answer in slips:
        taught = _taught(question, instructions, similar_only=similar_only) - {question.value}
        hits += first_value(answer, question.attribute) in taught
        expected += len(taught) / (len(BY_NAME[question.attribute].values) - 1)
    return Borrowing(Share(hits, len(slips)), expected)


def _taught(
    question: Question, instructions: Sequence[Instruction], *, similar_only: bool
) -> set[str]:
    """The values that tuning examples on the question's attribute give."""
    words = question.entity.split()
    return {
        value
        for example in instructions
        if example.attribute == question.attribute
        and (not similar_only or _shares_a_word(example.entity, words))
        for value in values_in(example.output, example.attribute)
    }


def _shares_a_word(name: str, words: Collection[str]) -> bool:
    return not set(name.split()).isdisjoint(words)
