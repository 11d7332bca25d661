"""An estimate with its intervals: the interval first, then the point, then the number."""

from collections.abc import Sequence
from typing import Literal

import altair as alt

from app.analysis.intervals import Estimate
from app.figures.marks import (
    COLOUR,
    IN_ROW,
    OPACITY,
    SHAPE,
    X2,
    Datum,
    Domain,
    X,
    certainty,
    data,
    over_halo,
)
from app.figures.shapes import Variant
from app.figures.theme import hue, shape
from app.figures.words import Written, bounds, excludes, in_short, percent, value_of

BAND, POINT = 9, 110  # pixels, square pixels
ROOM = 0.7  # of the width: a label right of this would not fit on a phone
QUIET = ("ink-soft", "circle")
# Alignment and distance in pixels, across and down.
BESIDE = {"right": ("left", 10, 0), "left": ("right", -10, 0), "under": ("center", 0, 17)}
Align = Literal["left", "center", "right"]
Looks = tuple[str, str]


def looks_of(variant: Variant) -> Looks:
    """Colour and shape."""
    return hue(variant), shape(variant)


def leader_looks(first: Variant, second: Variant, share: Estimate, *also: Estimate | None) -> Looks:
    """Those of the preferred variant where every interval leaves out a half, else grey."""
    if not all(excludes(estimate, 0.5) for estimate in (share, *also)):
        return QUIET
    return looks_of(first if (share.value or 0) >= 0.5 else second)


def strip(
    row: int,
    estimate: Estimate,
    also: Estimate | None = None,
    *,
    looks: Looks = QUIET,
    domain: Domain = (0.0, 1.0),
    written: Written = percent,
) -> Datum:
    """`also` is a second interval of the same value, drawn as a thin line."""
    value, band, thin = value_of(estimate), bounds(estimate), bounds(also)
    ends = [end for pair in (band, thin) if pair for end in pair]
    known = [value] if value is not None else []
    return {
        "row": row,
        "x": value,
        "band": band,
        "thin": thin,
        "certainty": certainty(estimate, domain[1] - domain[0]),
        "hue": looks[0],
        "shape": looks[1],
        "label": in_short(estimate, written),
        **_label_place(ends or known, value, domain),
    }


def _label_place(ends: Sequence[float], value: float | None, domain: Domain) -> Datum:
    """Right of the interval, else left of it, else under it."""
    low, span = domain[0], (domain[1] - domain[0]) or 1
    if not ends:
        return {"at": low, "place": "right"}
    if (max(ends) - low) / span <= ROOM:
        return {"at": max(ends), "place": "right"}
    if (min(ends) - low) / span >= 1 - ROOM:
        return {"at": min(ends), "place": "left"}
    middle = ((value if value is not None else low) - low) / span
    return {"at": low + span * min(max(middle, 0.2), 0.8), "place": "under"}


def strip_layers(
    strips: Sequence[Datum],
    *,
    offset: int = 0,
    labels_where: str = "true",
    places: Sequence[str] = tuple(BESIDE),
) -> list[alt.Chart]:
    """In the order in which they are drawn. `labels_where`: an expression, such as `!narrow`;
    numbers that would stand at other `places` are left to the tooltip."""
    return [
        _lines(strips, "band", BAND, offset).encode(opacity=OPACITY),
        _lines(strips, "thin", 1.5, offset),
        _points(strips, offset),
        *(layer for place in places for layer in _labels(strips, place, offset, labels_where)),
    ]


def _lines(strips: Sequence[Datum], key: str, width: float, offset: int) -> alt.Chart:
    known = [{**one, "x": one[key][0], "x2": one[key][1]} for one in strips if one[key]]
    lines: alt.Chart = (
        alt.Chart(data(known))
        .mark_rule(strokeWidth=width, strokeCap="butt", yOffset=offset)
        .encode(x=X, x2=X2, y=IN_ROW, color=COLOUR)
    )
    return lines


def _points(strips: Sequence[Datum], offset: int) -> alt.Chart:
    known = [one for one in strips if one["x"] is not None]
    points: alt.Chart = (
        alt.Chart(data(known))
        .mark_point(filled=True, size=POINT, opacity=1, yOffset=offset)
        .encode(x=X, y=IN_ROW, color=COLOUR, shape=SHAPE)
    )
    return points


def _labels(strips: Sequence[Datum], place: str, offset: int, where: str) -> list[alt.Chart]:
    align, x, y = BESIDE[place]
    look = {
        "align": align,
        "xOffset": x,
        "yOffset": offset + y,
        "text": alt.ExprRef(f"{where} || !isValid(datum.x) ? datum.label : ''"),
    }
    texts = alt.Chart(data({**one, "x": one["at"]} for one in strips if one["place"] == place))
    return over_halo(texts, look, x=X, y=IN_ROW)
