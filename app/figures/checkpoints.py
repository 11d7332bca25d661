"""A measure over the steps of training, a line for each fine-tune."""

from collections.abc import Sequence
from functools import partial

import altair as alt

from app.figures.cells import COLUMNS, cells
from app.figures.figure import Figure
from app.figures.line_ends import MARGIN, line_names
from app.figures.marks import (
    COLOUR,
    SHAPE,
    Datum,
    Y,
    data,
    extent,
    layered,
    tooltips,
    upright,
)
from app.figures.shapes import CheckpointRow
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

HEIGHT = 320
TOOLTIP = {"line": "Fine-tune", "checkpoint": "Checkpoint", "at": "Step"}


def checkpoints(
    question: str,
    rows: Sequence[CheckpointRow],
    measure: str,
    *,
    name: str = "checkpoints",
    in_shares: bool = True,
    reference: float | None = 0.5,
    method: str = PROMPTS,
) -> Figure:
    """Lines join the checkpoints of one fine-tune; without `in_shares` numbers are decimals."""
    ordered = sorted(rows, key=lambda row: row.step)
    text = caption(
        "Lines join the checkpoints of one fine-tune.",
        method,
        estimates=[row.estimate for row in rows],
    )
    columns = ("fine-tune", "checkpoint", "step", measure, *COLUMNS)
    table = tuple(
        (row.fine_tune.name, row.checkpoint, row.step, *cells(row.estimate)) for row in ordered
    )
    draw = partial(_chart, ordered, measure, percent if in_shares else decimal, reference)
    return Figure(name, question, text, columns, table, draw, HEIGHT)


def _chart(
    rows: Sequence[CheckpointRow], measure: str, written: Written, reference: float | None
) -> alt.LayerChart:
    include = [] if reference is None else [reference]
    up = extent([row.estimate for row in rows], *include)
    points = [_point(row, written) for row in rows if value_of(row.estimate) is not None]
    line = alt.Chart(data(points)).encode(x="step:Q", y=Y, color=COLOUR, detail="line:N")
    layers = [
        _axes(rows, measure, up, written),
        *_references(include),
        *_bands(points),
        line.mark_line(strokeWidth=2),
        line.mark_point(filled=True, size=100, opacity=1).encode(shape=SHAPE),
        *line_names(points, "step:Q", up, HEIGHT),
        line.mark_point(size=600, opacity=0, filled=True).encode(
            tooltip=tooltips({**TOOLTIP, "told": measure, "interval": "95 % interval", "n": "n"})
        ),
    ]
    return layered(layers)


def _point(row: CheckpointRow, written: Written) -> Datum:
    low, high = bounds(row.estimate) or (None, None)
    value = value_of(row.estimate) or 0.0
    return {
        "step": row.step,
        "y": value,
        "low": low,
        "high": high,
        "line": row.fine_tune.name,
        "hue": hue(row.fine_tune),
        "shape": shape(row.fine_tune),
        "checkpoint": row.checkpoint,
        "at": f"{row.step:,}",
        "told": written(value),
        "interval": interval(row.estimate, written),
        "n": f"{row.estimate.n:,} in {row.estimate.clusters:,} clusters",
    }


def _axes(
    rows: Sequence[CheckpointRow], measure: str, up: tuple[float, float], written: Written
) -> alt.Chart:
    steps = [row.step for row in rows] or [0]
    axes: alt.Chart = (
        alt.Chart(data([{}]))
        .mark_point(opacity=0)
        .encode(
            x=alt.X(
                "step:Q",
                title="Steps of training",
                scale=alt.Scale(
                    domain=[min(0, *steps), max(1, *steps)],
                    range=[0, alt.ExprRef(f"width - {MARGIN}")],
                    nice=False,
                ),
                axis=alt.Axis(tickCount=alt.ExprRef("narrow ? 3 : 6"), grid=False, format=",d"),
            ),
            y=upright(measure, up, written is percent),
        )
    )
    return axes


def _references(values: Sequence[float]) -> list[alt.Chart]:
    lines = alt.Chart(data({"y": value} for value in values))
    end = {"value": alt.ExprRef(f"width - {MARGIN}")}
    dashed = lines.mark_rule(color=colour("control"), strokeDash=[3, 3])
    return [dashed.encode(y=Y, x=alt.value(0), x2=end)]


def _bands(points: Sequence[Datum]) -> list[alt.Chart]:
    """Pale between checkpoints, where nothing was measured, and a bar at each."""
    known = alt.Chart(data(point for point in points if point["low"] is not None))
    channels = {"x": "step:Q", "y": "low:Q", "y2": "high:Q", "color": COLOUR}
    return [
        known.mark_area(opacity=0.12).encode(**channels, detail="line:N"),
        known.mark_rule(strokeWidth=5, opacity=0.4, strokeCap="butt").encode(**channels),
    ]
