"""Names at the right ends of lines, each clear of the others."""

from collections.abc import Iterator, Sequence

import altair as alt

from app.figures.marks import COLOUR, Datum, Domain, data, over_halo

LINE = 18  # pixels between names
MARGIN = "(narrow ? 92 : 150)"  # right of the lines, for their names


def line_names(points: Sequence[Datum], x: str, up: Domain, height: int) -> list[alt.Chart]:
    """`points` in order, with the name of their `line`, its `hue` and `y`. `x`: the channel."""
    look = {
        "align": "left",
        "xOffset": 12,
        "fontSize": 14,
        "fontWeight": 600,
        "limit": alt.ExprRef(f"{MARGIN} - 14"),
    }
    texts = alt.Chart(data(_ends(points, up, height)))
    return over_halo(texts, look, x=x, y="name_y:Q", text="line:N", color=COLOUR)


def _ends(points: Sequence[Datum], up: Domain, height: int) -> Iterator[Datum]:
    """Names right of the last points, from the lowest up, each clear of the one below."""
    last: dict[str, Datum] = {point["line"]: point for point in points}
    apart = LINE / height * (up[1] - up[0])
    below = float("-inf")
    for end in sorted(last.values(), key=lambda point: point["y"]):
        below = max(end["y"], below + apart)
        yield {**end, "name_y": below}
