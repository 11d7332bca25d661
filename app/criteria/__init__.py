"""What can be asked of raters: scales, conditions, ready-made rubrics."""

from app.criteria.conditions import Condition, Given, asked_of, shown_if
from app.criteria.forms import CriterionForm, check_criteria, form_of
from app.criteria.rubrics import (
    DEFAULT_CRITERIA,
    FACTUALITY,
    INSTRUCTIONS,
    RUBRICS,
    STYLE,
    Rubric,
    find_rubric,
)
from app.criteria.scales import MAX_TEXT, AskedScale, asked_scale, scale_of

__all__ = [
    "DEFAULT_CRITERIA",
    "FACTUALITY",
    "INSTRUCTIONS",
    "MAX_TEXT",
    "RUBRICS",
    "STYLE",
    "AskedScale",
    "Condition",
    "CriterionForm",
    "Given",
    "Rubric",
    "asked_of",
    "asked_scale",
    "check_criteria",
    "find_rubric",
    "form_of",
    "scale_of",
    "shown_if",
]
