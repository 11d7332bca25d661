"""Spans that raters marked wrong, beside spans of the same answers that they did not mark."""

from collections.abc import Iterator

import numpy as np

from app.analysis.tokens import OPENING, Mark, marked_difference
from app.results.columns import Booleans, Floats, Integers, JudgementColumns
from app.results.lookup import NULL, Lookup
from app.results.tokens.model import MarkedValue, MarkedVariant, What
from app.results.tokens.scored import ScoredVariant
from app.results.tokens.sentences import marked_finding
from app.tables import MarkKind, RaterKind

_WRONG = list(MarkKind).index(MarkKind.WRONG)


def wrong_marks(columns: JudgementColumns) -> Booleans:
    """Shape (marks,)."""
    return np.asarray(columns.marks.kind == _WRONG, dtype=np.bool_)


def marked_responses(columns: JudgementColumns) -> Integers:
    """Shape (marks,): the places of the answers that they are in."""
    marks = columns.marks
    return np.asarray(columns.response[marks.judgement, marks.slot])


def marked_variant(
    columns: JudgementColumns, scored: ScoredVariant, who: RaterKind
) -> MarkedVariant:
    """Marks in stripped items are left out: what was deleted could not be marked, and would be held
    against what was."""
    marks, response = columns.marks, marked_responses(columns)
    own = wrong_marks(columns) & (columns.responses.variant[response] == scored.variant)
    stripped = int((own & columns.stripped[marks.judgement]).sum())
    own &= ~columns.stripped[marks.judgement]
    known = scored.place != NULL
    number = Lookup(scored.place[known], np.flatnonzero(known)).of(response[own])
    spans = zip(number.tolist(), marks.start[own].tolist(), marks.end[own].tolist(), strict=True)
    used = [Mark(*span) for span in spans if span[0] != NULL]
    values = tuple(_values(scored, used)) if used else ()
    return MarkedVariant(
        variant=scored.ref,
        marks=int(own.sum()),
        unscored=int(own.sum()) - len(used),
        stripped=stripped,
        values=values,
        finding=marked_finding(scored.ref, int(own.sum()), stripped, values, who),
    )


def _values(scored: ScoredVariant, marks: list[Mark]) -> Iterator[MarkedValue]:
    tokens = scored.answers.tokens
    later = tokens.position >= OPENING
    for what, values in _compared(scored):
        unknown = set(tokens.answer[~np.isfinite(values)].tolist())
        used = [mark for mark in marks if mark.answer not in unknown]
        yield MarkedValue(
            what,
            marked_difference(tokens, used, values),
            marked_difference(tokens, used, values, among=later),
        )


def _compared(scored: ScoredVariant) -> Iterator[tuple[What, Floats]]:
    """Shape (tokens,) each."""
    yield What.SHIFTED, scored.answers.tokens.is_shifted
    if np.isfinite(scored.answers.tokens.kl).all():
        yield What.KL, scored.answers.tokens.kl
    if scored.answers.is_borrowed is not None:
        yield What.BORROWED, scored.answers.is_borrowed
