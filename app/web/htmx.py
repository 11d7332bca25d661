"""What HTMX says in headers, read in one place."""

from fastapi import Request


def is_htmx(request: Request) -> bool:
    """Whether a fragment is wanted rather than a page."""
    return request.headers.get("hx-request") == "true"
