"""A share with both of its intervals: the interval first, then the point, then the number."""

from collections.abc import Sequence
from typing import Literal

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.marks import COLOUR, OPACITY, SHAPE, Datum, certainty, data
from app.figures.shapes import Variant
from app.figures.theme import colour, hue, shape
from app.figures.words import bounds, excludes, in_short, value_of

METHOD = (
    "Band: 95 % interval for other prompts; thin line: for other raters. Coloured where both leave"
    " out 50 % (dashed), grey where the two cannot be distinguished."
)
BAND, POINT = 9, 110
ROOM = 0.7
Align = Literal["left", "center", "right"]


def is_decided(by_prompt: Estimate, by_rater: Estimate | None, reference: float = 0.5) -> bool:
    """Both intervals leave out the reference: what the pages call a difference."""
    return excludes(by_prompt, reference) and excludes(by_rater, reference)


def strip(
    row: int, first: Variant, second: Variant, by_prompt: Estimate, by_rater: Estimate | None
) -> Datum:
    value, band, thin = value_of(by_prompt), bounds(by_prompt), bounds(by_rater)
    leader = first if (value or 0) >= 0.5 else second
    decided = is_decided(by_prompt, by_rater)
    ends = [end for pair in (band, thin) if pair for end in pair] or [value or 0.5]
    return {
        "row": row,
        "x": value,
        "band": band,
        "thin": thin,
        "certainty": certainty(by_prompt, 1),
        "hue": hue(leader) if decided else "ink-soft",
        "shape": shape(leader) if decided else "circle",
        "label": in_short(by_prompt),
        "right": max(ends),
        "left": min(ends),
    }


def strip_layers(strips: Sequence[Datum], *, offset: int = 0) -> list[alt.Chart]:
    """In the order in which they are drawn."""
    return [
        _lines(strips, "band", BAND, offset).encode(opacity=OPACITY),
        _lines(strips, "thin", 1.5, offset),
        _points(strips, offset),
        *_labels(strips, offset),
    ]


def _lines(strips: Sequence[Datum], key: str, width: float, offset: int) -> alt.Chart:
    known = [{**one, "x": one[key][0], "x2": one[key][1]} for one in strips if one[key]]
    lines: alt.Chart = (
        alt.Chart(data(known))
        .mark_rule(strokeWidth=width, strokeCap="butt", yOffset=offset)
        .encode(x="x:Q", x2="x2:Q", y="row:O", color=COLOUR)
    )
    return lines


def _points(strips: Sequence[Datum], offset: int) -> alt.Chart:
    known = [one for one in strips if one["x"] is not None]
    points: alt.Chart = (
        alt.Chart(data(known))
        .mark_point(filled=True, size=POINT, opacity=1, yOffset=offset)
        .encode(x="x:Q", y="row:O", color=COLOUR, shape=SHAPE)
    )
    return points


def _labels(strips: Sequence[Datum], offset: int) -> list[alt.Chart]:
    """Right of the interval, else left of it, else under it: a label takes a third of a phone."""
    right = [{**one, "x": one["right"]} for one in strips if one["right"] <= ROOM]
    others = [one for one in strips if one["right"] > ROOM]
    left = [{**one, "x": one["left"]} for one in others if one["left"] >= 1 - ROOM]
    under = [
        {**one, "x": min(max(one["x"] or 0.5, 0.2), 0.8)}
        for one in others
        if one["left"] < 1 - ROOM
    ]
    return [
        *_texts(right, "left", 10, offset),
        *_texts(left, "right", -10, offset),
        *_texts(under, "center", 0, offset + 17),
    ]


def _texts(strips: Sequence[Datum], align: Align, distance: int, offset: int) -> list[alt.Chart]:
    """Over a halo, so that lines behind do not cross it."""
    place = {"align": align, "xOffset": distance, "yOffset": offset, "fontSize": 13}
    texts = alt.Chart(data(strips)).encode(x="x:Q", y="row:O", text="label:N")
    return [
        texts.mark_text(**place, stroke=colour("paper"), strokeWidth=4),
        texts.mark_text(**place, color=colour("ink")),
    ]
