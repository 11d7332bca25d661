"""Database engine, SQLite pragmas, and the one session pattern: a read and a write session.

Domain code never commits: the edge (a route's dependency, a CLI command, the runner) does, by
leaving `writing()`. A write never spans a model call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import (
    DateTime,
    Engine,
    MetaData,
    QueuePool,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Session

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# A number that fits a column: larger ones, typed into an address or a form, reach no database.
Count = Annotated[int, Field(ge=0, lt=2**31)]
RowId = Count


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One database. `reading()` and `writing()` are the only ways to a session."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = connect(url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """All of it sees one moment: results and exports take several queries."""
        engine = self.engine
        if engine.dialect.name == "postgresql":  # SQLite does by itself
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commits on a clean exit, rolls back otherwise. SQLite: takes the write lock at once."""
        engine = self.engine.execution_options(triptych_write=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        self.engine.dispose()


def is_writing(session: Session) -> bool:
    """It may see what nobody else sees yet."""
    return bool(session.connection().get_execution_options().get("triptych_write"))


def connect(url: str) -> Engine:
    # No limit here: waiting for a connection would hold a thread that its owner needs to go on.
    # Web requests wait in `app.web.turns`; everything else is a few tasks.
    engine = create_engine(
        url, poolclass=QueuePool, max_overflow=-1, connect_args=_connect_args(url)
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    return engine


def _connect_args(url: str) -> dict[str, Any]:
    # `timeout` is SQLite's busy timeout in seconds; autocommit hands transactions to us.
    return {"timeout": 30, "isolation_level": None} if url.startswith("sqlite") else {}


def _set_pragmas(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    # A deferred transaction that reads first and writes later fails under concurrency, or lets
    # two writers act on the same stale count; IMMEDIATE makes check-then-write exact.
    write = connection.get_execution_options().get("triptych_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
