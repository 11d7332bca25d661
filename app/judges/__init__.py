"""Language models as judges: raters of kind `judge`, beside people and never among them."""

from app.judges.create import (
    JudgeForm,
    create_judge,
    find_judge,
    get_judge,
    judges_of,
    relation_sentence,
    relations,
)
from app.judges.plan import Cost, cost_of
from app.judges.progress import JudgeProgress, judge_progress
from app.judges.runner import JudgeRunner

__all__ = [
    "Cost",
    "JudgeForm",
    "JudgeProgress",
    "JudgeRunner",
    "cost_of",
    "create_judge",
    "find_judge",
    "get_judge",
    "judge_progress",
    "judges_of",
    "relation_sentence",
    "relations",
]
