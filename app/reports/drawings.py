"""Figures as SVG that can stand beside other SVG in one page."""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from app.figures import Figure
from app.figures.output import WIDTH, drawing

PHONE = 340  # pixels

_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_LINKS = ("href", "{http://www.w3.org/1999/xlink}href")


@dataclass(frozen=True)
class Drawing:
    """The same figure for a sheet and for a phone."""

    wide: str
    narrow: str


def drawing_of(figure: Figure, prefix: str) -> Drawing:
    """`prefix` begins every id, so that several drawings of a page do not share any."""
    return Drawing(
        inlined(drawing(figure, WIDTH), f"{prefix}-wide-"),
        inlined(drawing(figure, PHONE), f"{prefix}-narrow-"),
    )


def inlined(svg: str, prefix: str) -> str:
    """For an HTML page: without name spaces and links, every id and reference to it prefixed."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (drawn here, from nothing but numbers and names)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name, value in list(element.attrib.items()):
            if name in _LINKS:
                del element.attrib[name]
            else:
                element.set(name, _prefixed(name, value, prefix))
    return ElementTree.tostring(root, encoding="unicode")


def _prefixed(name: str, value: str, prefix: str) -> str:
    return prefix + value if name == "id" else _REFERENCE.sub(rf"url(#{prefix}\1)", value)
