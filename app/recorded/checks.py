"""Checks that need all answers at once. Pure."""

from collections.abc import Sequence

from app.errors import Problem
from app.recorded.batch import Batch
from app.recorded.parse import Answer
from app.tables import Prompt, VariantKind


def kinds_of(answers: Sequence[Answer], batch: Batch) -> dict[str, VariantKind]:
    """Variant -> kind, in order of first appearance; `other` where no row tells."""
    told: dict[str, Answer] = {}
    for answer in answers:
        if answer.kind is None:
            continue
        first = told.setdefault(answer.variant, answer)
        if first.kind is not answer.kind:
            message = f"'{answer.variant}' is of kind {first.kind} at {first.where}."
            hint = "A variant has one kind."
            batch.problems.append(Problem(answer.where, message, hint))
    names = dict.fromkeys(answer.variant for answer in answers)
    return {n: (told[n].kind if n in told else None) or VariantKind.OTHER for n in names}


def check_duplicates(
    answers: Sequence[Answer], positions: Sequence[int | None], batch: Batch
) -> None:
    seen: dict[tuple[int, str, int], Answer] = {}
    for answer, position in zip(answers, positions, strict=True):
        if position is None:
            continue
        first = seen.setdefault((position, answer.variant, answer.sample), answer)
        if first is not answer:  # their places may be the same: one line, or one file twice
            message = f"'{answer.variant}' has answered this prompt at {first.where} already."
            hint = "Delete one, or number several answers in a column 'sample': 0, 1, 2."
            batch.problems.append(Problem(answer.where, message, hint))


def missing_answers(
    answers: Sequence[Answer], positions: Sequence[int], prompts: Sequence[Prompt], samples: int
) -> list[str]:
    """A note for each variant that has not answered every prompt as often as the others."""
    asked, given = sorted(set(positions)), _given(answers, positions)
    total = len(asked) * samples
    notes = []
    for variant, there in given.items():
        if len(there) < total:
            due = ((position, sample) for position in asked for sample in range(samples))
            first = prompts[next(place for place in due if place not in there)[0]].key
            lacking = f"'{variant}' lacks {total - len(there)} of {total} answers"
            notes.append(f"{lacking}; first: prompt '{first}'.")
    return notes


def _given(answers: Sequence[Answer], positions: Sequence[int]) -> dict[str, set[tuple[int, int]]]:
    """Variant -> (position, sample) of its answers."""
    given: dict[str, set[tuple[int, int]]] = {}
    for answer, position in zip(answers, positions, strict=True):
        given.setdefault(answer.variant, set()).add((position, answer.sample))
    return given
