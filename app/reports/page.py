"""A report as one HTML file that needs nothing beside it: no network, no script."""

import base64
import re
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.figures import Figure
from app.figures.figure import Cell, Row
from app.reports.document import Report
from app.reports.drawings import Drawing, drawing_of
from app.reports.words import NONE, SPACE, whole
from app.settings import asset_folder

# Latin only, some 80 kB: the system's fonts stand in for what is missing.
_FONTS = {
    "Source Sans 3": "source-sans-3-5.3.0-latin-normal.woff2",
    "Source Serif 4": "source-serif-4-5.3.1-latin-normal.woff2",
}
_MOST_ROWS = 200  # behind a figure
_BLANKS = re.compile(r"\n\s*\n")


def html_of(report: Report) -> str:
    drawings = {one.number: _safe(one.figure, one.number) for one in report.figures}
    page = _environment().get_template("reports/report.html")
    return page.render(report=report, drawings=drawings, fonts=_fonts(), tokens=_tokens())


def _safe(figure: Figure, number: int) -> Drawing:
    found = drawing_of(figure, f"drawing-{number}")
    return Drawing(Markup(found.wide), Markup(found.narrow))  # noqa: S704 (ElementTree escaped it)


def cell(value: Cell) -> str:
    """A number behind a figure, as precise as anybody could need it."""
    if value is None:
        return NONE
    if isinstance(value, float):
        return f"{round(value, 10) + 0:.4g}".replace("-", "−")  # + 0: no minus before 0
    return whole(value) if isinstance(value, int) else value


def first_rows(figure: Figure) -> tuple[Row, ...]:
    return figure.rows[:_MOST_ROWS]


def together(value: object) -> object:
    """No line ends between a number and its per cent sign."""
    return value.replace(" %", f"{SPACE}%") if type(value) is str else value


def paragraphs(text: str) -> list[str]:
    return [part for part in _BLANKS.split(text.replace("\r\n", "\n")) if part.strip()]


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(asset_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=together,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"cell": cell, "first_rows": first_rows, "paragraphs": paragraphs}
    return found


@cache
def _fonts() -> dict[str, str]:
    """family -> the file in base 64."""
    vendor = asset_folder("static") / "vendor"
    return {
        family: base64.b64encode((vendor / name).read_bytes()).decode()
        for family, name in _FONTS.items()
    }


@cache
def _tokens() -> Markup:
    path = asset_folder("static") / "css" / "tokens.css"
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704 (our own style sheet)
