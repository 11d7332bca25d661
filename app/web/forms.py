"""Browser forms into pydantic forms, with problems in a person's words."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect

from app.errors import AppError, InvalidInput, Problem
from app.web.wording import problem_of

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
        problems = [problem_of(detail) for detail in error.errors()]
        raise InvalidInput(title, problems) from error


async def form_data(request: Request) -> FormData:
    """What was sent, once it is all there. Raises InvalidInput for what no database stores."""
    try:
        form = await request.form()
    except ClientDisconnect as error:
        raise AppError("The form did not come whole.", hint="Send it again.") from error
    refused = [
        name for name, value in form.multi_items() if isinstance(value, str) and "\0" in value
    ]
    if refused:
        problems = [Problem(name, "has a NUL character. Remove it.") for name in refused]
        raise InvalidInput("The form cannot be stored.", problems)
    return form


def texts(form: FormData) -> dict[str, str]:
    """The text fields of a form; the last value of each name."""
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def require_name(confirm: str, name: str) -> None:
    """A destructive step asks for the name of what it destroys. Raises AppError."""
    if confirm.strip() != name:
        raise AppError("The name does not match.", hint=f"Type exactly: {name}")
