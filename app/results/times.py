"""Stored times as whole numbers, on every database."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class microseconds(FunctionElement[int]):  # noqa: N801 (a function of SQL)
    """Since 1970, of a column of times."""

    inherit_cache = True
    type = BigInteger()


@compiles(microseconds)
def _microseconds(element: microseconds, compiler: Any, **options: Any) -> str:
    time = compiler.process(element.clauses, **options)
    return f"CAST(EXTRACT(EPOCH FROM {time}) * 1000000 AS BIGINT)"


@compiles(microseconds, "sqlite")
def _microseconds_of_text(element: microseconds, compiler: Any, **options: Any) -> str:
    """SQLite keeps times as text, 2026-01-31 12:00:00.123456, and rounds them when it counts."""
    time = compiler.process(element.clauses, **options)
    seconds = f"STRFTIME('%s', SUBSTR({time}, 1, 19))"
    return f"({seconds} * 1000000 + CAST(SUBSTR({time}, 21) AS INTEGER))"
