"""Layers that figures are made of: intervals before points, names beside rows, one look for all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.theme import HUES, NEUTRAL, colour
from app.figures.words import bounds

Datum = dict[str, Any]

_COLOURS = (*NEUTRAL, *HUES)
COLOUR = alt.Color(
    "hue:N",
    scale=alt.Scale(domain=list(_COLOURS), range=[colour(name) for name in _COLOURS]),
    legend=None,
)
SHAPE = alt.Shape("shape:N", scale=None)
OPACITY = alt.Opacity("certainty:Q", scale=None)


def data(values: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=[dict(value) for value in values])


def certainty(estimate: Estimate | None, span: float) -> float:
    """Opacity of an interval: strong where it is narrow, light where it is as wide as `span`."""
    ends = bounds(estimate)
    share = (ends[1] - ends[0]) / span if ends and span else 1.0
    return round(max(0.22, 0.7 - 1.2 * share), 3)


def frame(x: alt.X, rows: int, labels: Sequence[str] | None = None) -> alt.Chart:
    """Nothing but the axes: rows 0, 1, ... from the top, with labels where they are given."""
    axes: alt.Chart = (
        alt.Chart(data([{"row": row} for row in range(rows)]))
        .mark_point(opacity=0)
        .encode(x=x, y=_rows(rows, labels))
    )
    return axes


def layered(layers: Iterable[alt.Chart]) -> alt.LayerChart:
    """The first is drawn first."""
    return alt.LayerChart(layer=list(layers))


def share_axis(title: str) -> alt.X:
    """From 0 to 100 %."""
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            values=[0, 0.25, 0.5, 0.75, 1],
            labelExpr="round(100 * datum.value) + ' %'",
            labelFlush=True,
        ),
        title=title,
    )


def reference_line(value: float) -> alt.Chart:
    """Where there is no difference."""
    line: alt.Chart = (
        alt.Chart(data([{"x": value}]))
        .mark_rule(color=colour("control"), strokeDash=[3, 3], strokeWidth=1)
        .encode(x="x:Q")
    )
    return line


def hover(rows: Sequence[Datum], fields: Mapping[str, str], step: int) -> alt.Chart:
    """Tells the numbers of a row wherever in it somebody points. `fields`: their titles."""
    tooltips = [alt.Tooltip(f"{field}:N", title=title) for field, title in fields.items()]
    areas: alt.Chart = (
        alt.Chart(data(rows))
        .mark_bar(size=step, opacity=0)
        .encode(y="row:O", x=alt.value(0), x2=alt.value("width"), tooltip=tooltips)
    )
    return areas


def _rows(count: int, labels: Sequence[str] | None) -> alt.Y:
    """Labels are looked up by number, so that two rows may share a name."""
    axis = labels and alt.Axis(
        labelExpr=f"{json.dumps(list(labels))}[datum.value]",
        labelLimit=alt.ExprRef("narrow ? 118 : 260"),
        labelPadding=10,
        grid=False,
    )
    return alt.Y("row:O", axis=axis or None, scale=alt.Scale(domain=list(range(count))), title=None)
