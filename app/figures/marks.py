"""Layers that figures are made of: axes, the line of no difference, areas that tell numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.theme import HUES, NEUTRAL, colour
from app.figures.words import bounds, value_of

Datum = dict[str, Any]
Domain = tuple[float, float]

_COLOURS = (*NEUTRAL, *HUES)
COLOUR = alt.Color(
    "hue:N",
    scale=alt.Scale(domain=list(_COLOURS), range=[colour(name) for name in _COLOURS]),
    legend=None,
)
# Shared, since Altair looks long for the class of a bare "x:Q".
X, X2, Y = alt.X("x:Q"), alt.X2("x2:Q"), alt.Y("y:Q")
IN_ROW = alt.Y("row:O")
LABEL = alt.Text("label:N")
SHAPE = alt.Shape("shape:N", scale=None)
OPACITY = alt.Opacity("certainty:Q", scale=None)
LABELS, NARROW_LABELS = 260, 124  # pixels that names may take


def data(values: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=[dict(value) for value in values])


def certainty(estimate: Estimate | None, span: float) -> float:
    """Opacity of an interval: strong where it is narrow, light where it is as wide as `span`."""
    ends = bounds(estimate)
    share = (ends[1] - ends[0]) / span if ends and span else 1.0
    return round(max(0.22, 0.7 - 1.2 * share), 3)


def extent(estimates: Iterable[Estimate], *include: float) -> Domain:
    """The numbers that an axis has to show, with some air; 0 to 1 where there are none."""
    ends = [*include]
    for estimate in estimates:
        ends.extend(bounds(estimate) or ())
        ends.extend(value for value in [value_of(estimate)] if value is not None)
    if not ends:
        return 0.0, 1.0
    low, high = min(ends), max(ends)
    air = 0.06 * (high - low) or 0.5
    return low - air, high + air


def layered(layers: Iterable[alt.Chart]) -> alt.LayerChart:
    """The first is drawn first."""
    return alt.LayerChart(layer=list(layers))


def frame(x: alt.X, rows: int, labels: Sequence[str] | None = None) -> alt.Chart:
    """Nothing but the axes: rows 0, 1, ... from the top, with labels where they are given."""
    axes: alt.Chart = (
        alt.Chart(data([{"row": row} for row in range(rows)]))
        .mark_point(opacity=0)
        .encode(x=x, y=_rows(rows, labels))
    )
    return axes


def share_axis(title: str) -> alt.X:
    """From 0 to 100 %."""
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            values=alt.ExprRef("narrow ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]"),
            labelExpr="round(100 * datum.value) + ' %'",
            labelFlush=True,
        ),
        title=title,
    )


def number_axis(title: str, domain: Domain) -> alt.X:
    return alt.X(
        "x:Q",
        scale=alt.Scale(domain=list(domain), nice=False, zero=False),
        axis=alt.Axis(tickCount=alt.ExprRef("narrow ? 4 : 7")),
        title=title,
    )


def upright(title: str, domain: Domain, in_shares: bool) -> alt.Y:
    """A vertical axis; its title stands above it, where nobody has to turn the head."""
    axis = alt.Axis(
        tickCount=5,
        labelExpr="round(100 * datum.value) + ' %'" if in_shares else "datum.label",
        titleAngle=0,
        titleAlign="left",
        titleBaseline="bottom",
        titleX=-34,
        titleY=-12,
    )
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    return alt.Y("y:Q", title=f"↑ {title}", scale=scale, axis=axis)


def reference_line(value: float) -> alt.Chart:
    """Where there is no difference."""
    line: alt.Chart = (
        alt.Chart(data([{"x": value}]))
        .mark_rule(color=colour("control"), strokeDash=[3, 3], strokeWidth=1)
        .encode(x=X)
    )
    return line


def hover(rows: Sequence[Datum], fields: Mapping[str, str], step: int) -> alt.Chart:
    """Tells the numbers of a row wherever in it somebody points. `fields`: their titles."""
    areas: alt.Chart = (
        alt.Chart(data(rows))
        .mark_bar(size=step, opacity=0)
        .encode(y=IN_ROW, x=alt.value(0), x2=alt.value("width"), tooltip=tooltips(fields))
    )
    return areas


def over_halo(texts: alt.Chart, look: Mapping[str, Any], **channels: Any) -> list[alt.Chart]:
    """Text that lines behind do not cross: first its outline in the colour of the paper."""
    halo = texts.mark_text(**look, stroke=colour("paper"), strokeWidth=4, strokeJoin="round")
    ink = texts.mark_text(**{"color": colour("ink"), **look})
    plain = {name: channel for name, channel in channels.items() if name != "color"}
    return [halo.encode(**plain), ink.encode(**channels)]


def tooltips(fields: Mapping[str, str]) -> list[alt.Tooltip]:
    """From the names of fields, which hold text as it is shown, to their titles."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in fields.items()]


def label_room(labels: Sequence[str]) -> str:
    """An expression: the pixels that the longest label takes, or may take."""
    longest = round(8 + 6.7 * max(map(len, labels), default=0))
    return f"(narrow ? {min(longest, NARROW_LABELS)} : {min(longest, LABELS)})"


def _rows(count: int, labels: Sequence[str] | None) -> alt.Y:
    """Labels are looked up by number, so that two rows may share a name."""
    axis = None
    if labels:
        room = label_room(labels)
        axis = alt.Axis(
            labelExpr=f"{json.dumps(list(labels))}[datum.value]",
            labelAlign="left",
            labelLimit=alt.ExprRef(f"narrow ? {NARROW_LABELS} : {LABELS}"),
            labelPadding=alt.ExprRef(f"{room} + 4"),
            grid=False,
        )
    return alt.Y("row:O", axis=axis, scale=alt.Scale(domain=list(range(count))), title=None)
