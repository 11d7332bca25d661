"""Runs migrations on the connection that `app.migrate` hands over, or on the settings' database."""

from alembic import context

import app.tables  # noqa: F401  (registers every table)
from app.db import Base, connect
from app.settings import Settings


def _run(connection: object) -> None:
    context.configure(
        connection=connection,  # type: ignore[arg-type]
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite alters tables by copying them
        compare_type=True,
        transactional_ddl=True,  # SQLite can, since our sessions begin their own transactions
    )
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    _run(connection)
else:
    with connect(Settings().sqlalchemy_url).connect() as own:
        _run(own)
        own.commit()
