"""Kinds of columns that several tables share."""

import enum
import secrets

from sqlalchemy import Enum


def random_id() -> str:
    """An id for addresses: tells nothing about order, owner or content (96 bits)."""
    return secrets.token_urlsafe(12)


def text_enum(kind: type[enum.StrEnum]) -> Enum:
    """A string column checked against the enum's values, without a database type of its own."""
    return Enum(
        kind,
        native_enum=False,
        length=32,
        create_constraint=True,
        name=kind.__name__.lower(),
        values_callable=lambda members: [m.value for m in members],
    )
