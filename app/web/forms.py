"""Browser forms into pydantic forms, with problems in a person's words."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from app.errors import AppError, InvalidInput, Problem

Form = TypeVar("Form", bound=BaseModel)


def validate(
    kind: type[Form],
    fields: Mapping[str, Any],
    *,
    title: str = "The form is not complete yet.",
) -> Form:
    """Raises InvalidInput, which says `title`, with one problem per field."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        problems = [_problem(detail) for detail in error.errors()]
        raise InvalidInput(title, problems) from error


def _problem(detail: Mapping[str, Any]) -> Problem:
    where = ".".join(str(part) for part in detail["loc"]) or "form"
    message = str(detail["msg"]).removeprefix("Value error, ")
    return Problem(where.replace("_", " "), f"{message[:1].lower()}{message[1:]}.")


async def form_data(request: Request) -> FormData:
    """For routes whose fields depend on what is in the database."""
    return await request.form()


def texts(form: FormData) -> dict[str, str]:
    """The text fields of a form; the last value of each name."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def require_name(confirm: str, name: str) -> None:
    """A destructive step asks for the name of what it destroys. Raises AppError."""
    if confirm.strip() != name:
        raise AppError("The name does not match.", hint=f"Type exactly: {name}")
