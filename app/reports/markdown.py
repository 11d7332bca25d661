"""A report as Markdown that GitHub and Pandoc read alike; figures lie beside it as files."""

import re
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.reports.document import Report
from app.reports.page import paragraphs
from app.settings import asset_folder

# What means something anywhere in a line, and what does so at its beginning.
_ANYWHERE = re.compile(r"([\\`*_\[\]|~$^])")
_AT_BEGINNING = re.compile(r"^(\s*)([#+\-=>:]|\d+(?=[.)](?:\s|$)))")
_SPACES = re.compile(r"[ \t\r\n\v\f\x1c-\x1f\x85\u2028\u2029]+")  # no-break spaces stay
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def markdown_of(report: Report) -> str:
    text = _environment().get_template("reports/report.md").render(report=report)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def escaped(text: object) -> str:
    """One line of plain text that reads as it is: no markup, no HTML, no cell of a table ends."""
    line = _SPACES.sub(" ", str(text)).strip()
    for character, entity in _ENTITIES.items():
        line = line.replace(character, entity)
    line = _ANYWHERE.sub(r"\\\1", line)
    return _AT_BEGINNING.sub(_tamed, line)


def _tamed(found: re.Match[str]) -> str:
    space, mark = found.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def quoted(text: str) -> str:
    """Lines of a quotation, each as it stands."""
    parts = ["  \n".join(map(escaped, part.strip().split("\n"))) for part in paragraphs(text)]
    return "\n\n".join(parts).replace("\n", "\n> ")


@cache
def _environment() -> Environment:
    found = Environment(  # noqa: S701 (not HTML: the filters escape)
        loader=FileSystemLoader(asset_folder("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"md": escaped, "quoted": quoted}
    return found
