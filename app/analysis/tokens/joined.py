"""What marked spans have that other spans of the same answers have not.

Answers differ, and so do long spans from short ones. So every marked span is held against all spans
of as many tokens of its own answer that meet no mark: their mean is what drawing one of them at
random would give on average, without the noise of drawing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, means_from
from app.analysis.resampling import SEED, units_of
from app.analysis.tokens.table import NOWHERE, Tokens
from app.analysis.votes import Booleans, Floats, Integers


@dataclass(frozen=True)
class Mark:
    """A span that somebody marked: code points of an answer's text, by the number of the answer."""

    answer: int
    start: int
    end: int


@dataclass(frozen=True)
class MarkedDifference:
    """Means over tokens; `n` of each is the number of marked tokens, and intervals resample
    prompts. `elsewhere` is of the spans that marks are held against.

    `marks` are those used. `without_room`: their answers have no such span. `without_tokens`: no
    token of the table stands in them.
    """

    marked: Estimate
    elsewhere: Estimate
    difference: Estimate
    marks: int
    without_room: int
    without_tokens: int


@dataclass(frozen=True)
class _Compared:
    prompt: int
    tokens: int
    marked: float
    elsewhere: float | None


def marked_difference(
    tokens: Tokens,
    marks: Iterable[Mark],
    values: Floats,
    *,
    among: Booleans | None = None,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> MarkedDifference:
    """`values`, shape (tokens,): what is compared, such as 1 where shifted, KL, 1 where borrowed.

    `among`, shape (tokens,): which tokens the other spans may have, such as those after the
    opening; without it all that stand in the text. A span that several raters marked counts as
    often. Raises ValueError where a value that is needed is not finite.
    """
    marked = list(marks)
    compared = list(_compared(tokens, marked, np.asarray(values, dtype=np.float64), among))
    used = [one for one in compared if one.elsewhere is not None]
    counts = np.array([one.tokens for one in used], dtype=np.float64)
    inside = np.array([one.marked for one in used])
    outside = np.array([one.elsewhere for one in used], dtype=np.float64)
    columns = counts[:, None] * np.column_stack([inside, outside, inside - outside])
    units = units_of(np.array([one.prompt for one in used], dtype=np.int64))
    only = np.zeros(len(used), dtype=np.intp)
    means = means_from(
        np.hstack([units.sums(column, only, 1) for column in columns.T]),
        np.repeat(units.sums(counts, only, 1), 3, axis=1),
        np.repeat(units.clusters_with(only, things=1), 3),
        seed=seed,
        resamples=resamples,
    )
    return MarkedDifference(
        marked=means.estimate(0, level=level),
        elsewhere=means.estimate(1, level=level),
        difference=means.estimate(2, level=level),
        marks=len(used),
        without_room=len(compared) - len(used),
        without_tokens=len(marked) - len(compared),
    )


def _compared(
    tokens: Tokens, marks: Sequence[Mark], values: Floats, among: Booleans | None
) -> Iterator[_Compared]:
    """Marks that have tokens, answer by answer."""
    start, end = bare_spans(tokens)
    begins = np.searchsorted(tokens.answer, [mark.answer for mark in marks])
    finishes = np.searchsorted(tokens.answer, [mark.answer for mark in marks], side="right")
    of_answer: dict[tuple[int, int], list[Mark]] = {}
    for mark, first, last in zip(marks, begins.tolist(), finishes.tolist(), strict=True):
        of_answer.setdefault((first, last), []).append(mark)
    for (first, last), own in of_answer.items():
        rows = slice(first, last)
        inside = [(start[rows] < one.end) & (end[rows] > one.start) for one in own]
        free = (end[rows] > start[rows]) & ~np.logical_or.reduce(inside)
        if among is not None:
            free &= among[rows]
        for met in inside:
            if met.any():
                yield _one(int(tokens.prompt[first]), values[rows], met, free)


def _one(prompt: int, values: Floats, met: Booleans, free: Booleans) -> _Compared:
    count = int(met.sum())
    elsewhere = _mean_elsewhere(values, free, count)
    marked = float(values[met].mean())
    if not np.isfinite([marked, elsewhere or 0.0]).all():
        raise ValueError("values of marked answers must be finite numbers")
    return _Compared(prompt, count, marked, elsewhere)


def _mean_elsewhere(values: Floats, free: Booleans, count: int) -> float | None:
    """Over all runs of `count` free tokens; None where there is none."""
    if count > len(free):
        return None
    held = np.cumsum([0, *free])
    fits = np.flatnonzero(held[count:] - held[:-count] == count)
    if not len(fits):
        return None
    sums = np.cumsum([0.0, *np.where(free, values, 0.0)])
    return float((sums[fits + count] - sums[fits]).mean() / count)


def bare_spans(tokens: Tokens) -> tuple[Integers, Integers]:
    """Starts and ends without the white space before a word, which a mark before it may take in."""
    lead = np.array([len(text) - len(text.lstrip()) for text in tokens.text.known], dtype=np.int64)
    own = lead[tokens.text.code] if len(tokens) else np.zeros(0, dtype=np.int64)
    bare = np.where(own < tokens.end - tokens.start, tokens.start + own, tokens.start)
    return np.where(tokens.start == NOWHERE, NOWHERE, bare), tokens.end
