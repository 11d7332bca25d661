"""Win, tie and loss of every pair, with the share that the first of the two won."""

from collections.abc import Sequence

import altair as alt

from app.figures.figure import Figure, Row
from app.figures.marks import (
    COLOUR,
    SHAPE,
    Datum,
    data,
    frame,
    hover,
    layered,
    reference_line,
    share_axis,
)
from app.figures.shapes import PairRow, Variant
from app.figures.strips import METHOD, Align, strip, strip_layers
from app.figures.theme import colour, hue, shape
from app.figures.words import counted, interval, percent, reasons, value_of

STEP = 96  # pixels of a pair: names, bar, interval, air
NAMES, BAR, STRIP = -30, -9, 17  # pixels from the middle of the row
BAR_SIZE = 20
TIES = {"ties_good": "both good", "ties": "tie", "ties_bad": "both bad"}
GREYS = "Greys, from light to dark: both good, tie, both bad."
COLUMNS = (
    *("first", "second", "wins of first", "ties, both good", "ties", "ties, both bad"),
    *("wins of second", "share of first", "low (prompts)", "high (prompts)", "low (raters)"),
    *("high (raters)", "comparisons", "prompts", "raters", "no interval because"),
)
TOOLTIP = {
    "pair": "Pair",
    "outcomes": "Outcomes",
    "value": "Share of the first",
    "by_prompt": "Other prompts",
    "by_rater": "Other raters",
    "n": "Based on",
}


def preference_bars(question: str, pairs: Sequence[PairRow], *, name: str = "preference") -> Figure:
    """A bar of outcomes per pair and, under it, the share of the first with both intervals."""
    caption = f"{_counted(pairs)} {GREYS} {METHOD}{reasons([pair.by_prompt for pair in pairs])}"
    cells = tuple(_cells(pair) for pair in pairs)
    return Figure(name, question, caption, COLUMNS, cells, _chart(pairs), STEP * len(pairs))


def total(pair: PairRow) -> int:
    return pair.wins + pair.ties + pair.ties_good + pair.ties_bad + pair.losses


def _chart(pairs: Sequence[PairRow]) -> alt.LayerChart:
    strips = [
        strip(row, pair.first, pair.second, pair.by_prompt, pair.by_rater)
        for row, pair in enumerate(pairs)
    ]
    layers = [
        frame(share_axis("Share won by the variant on the left, ties as half"), len(pairs)),
        reference_line(0.5),
        *_bars(pairs),
        *_names([pair.first for pair in pairs], "left"),
        *_names([pair.second for pair in pairs], "right"),
        *strip_layers(strips, offset=STRIP),
        hover([_told(row, pair) for row, pair in enumerate(pairs)], TOOLTIP, STEP),
    ]
    return layered(layers)


def _bars(pairs: Sequence[PairRow]) -> list[alt.Chart]:
    segments = [part for row, pair in enumerate(pairs) for part in _segments(row, pair)]
    whole = (
        alt.Chart(data(segments))
        .mark_bar(size=BAR_SIZE, yOffset=BAR, stroke=colour("paper"), strokeWidth=1.5)
        .encode(x="x:Q", x2="x2:Q", y="row:O", color=COLOUR)
    )
    middle = (
        alt.Chart(data({"row": row, "x": 0.5} for row in range(len(pairs))))
        .mark_tick(size=BAR_SIZE, yOffset=BAR, thickness=1.5, color=colour("paper"))
        .encode(x="x:Q", y="row:O")
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
        .encode(x="at:Q", y="row:O")
    )
    return shares


def _segments(row: int, pair: PairRow) -> list[Datum]:
    """The parts of one bar that are there, from left to right."""
    whole, start = total(pair), 0.0
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


def _names(variants: Sequence[Variant], align: Align) -> list[alt.Chart]:
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
        text.encode(x=at, y="row:O", color=COLOUR, text="name:N"),
        mark.encode(x=at, y="row:O", color=COLOUR, shape=SHAPE),
    ]


def _name(row: int, variant: Variant) -> Datum:
    return {"row": row, "name": variant.name, "hue": hue(variant), "shape": shape(variant)}


def _told(row: int, pair: PairRow) -> Datum:
    value, prompts = value_of(pair.by_prompt), pair.by_prompt.clusters
    ties = ", ".join(f"{words} {getattr(pair, key):,}" for key, words in TIES.items())
    return {
        "row": row,
        "pair": f"{pair.first.name} against {pair.second.name}",
        "outcomes": f"{pair.first.name} {pair.wins:,}, {ties}, {pair.second.name} {pair.losses:,}",
        "value": "no data" if value is None else percent(value),
        "by_prompt": interval(pair.by_prompt),
        "by_rater": interval(pair.by_rater),
        "n": f"{counted(total(pair), 'comparison')} of {counted(prompts, 'prompt')}",
    }


def _counted(pairs: Sequence[PairRow]) -> str:
    if not pairs:
        return "Nothing has been judged yet."
    prompts = max(pair.by_prompt.clusters for pair in pairs)
    compared = counted(sum(total(pair) for pair in pairs), "comparison")
    return f"{compared} of up to {counted(prompts, 'prompt')}."


def _cells(pair: PairRow) -> Row:
    by_prompt, by_rater = pair.by_prompt, pair.by_rater
    return (
        *(pair.first.name, pair.second.name, pair.wins, pair.ties_good, pair.ties, pair.ties_bad),
        *(pair.losses, value_of(by_prompt), by_prompt.low, by_prompt.high),
        *((by_rater.low, by_rater.high) if by_rater else (None, None)),
        *(total(pair), by_prompt.clusters, by_rater.clusters if by_rater else None),
        by_prompt.reason,
    )
