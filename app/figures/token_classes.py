"""Shares of shifted, marginal and unshifted tokens: a bar for each part of a variant's answers."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.cells import COLUMNS, cells
from app.figures.dots import Dot, headings
from app.figures.figure import Figure
from app.figures.marks import (
    COLOUR,
    IN_ROW,
    OPACITY,
    X2,
    Datum,
    X,
    certainty,
    data,
    frame,
    hover,
    label_room,
    layered,
    share_axis,
)
from app.figures.shapes import ClassRow
from app.figures.strips import looks_of
from app.figures.theme import colour, hue
from app.figures.words import bounds, caption, interval, percent, value_of
from app.wording import counted

STEP, BAR_SIZE = 38, 18  # pixels of a row, of its bar
BAR, LINE = -3, 11  # from the middle of the row: the bar, the interval under it
RULE = (
    "Shifted: the base ranks the token fourth or lower; marginal: second or third; unshifted:"
    " first. Strong, tinted and grey, from the left. Line under a bar: 95 % interval of where the"
    " shifted part ends."
)
METHOD = "Intervals resample prompts."
TOOLTIP = {
    "pair": "Variant and base",
    "part": "Tokens",
    "shifted": "Shifted",
    "marginal": "Marginal",
    "unshifted": "Unshifted",
    "n": "n",
}


def token_classes(
    question: str, rows: Sequence[ClassRow], *, name: str = "token-classes", method: str = METHOD
) -> Figure:
    """A block per variant and its base, a bar for each of its rows, in the order given."""
    estimates = [row.shifted for row in rows]
    most = max((estimate.n for estimate in estimates), default=0)
    text = caption(f"Up to {counted(most, 'token')} a bar.", RULE, method, estimates=estimates)
    columns = ("variant", "base", "tokens", "class", "share", *COLUMNS)
    table = tuple(
        (row.variant.name, row.base.name, row.part, shift, *cells(estimate))
        for row in rows
        for shift, estimate in _classes(row).items()
    )
    places = list(_places(rows))
    height = STEP * max(1, len(places))
    return Figure(name, question, text, columns, table, partial(_chart, places), height)


def _classes(row: ClassRow) -> dict[str, Estimate]:
    return {"shifted": row.shifted, "marginal": row.marginal, "unshifted": row.unshifted}


def _places(rows: Sequence[ClassRow]) -> Iterator[Dot | ClassRow]:
    """Headings and the bars below each."""
    for (variant, base), own in groupby(rows, key=lambda row: (row.variant, row.base)):
        yield Dot(f"{variant.name} against {base.name}", looks=looks_of(variant))
        yield from own


def _chart(places: Sequence[Dot | ClassRow]) -> alt.LayerChart:
    bars = [(row, place) for row, place in enumerate(places) if isinstance(place, ClassRow)]
    labels = [place.part if isinstance(place, ClassRow) else "" for place in places]
    blocks = [Dot("", place.shifted) if isinstance(place, ClassRow) else place for place in places]
    segments = [part for row, place in bars for part in _segments(row, place)]
    layers = [
        frame(share_axis("Share of tokens"), len(places), labels),
        *headings(blocks, label_room(labels)),
        *_bars(segments),
        *_intervals(bars),
        hover([_told(row, place) for row, place in bars], TOOLTIP, STEP),
    ]
    return layered(layers)


def _segments(row: int, place: ClassRow) -> Iterator[Datum]:
    """The parts of one bar that are there, from left to right: strong, tinted, quiet."""
    looks = {
        "shifted": (hue(place.variant), 1.0, "paper"),
        "marginal": (hue(place.variant), 0.5, "ink"),
        "unshifted": ("line", 1.0, "ink"),
    }
    start = 0.0
    for shift, estimate in _classes(place).items():
        share = value_of(estimate) or 0.0
        name, strength, on = looks[shift]
        if share:
            yield {
                "row": row,
                "x": start,
                "x2": start + share,
                "at": start + share / 2,
                "hue": name,
                "certainty": strength,
                "on": on,
                "short": percent(share),
                "long": f"{shift} {percent(share)}",
            }
        start += share


def _bars(segments: Sequence[Datum]) -> list[alt.Chart]:
    parts = alt.Chart(data(segments))
    room = "width * (datum.x2 - datum.x)"
    text = f"{room} > 116 ? datum.long : {room} > 42 ? datum.short : ''"
    fill = parts.mark_bar(size=BAR_SIZE, yOffset=BAR, stroke=colour("paper"), strokeWidth=1.5)
    numbers = parts.mark_text(
        yOffset=BAR,
        fontSize=13,
        text=alt.ExprRef(text),
        color=alt.ExprRef("theme[datum.on]"),
    )
    return [
        fill.encode(x=X, x2=X2, y=IN_ROW, color=COLOUR, opacity=OPACITY),
        numbers.encode(x="at:Q", y=IN_ROW),
    ]


def _intervals(bars: Sequence[tuple[int, ClassRow]]) -> list[alt.Chart]:
    known = [
        {
            "row": row,
            "x": ends[0],
            "x2": ends[1],
            "hue": hue(place.variant),
            "certainty": certainty(place.shifted, 1.0),
        }
        for row, place in bars
        if (ends := bounds(place.shifted))
    ]
    lines = alt.Chart(data(known)).mark_rule(strokeWidth=5, strokeCap="butt", yOffset=LINE)
    return [lines.encode(x=X, x2=X2, y=IN_ROW, color=COLOUR, opacity=OPACITY)]


def _told(row: int, place: ClassRow) -> Datum:
    shares = {shift: _in_words(estimate) for shift, estimate in _classes(place).items()}
    n, prompts = place.shifted.n, place.shifted.clusters
    return {
        "row": row,
        "pair": f"{place.variant.name} against {place.base.name}",
        "part": place.part,
        **shares,
        "n": f"{counted(n, 'token')} of {counted(prompts, 'prompt')}",
    }


def _in_words(estimate: Estimate) -> str:
    value = value_of(estimate)
    return "no data" if value is None else f"{percent(value)}: {interval(estimate)}"
