"""The two ledgers at once: each variant at what raters said of its facts and of its style."""

from collections.abc import Sequence
from functools import partial

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.cells import COLUMNS, cells
from app.figures.figure import Figure
from app.figures.labels import LONGEST, Place, placed
from app.figures.marks import (
    COLOUR,
    OPACITY,
    SHAPE,
    Datum,
    Domain,
    X,
    Y,
    certainty,
    data,
    extent,
    layered,
    over_halo,
    tooltips,
    upright,
)
from app.figures.shapes import PlaneRow
from app.figures.theme import colour, hue, shape
from app.figures.words import (
    PROMPTS,
    Written,
    bounds,
    caption,
    decimal,
    interval,
    percent,
    value_of,
)

HEIGHT = 400


def plane(
    question: str,
    rows: Sequence[PlaneRow],
    x_title: str,
    y_title: str,
    *,
    name: str = "plane",
    in_shares: bool = True,
    reference: float | None = 0.5,
    method: str = PROMPTS,
) -> Figure:
    """`reference` draws a line on both axes: 0.5 for shares. Without `in_shares`: decimals."""
    estimates = [estimate for row in rows for estimate in (row.x, row.y)]
    text = caption(
        "Each variant stands at its two estimates; the box is as wide as their intervals and as"
        " pale as they are unsure.",
        method,
        estimates=estimates,
    )
    table = tuple(
        (row.variant.name, title, *cells(estimate))
        for row in rows
        for title, estimate in ((x_title, row.x), (y_title, row.y))
    )
    columns = ("variant", "measure", "value", *COLUMNS)
    draw = partial(_chart, rows, (x_title, y_title), in_shares, reference)
    return Figure(name, question, text, columns, table, draw, HEIGHT)


def _chart(
    rows: Sequence[PlaneRow], titles: tuple[str, str], in_shares: bool, reference: float | None
) -> alt.LayerChart:
    written = percent if in_shares else decimal
    include = [] if reference is None else [reference]
    across = extent([row.x for row in rows], *include)
    up = extent([row.y for row in rows], *include)
    known = [row for row in rows if value_of(row.x) is not None and value_of(row.y) is not None]
    points = [_point(row, across, up) for row in known]
    told = [{**point, **_told(row, written)} for row, point in zip(known, points, strict=True)]
    fields = {"name": "Variant", "told_x": titles[0], "told_y": titles[1], "told_n": "n"}
    layers = [
        _axes(titles, across, up, in_shares),
        *_references(include),
        *_boxes(points),
        _points(points),
        *_names(points, across, up),
        alt.Chart(data(told))
        .mark_point(size=900, opacity=0, filled=True)
        .encode(x=X, y=Y, tooltip=tooltips(fields)),
    ]
    return layered(layers)


def _axes(titles: tuple[str, str], across: Domain, up: Domain, in_shares: bool) -> alt.Chart:
    labels = "round(100 * datum.value) + ' %'" if in_shares else "datum.label"
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(across), nice=False, zero=False),
        axis=alt.Axis(labelExpr=labels, tickCount=5),
        title=f"{titles[0]} →",
    )
    axes: alt.Chart = (
        alt.Chart(data([{}])).mark_point(opacity=0).encode(x=x, y=upright(titles[1], up, in_shares))
    )
    return axes


def _references(values: Sequence[float]) -> list[alt.Chart]:
    lines = alt.Chart(data({"x": value, "y": value} for value in values))
    dashed = lines.mark_rule(color=colour("control"), strokeDash=[3, 3])
    return [dashed.encode(x=X), dashed.encode(y=Y)]


def _point(row: PlaneRow, across: Domain, up: Domain) -> Datum:
    x_sure = certainty(row.x, across[1] - across[0])
    y_sure = certainty(row.y, up[1] - up[0])
    left, right = bounds(row.x) or (None, None)
    low, high = bounds(row.y) or (None, None)
    return {
        "x": value_of(row.x),
        "y": value_of(row.y),
        "left": left,
        "right": right,
        "low": low,
        "high": high,
        "hue": hue(row.variant),
        "shape": shape(row.variant),
        "name": row.variant.name,
        "certainty": min(x_sure, y_sure),
        "tint": min(x_sure, y_sure) / 4,
    }


def _boxes(points: Sequence[Datum]) -> list[alt.Chart]:
    """Where a variant probably is: a tint, and a cross of its two intervals."""
    across = [point for point in points if point["left"] is not None]
    up = [point for point in points if point["low"] is not None]
    both = [point for point in across if point in up]
    box = alt.Chart(data(both)).mark_rect(cornerRadius=4)
    row = alt.Chart(data(across)).mark_rule(strokeWidth=2)
    column = alt.Chart(data(up)).mark_rule(strokeWidth=2)
    x, x2, y, y2 = "left:Q", "right:Q", "low:Q", "high:Q"
    tint = alt.Opacity("tint:Q", scale=None)
    return [
        box.encode(x=x, x2=x2, y=y, y2=y2, color=COLOUR, opacity=tint),
        row.encode(x=x, x2=x2, y=Y, color=COLOUR, opacity=OPACITY),
        column.encode(x=X, y=y, y2=y2, color=COLOUR, opacity=OPACITY),
    ]


def _points(points: Sequence[Datum]) -> alt.Chart:
    drawn: alt.Chart = (
        alt.Chart(data(points))
        .mark_point(filled=True, size=150, opacity=1)
        .encode(x=X, y=Y, color=COLOUR, shape=SHAPE)
    )
    return drawn


def _names(points: Sequence[Datum], across: Domain, up: Domain) -> list[alt.Chart]:
    """Beside their points where no other stands; the rest are told by pointing at them."""
    spots = [
        (
            (point["x"] - across[0]) / (across[1] - across[0]),
            1 - (point["y"] - up[0]) / (up[1] - up[0]),
        )
        for point in points
    ]
    found = placed(spots, [point["name"] for point in points], HEIGHT)
    return [
        layer
        for place in Place
        for layer in _texts(
            [one for one, where in zip(points, found, strict=True) if where is place], place
        )
    ]


def _texts(points: Sequence[Datum], place: Place) -> list[alt.Chart]:
    look = {
        "align": place.align,
        "xOffset": place.x,
        "yOffset": place.y,
        "fontSize": 14,
        "fontWeight": 600,
        "limit": LONGEST,
    }
    texts = alt.Chart(data(points))
    return over_halo(texts, look, x=X, y=Y, text="name:N", color=COLOUR)


def _told(row: PlaneRow, written: Written) -> Datum:
    return {
        "told_x": _in_words(row.x, written),
        "told_y": _in_words(row.y, written),
        "told_n": f"{row.x.n:,} and {row.y.n:,}",
    }


def _in_words(estimate: Estimate, written: Written) -> str:
    return f"{written(value_of(estimate) or 0.0)}, {interval(estimate, written)}"
