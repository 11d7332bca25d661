"""What a refusal must be: a 4xx with words that help; and a look at everything that is stored."""

import html
import re
from typing import Any

from httpx import Response
from sqlalchemy import select

from app.db import Base
from tests.web.site import Site


def stored(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the time until which raters have their items."""
    with site.state.database.reading() as session:
        return {
            name: [
                tuple(row)
                for row in session.execute(
                    select(*(column for column in table.columns if column.name != "expires_at"))
                )
            ]
            for name, table in Base.metadata.tables.items()
        }


def complaint(reply: Response) -> str:
    """What the page says is wrong: its alert, or all of an error page."""
    alert = re.search(r'<(section|div)[^>]* role="alert".*?</\1>', reply.text, re.DOTALL)
    main = re.search(r"<main.*</main>", reply.text, re.DOTALL)
    found = alert or main
    return html.unescape(re.sub(r"<[^>]*>", " ", found[0] if found else reply.text))


def refused(reply: Response, *words: str) -> None:
    assert 400 <= reply.status_code < 500, reply.status_code
    assert "Traceback" not in reply.text
    for word in words:
        assert word.lower() in complaint(reply).lower()
