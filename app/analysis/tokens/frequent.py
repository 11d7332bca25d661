"""The tokens that were shifted most often, by kind, with places to look them up."""

from dataclasses import dataclass

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, means_from
from app.analysis.resampling import SEED, units_of
from app.analysis.tokens.classes import Shift
from app.analysis.tokens.kinds import Kind, kinds_of
from app.analysis.tokens.table import Tokens
from app.analysis.votes import Integers

MOST = 20  # tokens of each kind
EXAMPLES = 3


@dataclass(frozen=True)
class Example:
    """A token by its answer and its position there, both from 0."""

    answer: int
    position: int


@dataclass(frozen=True)
class FrequentToken:
    """A token as one kind: `text` as the tokenizer has it, with its space.

    `share`: of the times it was `seen`, how often it was `shifted`, resampling prompts. `kl`: its
    mean where it was had, in nats. `examples` are shifted ones, of different answers first.
    """

    text: str
    kind: Kind
    seen: int
    shifted: int
    share: Estimate
    kl: float | None
    examples: tuple[Example, ...]


def most_shifted(
    tokens: Tokens,
    *,
    most: int = MOST,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> dict[Kind, tuple[FrequentToken, ...]]:
    """Up to `most` of each kind, from the one that was shifted most often down."""
    kinds = kinds_of(tokens)
    cell = tokens.text.code * len(Kind) + kinds  # a token as one kind
    top = _top(tokens, cell, most)
    thing = _places(cell, top, len(tokens.text.known) * len(Kind))
    units = units_of(tokens.prompt)
    things = len(top) + 1  # the last: all others
    means = means_from(
        units.sums(tokens.is_shifted, thing, things),
        units.sums(None, thing, things),
        units.clusters_with(thing, things=things),
        seed=seed,
        resamples=resamples,
    )
    found = [_row(tokens, thing, place, int(one), means, level) for place, one in enumerate(top)]
    return {kind: tuple(row for row in found if row.kind == kind) for kind in Kind}


def _top(tokens: Tokens, cell: Integers, most: int) -> Integers:
    """Cells that were shifted at least once; of equally many the one that was met first."""
    cells, counts = np.unique(cell[tokens.shift == Shift.SHIFTED], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kind = cells[order] % len(Kind)
    chosen = [order[kind == one][:most] for one in Kind]
    return np.asarray(cells[np.concatenate(chosen)], dtype=np.int64)


def _places(cell: Integers, top: Integers, cells: int) -> Integers:
    place = np.full(cells, len(top), dtype=np.int64)
    place[top] = np.arange(len(top))
    return np.asarray(place[cell])


def _row(
    tokens: Tokens, thing: Integers, place: int, cell: int, means: Means, level: float
) -> FrequentToken:
    rows = np.flatnonzero(thing == place)
    shifted = rows[tokens.shift[rows] == Shift.SHIFTED]
    kl = tokens.kl[rows]
    had = kl[np.isfinite(kl)]
    return FrequentToken(
        text=tokens.text.known[cell // len(Kind)],
        kind=Kind(cell % len(Kind)),
        seen=len(rows),
        shifted=len(shifted),
        share=means.share(place, level=level),
        kl=float(had.mean()) if len(had) else None,
        examples=_examples(tokens, shifted),
    )


def _examples(tokens: Tokens, rows: Integers) -> tuple[Example, ...]:
    _, first = np.unique(tokens.answer[rows], return_index=True)
    others = np.setdiff1d(np.arange(len(rows)), first)
    chosen = rows[np.concatenate([first, others])[:EXAMPLES]]
    return tuple(Example(int(tokens.answer[row]), int(tokens.position[row])) for row in chosen)
