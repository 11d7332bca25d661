"""Style against factuality: where the answer that pleased was not the one that was right."""

import json
from collections.abc import Iterator, Sequence
from functools import partial

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.figure import Figure
from app.figures.marks import IN_ROW, Datum, data, layered, tooltips
from app.figures.shapes import Variant
from app.figures.theme import colour
from app.figures.words import caption, in_short, percent
from app.wording import counted

ROW = 64
Counts = Sequence[Sequence[int]]


def cross_table(
    question: str,
    counts: Counts,
    first: Variant,
    second: Variant,
    *,
    titles: tuple[str, str] = ("style", "factuality"),
    parted: Estimate | None = None,
    name: str = "cross-table",
) -> Figure:
    """`counts[i][j]`: i by the first criterion, j by the second; 0 for the first variant, 1 for a
    tie, 2 for the second. `parted`: the share of comparisons where the two criteria disagree."""
    sides = (first.name, "tie", second.name)
    total = sum(map(sum, counts))
    told = [f"They part in {in_short(parted)}."] if parted else []
    text = caption(
        f"{counted(total, 'comparison')} judged on both. Outlined: one variant preferred on"
        f" {titles[0]}, the other on {titles[1]}.",
        *told,
        estimates=[parted] if parted else [],
    )
    table = tuple(
        (sides[row], sides[column], counts[row][column], _share(counts[row][column], total))
        for row in range(3)
        for column in range(3)
    )
    columns = (f"preferred on {titles[0]}", f"preferred on {titles[1]}", "comparisons", "share")
    draw = partial(_chart, list(_boxes(counts, sides)), sides, titles)
    return Figure(name, question, text, columns, table, draw, 3 * ROW)


def _share(count: int, total: int) -> float | None:
    return count / total if total else None


def _boxes(counts: Counts, sides: tuple[str, str, str]) -> Iterator[Datum]:
    total = sum(map(sum, counts))
    most = max(map(max, counts)) or 1
    for row in range(3):
        for column in range(3):
            count = counts[row][column]
            strength = count / most
            yield {
                "row": row,
                "column": column,
                "certainty": round(0.04 + 0.86 * strength, 3),
                "on": "paper" if strength > 0.55 else "ink",
                "parted": abs(row - column) == 2,
                "count": f"{count:,}",
                "share": percent(count / total) if total else "no data",
                "one": sides[row],
                "other": sides[column],
            }


def _chart(
    boxes: Sequence[Datum], sides: tuple[str, str, str], titles: tuple[str, str]
) -> alt.LayerChart:
    place = alt.Chart(data(boxes)).encode(x="column:O", y=IN_ROW)
    fields = {"one": titles[0].capitalize(), "other": titles[1].capitalize()}
    fill = place.mark_rect(color=colour("ink-soft"), stroke=colour("paper"), strokeWidth=3)
    outline = alt.Chart(data(box for box in boxes if box["parted"])).mark_rect(
        fillOpacity=0, stroke=colour("accent"), strokeWidth=2.5
    )
    on = alt.ExprRef("theme[datum.on]")
    layers = [
        _frame(sides, titles),
        fill.encode(
            opacity=alt.Opacity("certainty:Q", scale=None),
            tooltip=tooltips({**fields, "count": "Comparisons", "share": "Share"}),
        ),
        outline.encode(x="column:O", y=IN_ROW),
        place.mark_text(fontSize=17, fontWeight=600, dy=-8, color=on).encode(text="share:N"),
        place.mark_text(fontSize=12, dy=12, color=on).encode(text="count:N"),
    ]
    return layered(layers)


def _frame(sides: tuple[str, str, str], titles: tuple[str, str]) -> alt.Chart:
    thirds = alt.Scale(domain=[0, 1, 2])
    names = f"{json.dumps(sides)}[datum.value]"
    axes: alt.Chart = (
        alt.Chart(data([{"row": 0, "column": 0}]))
        .mark_point(opacity=0)
        .encode(
            x=alt.X(
                "column:O",
                title=f"Preferred on {titles[1]} →",
                scale=thirds,
                axis=alt.Axis(
                    orient="top",
                    labelExpr=names,
                    labelAngle=0,
                    labelLimit=alt.ExprRef("width / 3 - 8"),
                    grid=False,
                ),
            ),
            y=alt.Y(
                "row:O",
                title=f"Preferred on {titles[0]} →",
                scale=thirds,
                axis=alt.Axis(
                    labelExpr=names, labelLimit=alt.ExprRef("narrow ? 84 : 220"), grid=False
                ),
            ),
        )
    )
    return axes
