"""A figure: the question it answers, the numbers behind it, and how it is drawn."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import altair as alt

from app.spreadsheets import not_run

Cell = str | int | float | None
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Figure:
    """`name` is part of addresses and of ids; `title` is the question that the finding answers.

    `caption` says n and the method of the interval. `columns` and `rows` are the data behind it.
    A page needs these alone: `draw` takes its time, and only files call it.
    `height` of the drawn area is in pixels, without axes.
    """

    name: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    draw: Callable[[], alt.LayerChart]
    height: int

    @cached_property
    def chart(self) -> Mapping[str, Any]:
        """What `draw` made, as Vega-Lite: once for all the files of a report."""
        made: Mapping[str, Any] = self.draw().to_dict(validate=False)
        return made


def csv_text(figure: Figure) -> str:
    """The rows under a header, as RFC 4180 says; what is not there is an empty field. Texts that a
    spreadsheet would run get an apostrophe in front, as in exports."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(not_run, figure.columns))
    writer.writerows(map(not_run, row) for row in figure.rows)  # None becomes an empty field
    return text.getvalue()
