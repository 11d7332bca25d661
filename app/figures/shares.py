"""Shares around a half: by category, and by the slot that an answer stood in."""

from collections.abc import Iterator, Sequence
from functools import partial

from app.figures.cells import COLUMNS, cells
from app.figures.dots import Dot, blocks, height, share_dots
from app.figures.figure import Figure
from app.figures.shapes import CategoryRow, NamedRow
from app.figures.strips import leader_looks, looks_of
from app.figures.words import PROMPTS, caption, value_of
from app.wording import counted


def by_category(
    question: str,
    rows: Sequence[CategoryRow],
    *,
    name: str = "by-category",
    method: str = PROMPTS,
) -> Figure:
    """A block per pair, its categories from the largest share down."""
    dots = list(_categories(rows))
    estimates = [row.share for row in rows]
    text = caption(
        f"{counted(sum(estimate.n for estimate in estimates), 'comparison')}.",
        method,
        "Coloured where the band leaves out 50 % (dashed); of twenty categories, about one does so"
        " by chance alone.",
        estimates=estimates,
    )
    table = tuple(
        (row.first.name, row.second.name, row.category, *cells(row.share)) for row in rows
    )
    columns = ("first", "second", "category", "share of first", *COLUMNS)
    draw = partial(share_dots, dots, "Share won by the variant named first, ties as half")
    return Figure(name, question, text, columns, table, draw, height(dots))


def _categories(rows: Sequence[CategoryRow]) -> Iterator[Dot]:
    for first, second in dict.fromkeys((row.first, row.second) for row in rows):
        pair = f"{first.name} against {second.name}"
        yield Dot(pair, looks=looks_of(first))
        own = [row for row in rows if (row.first, row.second) == (first, second)]
        for row in sorted(own, key=lambda row: -(value_of(row.share) or -1)):
            looks = leader_looks(first, second, row.share)
            yield Dot(row.category, row.share, looks, {"Pair": pair})


def positions(
    question: str,
    rows: Sequence[NamedRow],
    *,
    name: str = "positions",
    axis: str = "Share of decided comparisons won by the answer on the left",
    method: str = PROMPTS,
) -> Figure:
    """Shares that are a half where position does not matter, in blocks by `group`."""
    dots = list(blocks(rows, reference=0.5))
    text = caption(
        method,
        "Dashed: 50 %, position does not matter; purple where the band leaves it out.",
        estimates=[row.estimate for row in rows],
    )
    table = tuple((row.group, row.name, *cells(row.estimate)) for row in rows)
    columns = ("group", "name", "share", *COLUMNS)
    return Figure(
        name, question, text, columns, table, partial(share_dots, dots, axis), height(dots)
    )
