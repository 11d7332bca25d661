"""Scores in full: how often each level of a scale was given, and the mean on the same axis."""

from collections.abc import Sequence
from functools import partial

import altair as alt

from app.figures.cells import COLUMNS, cells
from app.figures.figure import Figure, Row
from app.figures.marks import (
    COLOUR,
    OPACITY,
    SHAPE,
    X2,
    Datum,
    Domain,
    X,
    Y,
    certainty,
    data,
    layered,
    tooltips,
)
from app.figures.shapes import ScoreRow
from app.figures.theme import colour, hue, shape
from app.figures.words import (
    PROMPTS,
    bounds,
    caption,
    decimal,
    in_short,
    percent,
    tenths,
    value_of,
)
from app.wording import counted

STEP = 128  # pixels of a variant
# In shares of a row, from its top: where bars stand and how high they get; the mean; the name.
BASE, TALLEST, MEAN, NAME = 0.74, 0.38, 0.85, 0.12
WIDE = 20  # points of a scale: above, means are written with one place
Bars = Sequence[Domain]


def score_distributions(
    question: str,
    rows: Sequence[ScoreRow],
    bars: Bars,
    *,
    axis: str = "Score",
    name: str = "scores",
    method: str = PROMPTS,
) -> Figure:
    """`bars[i]` is the lowest and the highest score that `counts[i]` of every row counts."""
    text = caption(
        f"{counted(sum(sum(row.counts) for row in rows), 'score')}. Bars: share of the variant’s"
        " scores; point: mean.",
        method,
        estimates=[row.mean for row in rows],
    )
    columns = ("variant", *(_level(bar) for bar in bars), "mean", *COLUMNS)
    table: tuple[Row, ...] = tuple(
        (row.variant.name, *row.counts, *cells(row.mean)) for row in rows
    )
    draw = partial(_chart, rows, bars, axis)
    return Figure(name, question, text, columns, table, draw, STEP * max(1, len(rows)))


def _level(bar: Domain) -> str:
    low, high = bar
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _chart(rows: Sequence[ScoreRow], bars: Bars, axis: str) -> alt.LayerChart:
    domain = (bars[0][0] - 0.5, bars[-1][1] + 0.5) if bars else (0.0, 1.0)
    tallest = max((share for row in rows for share in _shares(row)), default=1.0)
    parts = [part for place, row in enumerate(rows) for part in _parts(place, row, bars, tallest)]
    means = [_mean(place, row, domain) for place, row in enumerate(rows)]
    layers = [
        _frame(axis, domain, bars, len(rows)),
        *_bars(parts, len(bars)),
        _floors(len(rows)),
        *_means(means),
        *_names(means),
        _tellers(means, bars),
    ]
    return layered(layers)


def _frame(title: str, domain: Domain, bars: Bars, count: int) -> alt.Chart:
    values = [low for low, high in bars if low == high]
    axis = alt.Axis(
        values=values or alt.Undefined, tickCount=6, labelExpr="datum.value", grid=False
    )
    axes: alt.Chart = (
        alt.Chart(data([{}]))
        .mark_point(opacity=0)
        .encode(
            x=alt.X(
                "x:Q", scale=alt.Scale(domain=list(domain), nice=False), axis=axis, title=title
            ),
            y=alt.Y("y:Q", scale=alt.Scale(domain=[max(count, 1), 0], nice=False), axis=None),
        )
    )
    return axes


def _floors(count: int) -> alt.Chart:
    """What the bars of each variant stand on."""
    floors: alt.Chart = (
        alt.Chart(data({"y": place + BASE} for place in range(count)))
        .mark_rule(color=colour("line-strong"))
        .encode(y=Y)
    )
    return floors


def _shares(row: ScoreRow) -> list[float]:
    total = sum(row.counts)
    return [count / total if total else 0.0 for count in row.counts]


def _parts(place: int, row: ScoreRow, bars: Bars, tallest: float) -> list[Datum]:
    """A bar for each level that was given at all; heights compare across variants."""
    return [
        {
            "x": low - 0.42,
            "x2": high + 0.42,
            "middle": (low + high) / 2,
            "y": place + BASE,
            "y2": place + BASE - TALLEST * share / tallest,
            "hue": hue(row.variant),
            "share": percent(share),
        }
        for (low, high), share in zip(bars, _shares(row), strict=True)
        if share
    ]


def _bars(parts: Sequence[Datum], count: int) -> list[alt.Chart]:
    bars = alt.Chart(data(parts))
    room = alt.ExprRef(f"width > {36 * count} ? datum.share : ''")
    return [
        bars.mark_rect(opacity=0.55).encode(x=X, x2=X2, y=Y, y2="y2:Q", color=COLOUR),
        bars.mark_text(dy=-8, fontSize=12, color=colour("ink-soft"), text=room).encode(
            x="middle:Q", y="y2:Q"
        ),
    ]


def _mean(place: int, row: ScoreRow, domain: Domain) -> Datum:
    low, high = bounds(row.mean) or (None, None)
    return {
        "y": place + MEAN,
        "name_y": place + NAME,
        "top": place,
        "bottom": place + 1,
        "x": value_of(row.mean),
        "low": low,
        "high": high,
        "certainty": certainty(row.mean, domain[1] - domain[0]),
        "hue": hue(row.variant),
        "shape": shape(row.variant),
        "name": row.variant.name,
        "mean": f"mean {in_short(row.mean, decimal if domain[1] - domain[0] < WIDE else tenths)}",
        "counts": row.counts,
        "n": f"{counted(row.mean.n, 'score')} in {row.mean.clusters:,} clusters",
    }


def _means(means: Sequence[Datum]) -> list[alt.Chart]:
    bands = alt.Chart(data(mean for mean in means if mean["low"] is not None))
    points = alt.Chart(data(mean for mean in means if mean["x"] is not None))
    return [
        bands.mark_rule(strokeWidth=9, strokeCap="butt").encode(
            x="low:Q", x2="high:Q", y=Y, color=COLOUR, opacity=OPACITY
        ),
        points.mark_point(filled=True, size=110, opacity=1).encode(
            x=X, y=Y, color=COLOUR, shape=SHAPE
        ),
    ]


def _names(means: Sequence[Datum]) -> list[alt.Chart]:
    """The variant on the left above its bars, its mean in numbers on the right."""
    rows = alt.Chart(data(means))
    name = rows.mark_text(
        align="left", xOffset=18, fontSize=14, fontWeight=600, limit=alt.ExprRef("width - 190")
    )
    mean = rows.mark_text(align="right", color=colour("ink"))
    mark = rows.mark_point(filled=True, size=90, opacity=1, xOffset=6)
    left, right = alt.value(0), alt.value("width")
    return [
        name.encode(x=left, y="name_y:Q", text="name:N", color=COLOUR),
        mean.encode(x=right, y="name_y:Q", text="mean:N"),
        mark.encode(x=left, y="name_y:Q", color=COLOUR, shape=SHAPE),
    ]


def _tellers(means: Sequence[Datum], bars: Bars) -> alt.Chart:
    levels = {f"c{place}": _level(bar) for place, bar in enumerate(bars)}
    told = [
        {**mean, **{f"c{place}": f"{count:,}" for place, count in enumerate(mean["counts"])}}
        for mean in means
    ]
    areas: alt.Chart = (
        alt.Chart(data(told))
        .mark_rect(opacity=0)
        .encode(
            x=alt.value(0),
            x2=alt.value("width"),
            y="top:Q",
            y2="bottom:Q",
            tooltip=tooltips({"name": "Variant", "mean": "Mean", **levels, "n": "n"}),
        )
    )
    return areas
