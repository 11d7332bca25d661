"""What pydantic finds wrong with a form, in a person's words: where it is and what to do."""

from collections.abc import Mapping
from typing import Any

from app.errors import Problem

_WORDS = {
    "missing": "is missing; fill it in.",
    "string_type": "write a text.",
    "string_too_short": "is empty; fill it in.",
    "string_too_long": "shorten it to {max_length} characters.",
    "too_short": "choose at least {min_length}.",
    "too_long": "choose at most {max_length}.",
    "int_parsing": "write a whole number.",
    "int_parsing_size": "write a smaller number.",
    "int_from_float": "write a whole number.",
    "float_parsing": "write a number, such as 0.7.",
    "finite_number": "write a number, such as 0.7.",
    "greater_than_equal": "write {ge} or more.",
    "greater_than": "write more than {gt}.",
    "less_than_equal": "write {le} or less.",
    "less_than": "write less than {lt}.",
    "enum": "choose one of {expected}.",
    "extra_forbidden": "is not a field of this form; leave it out.",
}


def problem_of(detail: Mapping[str, Any]) -> Problem:
    """One entry of `ValidationError.errors()` or `RequestValidationError.errors()`."""
    return Problem(_where(detail["loc"]), _message(detail))


def _where(location: tuple[str | int, ...]) -> str:
    """`ratings per item`; members of lists count from 1: `criteria 2 label`."""
    parts = location[1:] if location[:1] in (("body",), ("query",)) else location
    words = [str(part + 1) if isinstance(part, int) else part for part in parts]
    return " ".join(words).replace("_", " ") or "form"


def _message(detail: Mapping[str, Any]) -> str:
    told = str(detail["msg"]).removeprefix("Value error, ")
    if told.startswith("Expected UploadFile"):
        return "choose a file."
    words = _WORDS.get(detail["type"])
    if words is not None:
        return words.format_map(detail.get("ctx", {}))
    return f"{told[:1].lower()}{told[1:]}."
