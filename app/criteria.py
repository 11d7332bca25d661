"""Criteria that every study starts with, and the instructions that raters read."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.tables import Scale


class CriterionForm(BaseModel):
    """What raters judge. `key` names it in exports for good; the label is what they see."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: str = Field(min_length=1, max_length=100)
    guidance: str = Field("", max_length=5000)
    asks_preference: bool = True
    scale: Scale | None = Scale.LIKERT
    options: dict[str, Any] = Field(default_factory=dict)
    per_answer: bool = True
    required: bool = True
    shown_if: dict[str, Any] | None = None


FACTUALITY = CriterionForm(
    key="factuality",
    label="Factuality",
    guidance=(
        "Are the statements true? Compare them with the reference answer and with what you can "
        "check. Prefer the answer with fewer and smaller errors. Two answers that are both right "
        "are a tie (both good), however different they sound; two that are both wrong are a tie "
        "(both bad). Length, tone and politeness do not count here.\n"
        "5: everything is right. 3: the main point is right, details are wrong. 1: the main point "
        "is wrong."
    ),
)
STYLE = CriterionForm(
    key="style",
    label="Style",
    guidance=(
        "Is it clear, well put and of the right length and tone? Judge as if every statement were "
        "true: a false answer can be well written, a true one clumsy.\n"
        "5: a pleasure to read. 3: acceptable. 1: hard to read, or off in tone."
    ),
)
DEFAULT_CRITERIA = (FACTUALITY, STYLE)

INSTRUCTIONS = "\n\n".join(
    (
        "Read the prompt, then each answer as a whole. Judge one criterion after the other: first "
        "the facts, then the style, each on its own.",
        "The order of the answers means nothing and changes from prompt to prompt. If you cannot "
        "tell, say so: an honest “cannot judge” is worth more than a guess. Please do not use a "
        "language model to decide.",
    )
)
