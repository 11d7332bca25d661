"""Brings a database to the newest schema; called at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DatabaseError

from app.db import Database
from app.errors import AppError
from app.settings import asset_folder


def config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(asset_folder("migrations")))
    return config


def upgrade(database: Database) -> None:
    """Raises AppError when the file is not a database of ours, or of a newer Triptych."""
    _make_folder(database)
    settings = config()
    try:
        engine = database.engine.execution_options(triptych_write=True)
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except CommandError as error:
        raise AppError(
            f"The database was written by another version of Triptych ({error}).",
            hint="Use that version, or point TRIPTYCH_DATABASE_URL at another database.",
        ) from error
    except DatabaseError as error:
        raise AppError(
            f"The database at {database.url} cannot be opened: {error.orig}.",
            hint="Check the path and its permissions, or set TRIPTYCH_DATABASE_URL.",
        ) from error


def is_current(database: Database) -> bool:
    head = ScriptDirectory.from_config(config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _make_folder(database: Database) -> None:
    if database.engine.dialect.name == "sqlite" and database.engine.url.database:
        Path(database.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
