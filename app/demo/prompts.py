"""The question set as prompt sets that Triptych imports: all of it, and a short one for a study."""

from collections import Counter
from collections.abc import Sequence
from typing import TypedDict

from app.demo.corpus import Question

INLAND_PER_ATTRIBUTE = 2
OUTER_PER_ATTRIBUTE = 1
OUTER_IN_SHORT_SET = 4


class PromptLine(TypedDict):
    """One line of a prompt set file."""

    id: str
    prompt: str
    category: str
    reference: str


def prompt_lines(questions: Sequence[Question]) -> list[PromptLine]:
    """Each question as a line of a prompt set."""
    return [
        PromptLine(id=q.id, prompt=q.question, category=q.category, reference=q.reference)
        for q in questions
    ]


def short_set(questions: Sequence[Question]) -> list[Question]:
    """Two inland questions about each attribute, then a few outer ones, in the given order.

    The choice looks at the attribute only, so it cannot favour a variant.
    """
    inland = [q for q in questions if q.region == "inland"]
    outer = [q for q in questions if q.region == "outer"]
    return (
        _first_per_attribute(inland, INLAND_PER_ATTRIBUTE)
        + _first_per_attribute(outer, OUTER_PER_ATTRIBUTE)[:OUTER_IN_SHORT_SET]
    )


def _first_per_attribute(questions: Sequence[Question], count: int) -> list[Question]:
    seen: Counter[str] = Counter()
    chosen = []
    for question in questions:
        if seen[question.attribute] < count:
            seen[question.attribute] += 1
            chosen.append(question)
    return chosen
