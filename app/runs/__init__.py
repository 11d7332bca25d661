"""Runs: a prompt set x variants x samples, the answers due and the answers kept."""

from app.runs.browse import AnswerCell, AnswerRow, AnswersPage, answers_page, matching_prompts
from app.runs.create import (
    RunForm,
    create_run,
    delete_run,
    effective_sampling,
    get_run,
    list_runs,
)
from app.runs.ownership import (
    being_worked_on,
    claim,
    heartbeat,
    interrupted,
    is_held,
    new_owner,
    release,
    request_stop,
)
from app.runs.progress import (
    RunProgress,
    VariantProgress,
    begin_variant,
    fail_variant,
    progress,
    settle,
)
from app.runs.work import Answered, Failed, Work, due, request_seed, save_batch

__all__ = [
    "AnswerCell",
    "AnswerRow",
    "Answered",
    "AnswersPage",
    "Failed",
    "RunForm",
    "RunProgress",
    "VariantProgress",
    "Work",
    "answers_page",
    "begin_variant",
    "being_worked_on",
    "claim",
    "create_run",
    "delete_run",
    "due",
    "effective_sampling",
    "fail_variant",
    "get_run",
    "heartbeat",
    "interrupted",
    "is_held",
    "list_runs",
    "matching_prompts",
    "new_owner",
    "progress",
    "release",
    "request_seed",
    "request_stop",
    "save_batch",
    "settle",
]
