"""A figure as Vega-Lite for the browser, and as a file for a paper."""

import textwrap
from copy import deepcopy
from functools import cache
from typing import Any

import vl_convert

from app.figures.figure import Figure
from app.figures.theme import FONT, PRINT_FONT, THEMES, colour, palette
from app.settings import asset_folder

WIDTH = 680  # pixels of a file, axes included
NARROW = 560  # below, names take less room; as static/js/figures.js has it
Spec = dict[str, Any]


def spec(figure: Figure) -> Spec:
    """Vega-Lite that takes its width from where it stands, in light colours.

    The browser swaps `theme` for another of `usermeta.themes`, and says whether it is `narrow`.
    """
    made: Spec = deepcopy(dict(figure.chart))
    made["width"], made["height"] = "container", figure.height
    made["autosize"] = {"type": "fit-x", "contains": "padding"}
    made["description"] = f"{figure.title} {figure.caption}"
    made["params"] = [
        {"name": "theme", "value": palette("light")},
        {"name": "narrow", "value": False},
        *made.get("params", []),
    ]
    made["usermeta"] = {"themes": {theme: palette(theme) for theme in THEMES}}
    made["config"] = _config()
    return made


def svg(figure: Figure, theme: str = "light") -> str:
    """With title and caption. Raises ValueError for an unknown theme."""
    _register_fonts()
    return vl_convert.vegalite_to_svg(_print_spec(figure, theme), allowed_base_urls=[])


def drawing(figure: Figure, width: int = WIDTH) -> str:
    """SVG without title and caption, light, on nothing: for pages that write these themselves.

    `width` in pixels; one of a phone is drawn as the pages draw it there.
    """
    _register_fonts()
    made = spec(figure)
    made["width"] = width
    made["params"][1]["value"] = width < NARROW
    made["config"]["font"] = PRINT_FONT
    return vl_convert.vegalite_to_svg(made, allowed_base_urls=[])


def png(figure: Figure, scale: float = 2) -> bytes:
    """Light, with title and caption; `scale` 1 is 680 pixels wide."""
    _register_fonts()
    return vl_convert.vegalite_to_png(
        _print_spec(figure, "light"), scale=scale, allowed_base_urls=[]
    )


def _print_spec(figure: Figure, theme: str) -> Spec:
    made = spec(figure)
    made["width"] = WIDTH
    white = {"paper": "#ffffff"} if theme == "light" else {}
    made["params"][0]["value"] = palette(theme) | white
    made["title"] = {
        "text": textwrap.wrap(figure.title, 78),
        "subtitle": textwrap.wrap(figure.caption, 120),
    }
    made["config"]["font"] = PRINT_FONT
    made["config"]["background"] = colour("paper").to_dict()
    made["padding"] = 16
    return made


@cache
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(asset_folder("static") / "vendor"))


def _config() -> Spec:
    """Hairlines, quiet axes, the type of the pages. Every colour is a name of the theme."""
    ink, soft, faint, line = (
        colour(name).to_dict() for name in ("ink", "ink-soft", "ink-faint", "line")
    )
    return {
        "aria": False,  # the page describes the figure; a graphic of many parts would read badly
        "background": "transparent",
        "font": FONT,
        "padding": 2,
        "view": {"stroke": None},
        "text": {"color": ink, "fontSize": 13},
        "axis": {
            "labelColor": soft,
            "labelFontSize": 13,
            "titleColor": soft,
            "titleFontSize": 13,
            "titleFontWeight": 400,
            "titlePadding": 10,
            "titleLimit": {"expr": "width + (narrow ? 120 : 240)"},
            "gridColor": line,
            "domain": False,
            "ticks": False,
            "translate": 0,
            "labelPadding": 6,
        },
        # Long titles grow into the room of the labels on the left.
        "axisX": {"titleAnchor": "end", "titleAlign": "right"},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": ink,
            "fontSize": 17,
            "fontWeight": 600,
            "subtitleColor": faint,
            "subtitleFontSize": 12,
            "subtitleLineHeight": 16,
            "subtitlePadding": 8,
            "offset": 20,
        },
    }
