"""Prompt sets: imported from files, listed, deleted."""

from app.prompts.rows import PromptRow, RowError, parse_prompt
from app.prompts.sets import (
    ImportReport,
    PromptSetSummary,
    add_prompt_set,
    browse_prompts,
    check_name,
    clean_name,
    delete_prompt_set,
    get_prompt_set,
    import_prompts,
    list_prompt_sets,
)

__all__ = [
    "ImportReport",
    "PromptRow",
    "PromptSetSummary",
    "RowError",
    "add_prompt_set",
    "browse_prompts",
    "check_name",
    "clean_name",
    "delete_prompt_set",
    "get_prompt_set",
    "import_prompts",
    "list_prompt_sets",
    "parse_prompt",
]
