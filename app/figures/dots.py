"""Dots with intervals, one row each, in blocks with a heading: what most figures are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.marks import (
    COLOUR,
    IN_ROW,
    LABEL,
    SHAPE,
    Datum,
    Domain,
    data,
    frame,
    hover,
    label_room,
    layered,
    number_axis,
    over_halo,
    reference_line,
    share_axis,
)
from app.figures.shapes import NamedRow
from app.figures.strips import QUIET, Looks, strip, strip_layers
from app.figures.words import Written, decimal, excludes, interval, percent, value_of

STEP = 30  # pixels of a row


@dataclass(frozen=True)
class Dot:
    """A row. Without an estimate it is the heading of those below, with looks where it has them.

    `told` are more lines of its tooltip.
    """

    label: str
    estimate: Estimate | None = None
    looks: Looks = QUIET
    told: Mapping[str, str] = field(default_factory=dict)


def share_dots(
    dots: Sequence[Dot], title: str, *, references: Iterable[float] = (0.5,)
) -> alt.LayerChart:
    """On an axis from 0 to 100 %."""
    return _chart(dots, share_axis(title), (0.0, 1.0), references, percent)


def number_dots(
    dots: Sequence[Dot], title: str, domain: Domain, *, references: Iterable[float] = (0.0,)
) -> alt.LayerChart:
    return _chart(dots, number_axis(title, domain), domain, references, decimal)


def blocks(rows: Sequence[NamedRow], *, reference: float) -> Iterator[Dot]:
    """Rows under the names of their groups, coloured where the interval leaves out `reference`."""
    for group, own in groupby(rows, key=lambda row: row.group):
        if group:
            yield Dot(group)
        for row in own:
            looks = ("accent", "circle") if excludes(row.estimate, reference) else QUIET
            yield Dot(row.name, row.estimate, looks, {"Group": group} if group else {})


def height(dots: Sequence[Dot]) -> int:
    return STEP * max(1, len(dots))


def _chart(
    dots: Sequence[Dot], x: alt.X, domain: Domain, references: Iterable[float], written: Written
) -> alt.LayerChart:
    labels = ["" if dot.estimate is None else dot.label for dot in dots]
    strips = [
        strip(row, dot.estimate, looks=dot.looks, domain=domain, written=written)
        for row, dot in enumerate(dots)
        if dot.estimate is not None
    ]
    layers = [
        frame(x, len(dots), labels),
        *(reference_line(value) for value in references),
        *headings(dots, label_room(labels)),
        *strip_layers(strips, labels_where="!narrow", places=("right", "left")),
        *_tellers(dots, written),
    ]
    return layered(layers)


def headings(dots: Sequence[Dot], room: str) -> list[alt.Chart]:
    """From the left edge of the labels, over the whole width."""
    rows = [
        {"row": row, "label": dot.label, "hue": dot.looks[0], "shape": dot.looks[1]}
        for row, dot in enumerate(dots)
        if dot.estimate is None
    ]
    marked = [row for row in rows if row["hue"] != QUIET[0]]
    plain = [row for row in rows if row["hue"] == QUIET[0]]
    marks = (
        alt.Chart(data(marked))
        .mark_point(filled=True, size=90, opacity=1, yOffset=4)
        .encode(x=_left(room, 3), y=IN_ROW, color=COLOUR, shape=SHAPE)
    )
    return [*_texts(plain, room, -4), *_texts(marked, room, 15), marks]


def _texts(rows: Sequence[Datum], room: str, indent: int) -> list[alt.Chart]:
    look = {
        "align": "left",
        "yOffset": 4,
        "fontWeight": 600,
        "limit": alt.ExprRef(f"width + {room} - {indent}"),
    }
    texts = alt.Chart(data(rows))
    return over_halo(texts, look, x=_left(room, indent), y=IN_ROW, text=LABEL)


def _left(room: str, indent: int) -> dict[str, Any]:
    return {"value": alt.ExprRef(f"{indent} - {room}")}


def _tellers(dots: Sequence[Dot], written: Written) -> list[alt.Chart]:
    """One layer for each set of lines that tooltips have."""
    told: dict[tuple[str, ...], list[Datum]] = {}
    for row, dot in enumerate(dots):
        if dot.estimate is not None:
            lines = tell(dot, dot.estimate, written)
            datum = {f"t{place}": text for place, text in enumerate(lines.values())}
            told.setdefault(tuple(lines), []).append({"row": row, **datum})
    return [
        hover(rows, {f"t{place}": title for place, title in enumerate(titles)}, STEP)
        for titles, rows in told.items()
    ]


def tell(dot: Dot, estimate: Estimate, written: Written) -> dict[str, str]:
    """All numbers of a row, by their titles."""
    value = value_of(estimate)
    return {
        "Row": dot.label.strip(),
        **dot.told,
        "Estimate": "no data" if value is None else written(value),
        "95 % interval": interval(estimate, written),
        "n": f"{estimate.n:,} in {estimate.clusters:,} clusters",
    }
