"""Sessions: what a read sees while others write."""

from sqlalchemy import func, select

from app.db import Database
from app.tables import Account, Role


def test_a_reading_session_sees_one_moment(database: Database) -> None:
    with database.reading() as session:
        count = select(func.count(Account.id))
        assert session.scalar(count) == 0
        with database.writing() as other:
            other.add(Account(role=Role.RATER, name="Ada"))
        assert session.scalar(count) == 0
    with database.reading() as session:
        assert session.scalar(count) == 1
