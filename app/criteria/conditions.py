"""Criteria that are asked only where an earlier one was answered in a certain way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from app.tables import Criterion


class Condition(BaseModel):
    """Asked only where the criterion of this key has one of these values."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    criterion: str
    values: list[int] = Field(min_length=1, max_length=101)


@dataclass(frozen=True)
class Given:
    """The numbers given on one criterion, of the item or by answer; empty where it is hidden."""

    value: int | None = None
    scores: Mapping[int, int] = field(default_factory=dict)


def asked_of(
    condition: Condition | None, given: Mapping[str, Given], slots: Sequence[int]
) -> tuple[int, ...]:
    """The answers that a criterion is asked of: all of them, none, or those that meet it.

    A number of the item speaks for all answers. What is asked once of the item is asked where any
    answer meets the condition.
    """
    if condition is None:
        return tuple(slots)
    said = given.get(condition.criterion, Given())
    if said.value is not None:
        return tuple(slots) if said.value in condition.values else ()
    return tuple(slot for slot in slots if said.scores.get(slot) in condition.values)


def shown_if(criterion: Criterion) -> Condition | None:
    """The condition of a stored criterion."""
    return Condition.model_validate(criterion.shown_if) if criterion.shown_if else None
