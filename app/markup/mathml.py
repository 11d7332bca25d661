"""LaTeX to MathML, which browsers draw themselves: no script, no font, no request."""

import re
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter

_LONGEST = 2000  # characters: longer ones take long and are hardly ever formulas
# Macros can blow up what is read, the others are no formulas.
_REFUSED = re.compile(
    r"\\(?:re|provide)?newcommand|\\def\b|\\let\b|\\DeclareMath|\\href|\\style\b|\\class\b|\\cssId"
)


@lru_cache(maxsize=2048)
def to_mathml(latex: str, *, block: bool) -> str | None:
    """A `<math>` element, or None where `latex` cannot be read."""
    if len(latex) > _LONGEST or not latex.strip() or _REFUSED.search(latex):
        return None
    try:
        tree = Converter(display="block" if block else "inline").convert_to_element(latex.strip())
    except Exception:  # noqa: BLE001  (a stranger's text can do anything to the reader)
        return None
    _settle(tree)
    html = tostring(tree, encoding="unicode")
    return None if "\\" in html else html  # a command that was not understood stays in the text


def _settle(tree: Element) -> None:
    """Texts hold entities by name; the namespace goes without saying in HTML."""
    tree.attrib.pop("xmlns", None)
    for element in tree.iter():
        element.text = unescape(element.text) if element.text else element.text
        element.tail = unescape(element.tail) if element.tail else element.tail
