"""Prompts and answers as formats write them."""

from collections.abc import Sequence

from app.exports.shapes import ResponseText
from app.studies import shown_form
from app.tables import Study


def as_one(messages: Sequence[dict[str, str]]) -> str:
    """System text, earlier turns and prompt as one text."""
    return "\n\n".join(message["content"] for message in messages)


def shown_text(study: Study, response: ResponseText, *, stripped: bool) -> str:
    """The text that was preferred or not, before a study blacks out words in it."""
    return shown_form(study, response.text, is_stripped=stripped).text
