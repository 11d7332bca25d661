"""The migrations make exactly the tables that the code declares (`alembic check`)."""

from pathlib import Path

from alembic import command
from sqlalchemy import inspect, select

from app.db import Base
from app.migrate import config, open_database
from app.tables import Account, Role


def test_nothing_is_left_to_generate(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new.db")
    settings = config()
    with database.engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.check(settings)
    database.dispose()


def test_every_table_is_made_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/new/folder/t.db")
    made = set(inspect(database.engine).get_table_names())
    database.dispose()
    assert made == {*Base.metadata.tables, "alembic_version"}


def test_upgrading_again_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kept.db"
    first = open_database(url)
    with first.writing() as session:
        session.add(Account(name="Ada", role=Role.RATER))
    first.dispose()
    again = open_database(url)
    with again.reading() as session:
        assert session.scalars(select(Account.name)).all() == ["Ada"]
    again.dispose()


def test_down_and_up_again(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/t.db")
    settings = config()
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
        left = set(inspect(connection).get_table_names())
        command.upgrade(settings, "head")
    made = set(inspect(database.engine).get_table_names())
    database.dispose()
    assert left == {"alembic_version"}
    assert made > set(Base.metadata.tables)
