"""How far variants are from their base, token after token of their answers: a line for each."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby

import altair as alt

from app.figures.cells import COLUMNS, cells
from app.figures.figure import Figure
from app.figures.line_ends import MARGIN, line_names
from app.figures.marks import (
    COLOUR,
    SHAPE,
    Datum,
    Domain,
    Y,
    data,
    extent,
    layered,
    tooltips,
    upright,
)
from app.figures.shapes import PositionRow
from app.figures.theme import hue, shape
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
from app.wording import counted

HEIGHT = 280
AXIS = "Position in the answer, in tokens from 0"
TOOLTIP = {"line": "Variant", "at": "Position"}


def shift_by_position(
    question: str,
    rows: Sequence[PositionRow],
    *,
    name: str = "shift-by-position",
    method: str = PROMPTS,
) -> Figure:
    """The share of answers whose token at a position is shifted."""
    rule = "Shifted: the base ranks the token fourth or lower."
    return _figure(question, rows, "Shifted tokens", percent, name, (rule, method))


def kl_by_position(
    question: str,
    rows: Sequence[PositionRow],
    *,
    bounded: bool = False,
    name: str = "kl-by-position",
    method: str = PROMPTS,
) -> Figure:
    """Mean KL(variant || base) at a position, in nats; `bounded` where it is only known from
    below, from the most likely tokens of both."""
    how = (
        "at least, from the most likely tokens of both" if bounded else "over the whole vocabulary"
    )
    rule = f"KL(variant || base) of the next token in nats, {how}."
    measure = "Mean KL, at least" if bounded else "Mean KL"
    return _figure(question, rows, measure, decimal, name, (rule, method))


def _figure(
    question: str,
    rows: Sequence[PositionRow],
    measure: str,
    written: Written,
    name: str,
    method: tuple[str, ...],
) -> Figure:
    ordered = sorted(rows, key=lambda row: (row.variant.name, row.position))
    answers = sum(max(map(_answers, own)) for _, own in groupby(ordered, _line))
    text = caption(
        f"{counted(answers, 'answer')}; fewer reach later positions.{_gathered(rows)}",
        *method,
        estimates=[row.estimate for row in rows],
    )
    columns = ("variant", "position", "to position", measure.lower(), *COLUMNS)
    table = tuple((row.variant.name, row.position, row.to, *cells(row.estimate)) for row in ordered)
    draw = partial(_chart, ordered, measure, written)
    return Figure(name, question, text, columns, table, draw, HEIGHT)


def _line(row: PositionRow) -> str:
    return row.variant.name


def _answers(row: PositionRow) -> int:
    return row.estimate.n if row.to == row.position else 0


def _gathered(rows: Sequence[PositionRow]) -> str:
    first = min((row.position for row in rows if row.to > row.position), default=None)
    return "" if first is None else f" From {first} on, several positions are taken together."


def _chart(rows: Sequence[PositionRow], measure: str, written: Written) -> alt.LayerChart:
    high = extent([row.estimate for row in rows], 0.0)[1]
    up = 0.0, min(high, 1.0) if written is percent else high
    points = [_point(row, written) for row in rows if value_of(row.estimate) is not None]
    lines = alt.Chart(data(points)).encode(x="position:Q", y=Y, color=COLOUR, detail="line:N")
    fields = {**TOOLTIP, "told": measure, "interval": "95 % interval", "n": "n"}
    layers = [
        _axes(rows, measure, up, written),
        *_certain(points),
        lines.mark_line(strokeWidth=1, opacity=0.7),
        alt.Chart(data(_lasts(points)))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x="position:Q", y=Y, color=COLOUR, shape=SHAPE),
        *line_names(points, "position:Q", up, HEIGHT),
        lines.mark_point(size=250, opacity=0, filled=True).encode(tooltip=tooltips(fields)),
    ]
    return layered(layers)


def _point(row: PositionRow, written: Written) -> Datum:
    low, high = bounds(row.estimate) or (None, None)
    value = value_of(row.estimate) or 0.0
    what = "answer" if row.to == row.position else "token"
    return {
        "position": (row.position + row.to) / 2,
        "from": row.position,
        "to": row.to,
        "y": value,
        "low": low,
        "high": high,
        "line": row.variant.name,
        "hue": hue(row.variant),
        "shape": shape(row.variant),
        "at": f"{row.position:,}" if row.to == row.position else f"{row.position:,} to {row.to:,}",
        "told": written(value),
        "interval": interval(row.estimate, written),
        "n": f"{counted(row.estimate.n, what)} to {counted(row.estimate.clusters, 'prompt')}",
    }


def _axes(rows: Sequence[PositionRow], measure: str, up: Domain, written: Written) -> alt.Chart:
    last = max((row.to for row in rows), default=1)
    axes: alt.Chart = (
        alt.Chart(data([{}]))
        .mark_point(opacity=0)
        .encode(
            x=alt.X(
                "position:Q",
                title=AXIS,
                scale=alt.Scale(
                    domain=[0, max(1, last)],
                    range=[0, alt.ExprRef(f"width - {MARGIN}")],
                    nice=False,
                ),
                axis=alt.Axis(tickCount=alt.ExprRef("narrow ? 3 : 6"), grid=False, format=",d"),
            ),
            y=upright(measure, up, written is percent),
        )
    )
    return axes


def _certain(points: Sequence[Datum]) -> list[alt.Chart]:
    """Bands, and a strong line, along each stretch of positions that have an interval."""
    known = [
        {**{key: point[key] for key in ("position", "y", "low", "high", "hue")}, "stretch": stretch}
        for stretch, point in _stretches(points)
        if point["low"] is not None
    ]
    stretches = alt.Chart(data(known)).encode(x="position:Q", color=COLOUR, detail="stretch:N")
    return [
        stretches.mark_area(opacity=0.16).encode(y="low:Q", y2="high:Q"),
        stretches.mark_line(strokeWidth=2.25).encode(y=Y),
    ]


def _stretches(points: Sequence[Datum]) -> list[tuple[str, Datum]]:
    """A band must not bridge positions without one."""
    found, number, before = [], 0, None
    for point in points:
        here = (point["line"], point["from"] - 1)
        number += here != before or point["low"] is None
        before = (point["line"], point["to"])
        found.append((f"{point['line']} {number}", point))
    return found


def _lasts(points: Sequence[Datum]) -> list[Datum]:
    return list({point["line"]: point for point in points}.values())
