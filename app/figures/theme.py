"""Colours of figures, read from the tokens of the pages, so that there is one list of them.

A spec refers to a colour by its name (`theme['lora']`), so it is the same spec in light and dark.
"""

import re
from functools import cache

import altair as alt

from app.figures.shapes import KINDS, Variant
from app.settings import asset_folder

FONT = '"Source Sans 3", "Source Sans Pro", "Segoe UI", sans-serif'
# The same, reduced and renamed: vl-convert cannot measure text in a font whose name has a digit.
PRINT_FONT = '"Triptych Sans", "Source Sans Pro", "Segoe UI", sans-serif'
THEMES = ("light", "dark")
NEUTRAL = ("ink", "ink-soft", "ink-faint", "line", "line-strong", "control", "paper", "accent")
# How far the second and the third variant of a kind are mixed with ink.
SHADES = (0.0, 0.38, 0.66)
HUES = tuple(f"{kind}-{shade}" for kind in KINDS for shade in range(len(SHADES)))

_TOKEN = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);")
_RING = "M0-1A1 1 0 1 1 0 1A1 1 0 1 1 0-1Z"
_SQUARE, _DIAMOND = "M-.9-.9H.9V.9H-.9Z", "M0-1.15L1.15 0L0 1.15L-1.15 0Z"
# Like the chips of the pages. Inner outlines run the other way round and so leave a hole.
SHAPES = {
    "base": (
        _SQUARE,
        _DIAMOND,
        f"{_SQUARE}M-.45-.45V.45H.45V-.45Z",
        f"{_DIAMOND}M0-.6L-.6 0L0 .6L.6 0Z",
    ),
    "lora": (
        f"{_RING}M0-.66A.66 .66 0 0 0 0 .66Z",
        f"{_RING}M0 .66A.66 .66 0 0 0 0-.66Z",
        f"{_RING}M.66 0A.66 .66 0 0 0-.66 0Z",
        f"{_RING}M-.66 0A.66 .66 0 0 0 .66 0Z",
    ),
    "full": (_RING, "M0-1.1L1.05.8H-1.05Z", "M0 1.1L-1.05-.8H1.05Z", "M-.35-1H.35V1H-.35Z"),
    "other": (
        f"{_RING}M0-.6A.6 .6 0 1 0 0 .6A.6 .6 0 1 0 0-.6Z",
        "M-1-.6L-.6-1L0-.4L.6-1L1-.6L.4 0L1 .6L.6 1L0 .4L-.6 1L-1 .6L-.4 0Z",
        "M-.3-1H.3V-.3H1V.3H.3V1H-.3V.3H-1V-.3H-.3Z",
        "M-1-.35H1V.35H-1Z",
    ),
}


def hue(variant: Variant) -> str:
    return f"{variant.kind}-{variant.order % len(SHADES)}"


def shape(variant: Variant) -> str:
    """A path in the square from -1 to 1."""
    shapes = SHAPES[variant.kind]
    return shapes[variant.order % len(shapes)]


def colour(name: str) -> alt.ExprRef:
    return alt.ExprRef(f"theme['{name}']")


@cache
def palette(theme: str) -> dict[str, str]:
    """Every colour that a spec may name. Raises ValueError for an unknown theme."""
    if theme not in THEMES:
        raise ValueError(f"figures are {' or '.join(THEMES)}, not {theme}")
    side = THEMES.index(theme)
    css = (asset_folder("static") / "css" / "tokens.css").read_text(encoding="utf-8")
    tokens = {name: sides[side] for name, *sides in _TOKEN.findall(css)}
    shades = {
        f"{kind}-{number}": _mixed(tokens[kind], tokens["ink"], share)
        for kind in KINDS
        for number, share in enumerate(SHADES)
    }
    return {name: tokens[name] for name in NEUTRAL} | shades


def _mixed(one: str, other: str, share: float) -> str:
    """`one` with a `share` of `other`, as #rrggbb."""
    mixed = (
        round((1 - share) * int(one[at : at + 2], 16) + share * int(other[at : at + 2], 16))
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
