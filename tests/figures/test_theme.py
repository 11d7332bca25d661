"""A variant looks the same in every figure, and unlike every other."""

import re
from itertools import product

import pytest

from app.figures import Variant, in_order
from app.figures.shapes import KINDS
from app.figures.theme import HUES, SHAPES, THEMES, hue, palette, shape
from app.settings import asset_folder
from tests.frontend.test_tokens import contrast

TOKENS = (asset_folder("static") / "css/tokens.css").read_text(encoding="utf-8")


class TestPalette:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_first_of_a_kind_has_the_colour_of_the_pages(self, kind: str) -> None:
        light, dark = re.findall(rf"--{kind}: light-dark\((#\w+), (#\w+)\)", TOKENS)[0]
        assert (palette("light")[f"{kind}-0"], palette("dark")[f"{kind}-0"]) == (light, dark)

    @pytest.mark.parametrize(("theme", "name"), [*product(THEMES, HUES)])
    def test_names_in_a_hue_can_be_read(self, theme: str, name: str) -> None:
        colours = palette(theme)
        assert contrast(colours[name], colours["paper"]) >= 4.5

    @pytest.mark.parametrize("theme", THEMES)
    def test_no_two_hues_are_the_same(self, theme: str) -> None:
        assert len({palette(theme)[name] for name in HUES}) == len(HUES)


class TestLooks:
    def test_order_counts_within_a_kind(self) -> None:
        first, second, other = in_order([("a", "lora"), ("b", "lora"), ("c", "full")])
        assert (first.order, second.order, other.order) == (0, 1, 0)

    def test_an_unknown_kind_is_another(self) -> None:
        assert in_order([("a", "quantised")]) == (Variant("a", "other"),)

    @pytest.mark.parametrize("kind", KINDS)
    def test_twelve_of_a_kind_are_told_apart(self, kind: str) -> None:
        looks = {(hue(v), shape(v)) for v in in_order([(str(n), kind) for n in range(12)])}
        assert len(looks) == 12

    def test_kinds_differ_in_shape_too(self) -> None:
        every = [path for paths in SHAPES.values() for path in paths]
        assert len(set(every)) == len(every)
