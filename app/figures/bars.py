"""One bar per pair of variants: win, ties and loss to scale, both names at its ends."""

from collections.abc import Sequence

import altair as alt

from app.figures.marks import COLOUR, IN_ROW, SHAPE, X2, Datum, X, data
from app.figures.shapes import PairRow, Variant
from app.figures.strips import Align
from app.figures.theme import colour, hue, shape
from app.figures.words import percent

NAMES, BAR = -30, -9  # pixels from the middle of the row
BAR_SIZE = 20
TIES = {"ties_good": "both good", "ties": "tie", "ties_bad": "both bad"}
GREYS = "Greys, from light to dark: both good, tie, both bad."


def bars(pairs: Sequence[PairRow]) -> list[alt.Chart]:
    segments = [part for row, pair in enumerate(pairs) for part in _segments(row, pair)]
    whole = (
        alt.Chart(data(segments))
        .mark_bar(size=BAR_SIZE, yOffset=BAR, stroke=colour("paper"), strokeWidth=1.5)
        .encode(x=X, x2=X2, y=IN_ROW, color=COLOUR)
    )
    middle = (
        alt.Chart(data({"row": row, "x": 0.5} for row in range(len(pairs))))
        .mark_tick(size=BAR_SIZE, yOffset=BAR, thickness=1.5, color=colour("paper"))
        .encode(x=X, y=IN_ROW)
    )
    aligned: tuple[Align, ...] = ("left", "center", "right")
    return [whole, middle, *(_shares(segments, align) for align in aligned)]


def _shares(segments: Sequence[Datum], align: Align) -> alt.Chart:
    """Numbers in the parts that have room: wins at the ends of the bar, ties in the middle."""
    room = "width * (datum.x2 - datum.x)"
    text = f"{room} > 92 ? datum.long : {room} > 42 ? datum.short : ''"
    shares: alt.Chart = (
        alt.Chart(data(part for part in segments if part["align"] == align))
        .mark_text(
            align=align,
            yOffset=BAR,
            xOffset={"left": 8, "center": 0, "right": -8}[align],
            fontSize=13,
            text=alt.ExprRef(text),
            color=alt.ExprRef("theme[datum.on]"),
        )
        .encode(x="at:Q", y=IN_ROW)
    )
    return shares


def _segments(row: int, pair: PairRow) -> list[Datum]:
    """The parts of one bar that are there, from left to right."""
    whole, start = pair.comparisons, 0.0
    parts: list[Datum] = []
    for key, looks in _outcomes(pair).items():
        share = getattr(pair, key) / whole if whole else 0
        if share:
            at = {"left": start, "center": start + share / 2, "right": start + share}
            parts.append(
                {
                    "row": row,
                    "x": start,
                    "x2": start + share,
                    "at": at[looks["align"]],
                    "short": percent(share),
                    "long": f"{TIES.get(key, '')} {percent(share)}".strip(),
                    **looks,
                }
            )
        start += share
    return parts


def _outcomes(pair: PairRow) -> dict[str, Datum]:
    """Fill, the colour of text on it, and where the text stands, of each outcome."""
    return {
        "wins": {"hue": hue(pair.first), "on": "paper", "align": "left"},
        "ties_good": {"hue": "line", "on": "ink", "align": "center"},
        "ties": {"hue": "line-strong", "on": "ink", "align": "center"},
        "ties_bad": {"hue": "control", "on": "paper", "align": "center"},
        "losses": {"hue": hue(pair.second), "on": "paper", "align": "right"},
    }


def names(variants: Sequence[Variant], align: Align) -> list[alt.Chart]:
    """One of the two variants, at its end above the bar."""
    at, inwards = (alt.value(0), 1) if align == "left" else (alt.value("width"), -1)
    names = alt.Chart(data(_name(row, variant) for row, variant in enumerate(variants)))
    text = names.mark_text(
        align=align,
        yOffset=NAMES,
        xOffset=18 * inwards,
        fontSize=14,
        fontWeight=600,
        limit=alt.ExprRef("width / 2 - 26"),
    )
    mark = names.mark_point(yOffset=NAMES, xOffset=6 * inwards, size=90, filled=True, opacity=1)
    return [
        text.encode(x=at, y=IN_ROW, color=COLOUR, text="name:N"),
        mark.encode(x=at, y=IN_ROW, color=COLOUR, shape=SHAPE),
    ]


def _name(row: int, variant: Variant) -> Datum:
    return {"row": row, "name": variant.name, "hue": hue(variant), "shape": shape(variant)}
