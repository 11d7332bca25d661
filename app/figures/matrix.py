"""Shares of many pairs at once: a field for each, coloured where one is clearly preferred."""

import json
from collections.abc import Iterator, Sequence

import altair as alt

from app.figures.marks import COLOUR, Datum, data, layered, tooltips
from app.figures.shapes import PairRow, Variant
from app.figures.strips import QUIET, leader_looks
from app.figures.theme import colour
from app.figures.words import interval, percent, value_of
from app.results.sentences import hundredths

ROW = 30
NUMBERS = alt.Axis(
    orient="top", labelExpr="datum.value + 1", labelAngle=0, labelOverlap=True, grid=False
)


def variants_of(pairs: Sequence[PairRow], order: Sequence[Variant] = ()) -> list[Variant]:
    """In the order given, else from the most preferred down, by the mean of their shares: which
    says little where some met weaker opponents than others."""
    if order:
        return list(order)
    shares: dict[Variant, list[float]] = {}
    for pair in pairs:
        value = value_of(pair.by_prompt)
        for variant, share in ((pair.first, value), (pair.second, 1 - (value or 0))):
            shares.setdefault(variant, []).extend([] if value is None or share is None else [share])
    return sorted(shares, key=lambda variant: -_mean(shares[variant]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def matrix(pairs: Sequence[PairRow], order: Sequence[Variant] = ()) -> alt.LayerChart:
    """The share that the variant of the row won against that of the column."""
    variants = variants_of(pairs, order)
    fields = list(_fields(pairs, variants))
    place = alt.Chart().encode(
        x=alt.X("column:O", scale=_places(variants), axis=NUMBERS, title=None),
        y=alt.Y("row:O", scale=_places(variants), axis=_rows(variants), title=None),
    )
    told = {
        "pair": "Pair",
        "share": "Share of the first",
        "by_prompt": "Other prompts",
        "by_rater": "Other raters",
        "n": "Comparisons",
    }
    layers = [
        place.mark_rect(stroke=colour("paper"), strokeWidth=1.5).encode(
            color=COLOUR,
            opacity=alt.Opacity("certainty:Q", scale=None),
            tooltip=tooltips(told),
        ),
        place.mark_text(
            fontSize=12,
            color=alt.ExprRef("theme[datum.on]"),
            text=alt.ExprRef(f"width / {max(1, len(variants))} > 30 ? datum.short : ''"),
        ),
    ]
    return layered(layers).properties(data=data(fields))


def _fields(pairs: Sequence[PairRow], variants: Sequence[Variant]) -> Iterator[Datum]:
    for pair in pairs:
        value = value_of(pair.by_prompt)
        if value is None:
            continue
        looks = leader_looks(pair.first, pair.second, pair.by_prompt, pair.by_rater)
        one, other = variants.index(pair.first), variants.index(pair.second)
        told = {
            "pair": f"{pair.first.name} against {pair.second.name}",
            "share": percent(value),
            "by_prompt": interval(pair.by_prompt),
            "by_rater": interval(pair.by_rater),
            "n": f"{pair.by_prompt.n:,}",
        }
        for row, column, share in ((one, other, value), (other, one, 1 - value)):
            yield {"row": row, "column": column, **told, **_look(share, looks[0])}


def _look(share: float, hue: str) -> Datum:
    """Strong where the row's variant is preferred; pale where the other is, or nobody knows."""
    is_decided, wins = hue != QUIET[0], share >= 0.5
    strong = is_decided and wins
    return {
        "hue": hue if strong else QUIET[0],
        "certainty": round(0.35 + 1.2 * (share - 0.5), 3)
        if strong
        else 0.12
        if is_decided
        else 0.04,
        "on": "paper" if strong and share > 0.7 else "ink",
        "short": str(hundredths(share)),
    }


def _places(variants: Sequence[Variant]) -> alt.Scale:
    return alt.Scale(domain=list(range(len(variants))))


def _rows(variants: Sequence[Variant]) -> alt.Axis:
    """Numbered names; the columns have the numbers alone."""
    labels = [f"{number}  {variant.name}" for number, variant in enumerate(variants, start=1)]
    return alt.Axis(
        labelExpr=f"{json.dumps(labels)}[datum.value]",
        labelLimit=alt.ExprRef("narrow ? 110 : 240"),
        grid=False,
    )
