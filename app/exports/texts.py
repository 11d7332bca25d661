"""Prompts and answers as formats write them."""

from collections.abc import Sequence

from app.exports.shapes import ResponseText
from app.stripping import strip


def as_one(messages: Sequence[dict[str, str]]) -> str:
    """System text, earlier turns and prompt as one text."""
    return "\n\n".join(message["content"] for message in messages)


def shown_text(response: ResponseText, *, stripped: bool) -> str:
    """The text that was preferred or not, which is the one that raters saw."""
    return strip(response.text).text if stripped else response.text
