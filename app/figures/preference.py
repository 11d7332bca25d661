"""Win, tie and loss of every pair, with the share that the first of the two won."""

from collections.abc import Sequence
from functools import partial

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.bars import GREYS, bars, names
from app.figures.figure import Figure
from app.figures.marks import frame, hover, layered, reference_line, share_axis
from app.figures.matrix import ROW, matrix, variants_of
from app.figures.pairs import COLUMNS, TOOLTIP, cells, summed, told
from app.figures.shapes import PairRow, Variant
from app.figures.strips import leader_looks, strip, strip_layers
from app.figures.words import caption

STEP = 96  # pixels of a pair: names, bar, interval, air
STRIP = 17  # pixels from the middle of the row
MOST_BARS = 10  # five variants
METHOD = (
    "Band: 95 % interval for other prompts; thin line: for other raters. Coloured where both leave"
    " out 50 % (dashed), grey where the two cannot be distinguished."
)
MATRIX_METHOD = (
    "Numbers: percent won by the variant of the row against that of the column, ties as half."
    " Coloured where the 95 % intervals for other prompts and for other raters leave out 50 %."
)


def preference_bars(
    question: str,
    pairs: Sequence[PairRow],
    *,
    name: str = "preference",
    order: Sequence[Variant] = (),
) -> Figure:
    """A bar of outcomes per pair and, under it, the share of the first with both intervals.

    More than `MOST_BARS` pairs become a matrix of their shares, its variants in the `order` given.
    """
    many = len(pairs) > MOST_BARS
    method = (MATRIX_METHOD,) if many else (GREYS, METHOD)
    text = caption(summed(pairs), *method, estimates=_estimates(pairs))
    table = tuple(cells(pair) for pair in pairs)
    draw = partial(matrix, pairs, order) if many else partial(_chart, pairs)
    height = ROW * len(variants_of(pairs)) if many else STEP * max(1, len(pairs))
    return Figure(name, question, text, COLUMNS, table, draw, height)


def _estimates(pairs: Sequence[PairRow]) -> list[Estimate]:
    both = (estimate for pair in pairs for estimate in (pair.by_prompt, pair.by_rater))
    return [estimate for estimate in both if estimate is not None]


def _chart(pairs: Sequence[PairRow]) -> alt.LayerChart:
    strips = [
        strip(
            row,
            pair.by_prompt,
            pair.by_rater,
            looks=leader_looks(pair.first, pair.second, pair.by_prompt, pair.by_rater),
        )
        for row, pair in enumerate(pairs)
    ]
    layers = [
        frame(share_axis("Share won by the variant on the left, ties as half"), len(pairs)),
        reference_line(0.5),
        *bars(pairs),
        *names([pair.first for pair in pairs], "left"),
        *names([pair.second for pair in pairs], "right"),
        *strip_layers(strips, offset=STRIP),
        hover([told(row, pair) for row, pair in enumerate(pairs)], TOOLTIP, STEP),
    ]
    return layered(layers)
