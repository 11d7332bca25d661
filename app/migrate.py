"""Opens a database at its newest schema; called at every start."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError

from app.db import Database
from app.errors import AppError
from app.settings import asset_folder

_ELSEWHERE = "Set TRIPTYCH_VAR or TRIPTYCH_DATABASE_URL to another place."
_HINTS = {
    "locked": "Another process is writing to it. Try again; if it stays so, end that process.",
    "readonly": "Check that you may write to the file and to its folder.",
    "disk is full": "Free some space and do the same again: nothing was saved by halves.",
    "not a database": f"Check the path. {_ELSEWHERE}",
}


def open_database(url: str) -> Database:
    """The database at its newest schema. Raises AppError when it cannot be used."""
    try:
        database = Database(url)
    except (ArgumentError, ImportError, ValueError) as error:
        raise AppError(
            f"TRIPTYCH_DATABASE_URL cannot be used: {str(error).rstrip('.')}.",
            hint="Write sqlite:////folder/file.db, or postgresql+driver://user@host/name "
            "with the driver installed.",
        ) from error
    try:
        upgrade(database)
    except BaseException:
        database.dispose()
        raise
    return database


def upgrade(database: Database) -> None:
    """Raises AppError when the file is not a database of ours, or of a newer Triptych."""
    place = _place(database)
    _make_folder(database)
    settings = config()
    try:
        with _altering(database.engine) as connection:
            _refuse_foreign(connection, place)
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except CommandError as error:
        raise AppError(
            f"{place} was written by another version of Triptych ({error}).",
            hint=f"Use that version. {_ELSEWHERE}",
        ) from error
    except DatabaseError as error:
        raise AppError(
            f"{place} cannot be used: {str(error.orig).rstrip('.')}.",
            hint=hint_for(error) or f"Check the path and its permissions. {_ELSEWHERE}",
        ) from error


@contextmanager
def _altering(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables may be replaced by altered copies.

    SQLite alters most things so, and would take a dropped table's rows for deleted ones that
    others refer to. Its switch works outside of transactions only.
    """
    with engine.execution_options(triptych_write=True).connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                if engine.dialect.name == "sqlite":
                    _require_intact(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.connection.execute("PRAGMA foreign_keys=ON")


def _require_intact(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise AppError(f"The table {broken[0]} refers to rows that are not there.")


def hint_for(error: Exception) -> str | None:
    """What to do when the file, the disk or another process is the trouble; None otherwise."""
    said = str(error.orig) if isinstance(error, DatabaseError) else ""
    return next((hint for words, hint in _HINTS.items() if words in said), None)


def is_collision(error: Exception) -> bool:
    """Two people changed the same thing at once, and a constraint kept the second from it."""
    return isinstance(error, IntegrityError)


def config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(asset_folder("migrations")))
    return config


def _place(database: Database) -> str:
    """The file, or the address without its password."""
    url = database.engine.url
    on_disk = url.get_backend_name() == "sqlite" and url.database
    return f"The database {on_disk or url.render_as_string(hide_password=True)}"


def _refuse_foreign(connection: Connection, place: str) -> None:
    """Tables of ours never appear among those of another program."""
    tables = inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        found = ", ".join(sorted(tables)[:3])
        raise AppError(f"{place} belongs to another program: it has {found}.", hint=_ELSEWHERE)


def _make_folder(database: Database) -> None:
    url = database.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AppError(
            f"The folder {folder} for the database cannot be made: {error.strerror}.",
            hint=_ELSEWHERE,
        ) from error
