"""Forms on their way from the browser."""

import pytest
from fastapi import Request
from starlette.types import Message

from app.errors import AppError
from app.web.forms import form_data

pytestmark = pytest.mark.anyio

PARTS = {
    "application/x-www-form-urlencoded": b"name=A",
    "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="name"\r\n',
}


@pytest.mark.parametrize("kind", PARTS)
async def test_one_that_breaks_off_is_no_defect(kind: str) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": PARTS[kind], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    headers = [(b"content-type", kind.encode())]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(AppError, match="did not come whole"):
        await form_data(request)
