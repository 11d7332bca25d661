"""Language models as judges: raters of kind `judge`, beside people and never among them."""

from app.judges.beside import Beside, CriterionBeside, beside
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
from app.judges.progress import JudgeProgress, judge_progress, unread
from app.judges.runner import JudgeRunner
from app.judges.sentences import finding
from app.judges.work import Key, Task, due, items_of, task_of

__all__ = [
    "Beside",
    "Cost",
    "CriterionBeside",
    "JudgeForm",
    "JudgeProgress",
    "JudgeRunner",
    "Key",
    "Task",
    "beside",
    "cost_of",
    "create_judge",
    "due",
    "find_judge",
    "finding",
    "get_judge",
    "items_of",
    "judge_progress",
    "judges_of",
    "relation_sentence",
    "relations",
    "task_of",
    "unread",
]
