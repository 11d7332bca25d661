"""Figures of results: for the browser, for a paper, and the numbers behind them.

A builder takes plain rows (`app.figures.shapes`) and gives a `Figure`; `spec`, `svg`, `png` and
`csv_text` turn it into files.
"""

from app.figures.figure import Figure, csv_text
from app.figures.output import png, spec, svg
from app.figures.preference import preference_bars
from app.figures.shapes import PairRow, Variant, in_order

__all__ = [
    "Figure",
    "PairRow",
    "Variant",
    "csv_text",
    "in_order",
    "png",
    "preference_bars",
    "spec",
    "svg",
]
