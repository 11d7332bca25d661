"""Numbers around zero: strengths of variants, and what style adds to them."""

from collections.abc import Iterator, Sequence
from functools import partial

from app.figures.cells import COLUMNS, cells
from app.figures.dots import Dot, blocks, height, number_dots
from app.figures.figure import Figure
from app.figures.marks import extent
from app.figures.shapes import NamedRow, StrengthRow, Variant
from app.figures.strips import looks_of
from app.figures.words import PROMPTS, caption, value_of


def strengths(
    question: str, rows: Sequence[StrengthRow], *, name: str = "strengths", method: str = PROMPTS
) -> Figure:
    """Variants from the strongest down; several series stand under its name."""
    dots = list(_ranked(rows))
    estimates = [row.strength for row in rows]
    text = caption(
        "Bradley-Terry log-strengths with a mean of zero: a difference of 1.1 means 3 wins to 1.",
        method,
        estimates=estimates,
    )
    table = tuple((row.variant.name, row.series, *cells(row.strength)) for row in rows)
    columns = ("variant", "series", "strength", *COLUMNS)
    draw = partial(number_dots, dots, "Log-strength: stronger to the right", extent(estimates, 0.0))
    return Figure(name, question, text, columns, table, draw, height(dots))


def _ranked(rows: Sequence[StrengthRow]) -> Iterator[Dot]:
    """A row per variant; with several series a block per variant."""
    series = list(dict.fromkeys(row.series for row in rows))
    by_variant: dict[Variant, list[StrengthRow]] = {}
    for row in sorted(rows, key=lambda row: series.index(row.series)):
        by_variant.setdefault(row.variant, []).append(row)
    for own in sorted(by_variant.values(), key=lambda own: _below_all(own[0])):
        name, looks = own[0].variant.name, looks_of(own[0].variant)
        if len(series) < 2:
            yield Dot(name, own[0].strength, looks)
            continue
        yield Dot(name, looks=looks)
        for row in own:
            yield Dot(row.series, row.strength, looks, {"Variant": name})


def _below_all(row: StrengthRow) -> tuple[bool, float]:
    value = value_of(row.strength)
    return value is None, -(value or 0.0)


def style_coefficients(
    question: str,
    rows: Sequence[NamedRow],
    *,
    name: str = "style-coefficients",
    method: str = PROMPTS,
) -> Figure:
    """What one standard deviation more of a feature adds to the log-odds of winning."""
    dots = list(blocks(rows, reference=0.0))
    estimates = [row.estimate for row in rows]
    text = caption(
        "Right of zero: raters preferred more of it, whichever variant wrote the answer.",
        method,
        "Purple where the band leaves out zero (dashed).",
        estimates=estimates,
    )
    table = tuple((row.group, row.name, *cells(row.estimate)) for row in rows)
    columns = ("group", "feature", "coefficient", *COLUMNS)
    axis = "Log-odds of winning per standard deviation"
    draw = partial(number_dots, dots, axis, extent(estimates, 0.0))
    return Figure(name, question, text, columns, table, draw, height(dots))
