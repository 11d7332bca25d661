"""Model output and study texts as safe HTML, with formulas, code and, on request, positions."""

from app.markup.render import plain_to_html, to_html

__all__ = ["plain_to_html", "to_html"]
