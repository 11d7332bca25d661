"""The migrations make exactly the tables that the code declares (`alembic check`)."""

from pathlib import Path

from alembic import command
from sqlalchemy import inspect, select

from app.db import Base, Database
from app.migrate import config, open_database
from app.tables import Account, Entry, Invitation, Role, Scale, Study


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


def test_rows_of_the_first_schema_survive_the_second(tmp_path: Path) -> None:
    """SQLite alters tables by copying them: nothing that refers to them may be lost."""
    url = f"sqlite:///{tmp_path}/t.db"
    old = Database(url)
    settings = config()
    with old.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        for statement in FIRST_SCHEMA_ROWS:
            connection.exec_driver_sql(statement)
    old.dispose()
    database = open_database(url)
    with database.reading() as session:
        [invitation] = session.scalars(select(Invitation))
        assert (invitation.account.name, invitation.study.name) == ("Ada", "mine")
        assert invitation.entry is Entry.PERSONAL
        criteria = {one.key: one for one in invitation.study.criteria}
        assert criteria["facts"].scale is Scale.LIKERT
        assert criteria["style"].scale is None
        assert criteria["facts"].options == {}
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.dispose()


def test_studies_that_were_opened_before_it_was_stored_have_the_first_rule(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/t.db"
    old = Database(url)
    settings = config()
    draft = FIRST_SCHEMA_ROWS[3].replace("(1, 's', 'mine'", "(2, 'd', 'draft'")
    with old.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        for statement in (*FIRST_SCHEMA_ROWS[:4], draft.replace("'open'", "'draft'")):
            connection.exec_driver_sql(statement)
    old.dispose()
    database = open_database(url)
    with database.reading() as session:
        assert session.scalars(select(Study.stripping_rule).order_by(Study.id)).all() == [1, None]
    database.dispose()


NOW = "'2026-11-01 00:00:00'"
FIRST_SCHEMA_ROWS = (
    f"INSERT INTO accounts VALUES (1, 'a', 'rater', 'Ada', NULL, 0, {NOW})",
    f"INSERT INTO prompt_sets VALUES (1, 'set', '', 'h', {NOW})",
    f"INSERT INTO runs VALUES"
    f" (1, 'run', 1, 1, 0, '{{}}', 0, 'done', NULL, NULL, {NOW}, NULL, NULL)",
    f"INSERT INTO studies VALUES"
    f" (1, 's', 'mine', 1, 'open', 'pairwise', NULL, NULL, 1, '', 1, 1, 7, {NOW}, NULL, NULL)",
    "INSERT INTO criteria VALUES (1, 1, 0, 'facts', 'Facts', '', 1, 1)",
    "INSERT INTO criteria VALUES (2, 1, 1, 'style', 'Style', '', 1, 0)",
    f"INSERT INTO invitations VALUES (1, 'n', 1, 1, {NOW}, NULL)",
)
