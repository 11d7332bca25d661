"""Several long queries, two at a time: databases work without holding up Python."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Engine, Select
from sqlalchemy.orm import Session

from app.db import is_writing

_AT_ONCE = 2


def answers(session: Session, queries: Sequence[Select[Any]]) -> Iterator[Any]:
    """The one value that each query finds, in their order.

    On connections of their own, which may see what is newer than the session sees: ask for what is
    never changed. What a writing session wrote they would not see, so it asks by itself.
    """
    if len(queries) < 2 or is_writing(session):
        yield from map(session.scalar, queries)
        return
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        asked: deque[Future[Any]] = deque()
        for query in queries:
            asked.append(threads.submit(_answer, session.get_bind(), query))
            if len(asked) > _AT_ONCE:  # not all: answers are long
                yield asked.popleft().result()
        while asked:
            yield asked.popleft().result()


def _answer(bind: Engine | Connection, query: Select[Any]) -> Any:
    with bind.engine.connect() as connection:
        return connection.scalar(query)
