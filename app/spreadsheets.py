"""Texts in CSV files that spreadsheets open."""

from typing import TypeVar

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

T = TypeVar("T")


def not_run(cell: T) -> T | str:
    """The cell, with an apostrophe before a text that a spreadsheet would run as a formula.

    An apostrophe of the text's own is doubled, too, so that dropping the first one of every text
    that begins with one gives back exactly what was written.
    """
    if isinstance(cell, str) and cell.startswith((*_STARTS_FORMULA, "'")):
        return f"'{cell}"
    return cell
