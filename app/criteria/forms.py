"""Criteria as an experimenter defines them."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.criteria.conditions import Condition
from app.criteria.scales import checked_options, scale_of
from app.tables import Criterion, Scale


class CriterionForm(BaseModel):
    """What raters judge. `key` names it in exports for good; the label is what they see.

    Options that the scale does not have are dropped, those that are missing get their defaults.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: str = Field(min_length=1, max_length=100)
    guidance: str = Field("", max_length=5000)
    asks_preference: bool = True
    scale: Scale | None = Scale.LIKERT
    options: dict[str, Any] = Field(default_factory=dict)
    per_answer: bool = True
    required: bool = True
    shown_if: Condition | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not (self.asks_preference or self.scale):
            raise ValueError(f"{self.label} asks for neither a preference nor scores")
        self.options = checked_options(self.scale, self.options)
        return self


def form_of(criterion: Criterion) -> CriterionForm:
    """A stored criterion as it was defined."""
    fields = {name: getattr(criterion, name) for name in CriterionForm.model_fields}
    return CriterionForm.model_validate(fields)


def check_criteria(criteria: Sequence[CriterionForm]) -> None:
    """Raises ValueError, in words for a person, for what fits no study as a whole."""
    if not criteria:
        raise ValueError("a study needs at least one criterion")
    keys = [criterion.key for criterion in criteria]
    if len(set(keys)) < len(keys):
        raise ValueError("two criteria have the same key")
    for place, criterion in enumerate(criteria):
        if criterion.shown_if:
            _check_condition(criterion, criterion.shown_if, criteria[:place])


def _check_condition(
    criterion: CriterionForm, condition: Condition, earlier: Sequence[CriterionForm]
) -> None:
    other = next((one for one in earlier if one.key == condition.criterion), None)
    if other is None:
        raise ValueError(f"{criterion.label} can depend only on a criterion that stands before it")
    values = scale_of(other.scale, other.options).values if other.scale else range(0)
    if not values:
        raise ValueError(f"{criterion.label} cannot depend on {other.label}: it asks for no value")
    if not set(condition.values) <= set(values):
        raise ValueError(
            f"{criterion.label} depends on a value that {other.label} does not have: "
            f"it goes from {values[0]} to {values[-1]}"
        )
