"""Every figure is drawn from whatever a study has: little, nothing, much, or hostile names."""

import json
from html import unescape
from math import nan
from typing import Any

import pytest

from app.analysis.intervals import Estimate
from app.figures import spec, svg
from tests.figures.rows import MAKERS, SURE, Maker

HOSTILE = (
    "<script>alert(1)</script>",
    'it\'s "quoted"',
    "a.b[0]['c']",
    "datum.x + \\u0022",
    "${theme} \u2028 & <b>",
)
TWENTY = tuple(f"variant-{number}" for number in range(20))
NO_INTERVAL = Estimate(0.8, None, None, 4, 3, "fewer than 6 prompts")
NO_NUMBER = Estimate(nan, nan, nan, 9, 5, "undefined: all raters gave the same answer")
NO_DATA = Estimate(None, None, None, 0, 0, "no data")

every_maker = pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)


def drawn(node: Any) -> list[dict[str, Any]]:
    """The data of every layer."""
    sets = node.get("datasets", {})
    layers = [node, *node.get("layer", [])]
    return [
        row
        for layer in layers
        if (data := layer.get("data"))
        for row in (data.get("values") or sets.get(data.get("name"), []))
    ]


@every_maker
def test_numbers_and_names_are_in_the_drawing(make: Maker) -> None:
    text = unescape(svg(make(["base", "lora"], SURE)))
    assert "What do the raters say?" in text
    assert "base" in text
    assert "lora" in text


@every_maker
def test_an_empty_study_has_a_figure_without_rows(make: Maker) -> None:
    figure = make([], NO_DATA)
    assert figure.title in unescape(svg(figure))
    assert figure.height > 0


@every_maker
def test_one_variant_is_enough(make: Maker) -> None:
    figure = make(["base"], SURE)
    assert figure.draw().to_dict()  # which validates


@every_maker
@pytest.mark.parametrize("estimate", [NO_INTERVAL, NO_NUMBER], ids=["no interval", "not a number"])
def test_what_is_missing_is_said_and_not_drawn(make: Maker, estimate: Estimate) -> None:
    figure = make(["base", "lora"], estimate)
    assert f"No interval: {estimate.reason}." in figure.caption
    rows = drawn(json.loads(json.dumps(spec(figure), allow_nan=False)))
    assert not [row for row in rows if row.get("band") or row.get("low") or row.get("left")]


@every_maker
def test_twenty_variants_fit(make: Maker) -> None:
    figure = make(TWENTY, SURE)
    assert figure.draw().to_dict()
    assert len(json.dumps(spec(figure))) < 300_000


@every_maker
def test_hostile_and_long_names_are_text_in_a_figure_of_the_usual_width(make: Maker) -> None:
    figure = make([*HOSTILE, "n" * 200], SURE)
    made = svg(figure)
    assert float(made.split('width="')[1].split('"')[0]) <= 720
    assert "<script" not in made
    assert "<b>" not in made
    cells = {cell for row in figure.rows for cell in row}
    assert cells & set(HOSTILE)


@every_maker
def test_the_table_has_a_cell_for_every_column(make: Maker) -> None:
    figure = make(["base", "lora", "full"], SURE)
    assert figure.rows
    assert {len(row) for row in figure.rows} == {len(figure.columns)}


@every_maker
def test_a_tooltip_tells_the_interval(make: Maker) -> None:
    text = json.dumps(spec(make(["base", "lora"], SURE)), ensure_ascii=False)
    assert '"tooltip"' in text
    assert "52 % to 70 %" in text or "0.52 to 0.70" in text or make.__name__ == "cross_table"
