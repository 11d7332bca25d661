"""Prompt sets in the database. Everything is checked before the first row is added."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict, InvalidInput, NotFound, Problem
from app.prompts.rows import COLUMNS, PromptRow, RowError, check_storable, parse_prompt
from app.readers import Row, Rows, read_rows
from app.tables import Prompt, PromptSet, Run

_NAME_LIMIT = 200


@dataclass(frozen=True)
class ImportReport:
    """What was imported: how many prompts, which columns were not used, what to know."""

    prompt_set: PromptSet
    count: int
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class PromptSetSummary:
    """`categories` in order of size: (name, number of prompts); None is "without"."""

    id: int
    name: str
    source: str
    count: int
    categories: tuple[tuple[str | None, int], ...]
    runs: int
    created_at: datetime


def import_prompts(
    session: Session, *, name: str, filename: str, data: BinaryIO | Path
) -> ImportReport:
    """A new prompt set from a JSONL, JSON, CSV, TSV or Parquet file, all of it or nothing.

    Raises InvalidInput naming every bad line, Conflict when the name is taken.
    """
    name = check_name(session, name)
    rows = read_rows(filename, data)
    notes = _rename_instruction(rows)
    _check_columns(rows)
    prompts = _parse_all(rows)
    rows.raise_if_any()
    prompt_set = add_prompt_set(session, name=name, source=filename, prompts=prompts)
    ignored = tuple(column for column in rows.columns if column not in COLUMNS)
    return ImportReport(prompt_set, len(prompts), ignored, notes)


def check_name(session: Session, name: str) -> str:
    """The name as it will be kept. Raises InvalidInput, Conflict when it is taken."""
    name = clean_name(name)
    if session.scalar(select(PromptSet.id).where(PromptSet.name == name)):
        hint = "Choose another name, or delete the old set first."
        raise Conflict(f"There is a prompt set '{name}' already.", hint=hint)
    return name


def clean_name(name: str) -> str:
    """Without blanks around it. Raises InvalidInput for what cannot be a name."""
    name = name.strip()
    try:
        check_storable(name, "name")
        if any(unicodedata.category(character) == "Cc" for character in name):
            raise RowError("must be one line of plain text.")  # noqa: TRY301
        if not 1 <= len(name) <= _NAME_LIMIT:
            raise RowError(f"must have 1 to {_NAME_LIMIT} characters.")  # noqa: TRY301
    except RowError as error:
        problem = Problem("name", error.message, error.hint)
        raise InvalidInput("The name cannot be used.", [problem]) from None
    return name


def add_prompt_set(
    session: Session, *, name: str, source: str, prompts: Sequence[PromptRow]
) -> PromptSet:
    """Adds and flushes prompts that were checked already; those without id get their number."""
    keyed = [replace(p, key=p.key or str(number)) for number, p in enumerate(prompts, 1)]
    content = json.dumps([asdict(prompt) for prompt in keyed], sort_keys=True)
    prompt_set = PromptSet(
        name=name, source=source, content_hash=hashlib.sha256(content.encode()).hexdigest()
    )
    session.add(prompt_set)
    session.flush()
    # In bulk: the write lock is held meanwhile, and everybody else waits for it.
    rows = [
        {"prompt_set_id": prompt_set.id, "position": position, **asdict(prompt)}
        for position, prompt in enumerate(keyed)
    ]
    session.execute(insert(Prompt), rows)
    return prompt_set


def _rename_instruction(rows: Rows) -> tuple[str, ...]:
    """Instruction data sets call the prompt `instruction`."""
    if "prompt" in rows.columns or "instruction" not in rows.columns:
        return ()
    for number, row in enumerate(rows.rows):
        if row.values.get("input"):
            message = "has an 'input' beside its 'instruction', which would get lost."
            rows.problem(row.where, message, "Write the whole prompt into one column 'prompt'.")
        values = {"prompt" if k == "instruction" else k: v for k, v in row.values.items()}
        rows.rows[number] = Row(row.where, values)
    return ("The column 'instruction' was taken as the prompt.",)


def _check_columns(rows: Rows) -> None:
    """One problem, not one for every row. Raises InvalidInput."""
    if rows.rows and "prompt" not in rows.columns:
        hint = f"Found: {', '.join(rows.columns[:8]) or 'none'}."
        rows.problem(rows.filename, "has no column 'prompt'.", hint)
        rows.raise_if_any()


def _parse_all(rows: Rows) -> list[PromptRow]:
    seen: dict[str, str] = {}
    prompts = []
    for number, row in enumerate(rows.rows, 1):
        prompt, errors = parse_prompt(row.values)
        for error in errors:
            rows.problem(row.where, error.message, error.hint)
        if prompt is not None:
            key = prompt.key or str(number)
            if key in seen:  # not by its place: a JSON list may have two rows on one line
                rows.problem(row.where, *_twice(prompt, key, seen[key]))
            seen.setdefault(key, row.where)
            prompts.append(prompt)
    return prompts


def _twice(prompt: PromptRow, key: str, where: str) -> tuple[str, str]:
    if prompt.key:
        return f"the id '{key}' is used at {where} already.", "Give every row an id of its own."
    message = f"has no id, and its number {key} is the id at {where}."
    return message, "Give every row an id, or none."


# --- reading and deleting -----------------------------------------------------------------------


def list_prompt_sets(session: Session) -> list[PromptSetSummary]:
    """Newest first."""
    sets = session.scalars(select(PromptSet).order_by(PromptSet.id.desc())).all()
    counts: dict[int, Counter[str | None]] = {s.id: Counter() for s in sets}
    by_category = select(Prompt.prompt_set_id, Prompt.category, func.count()).group_by(
        Prompt.prompt_set_id, Prompt.category
    )
    for set_id, category, count in session.execute(by_category):
        counts[set_id][category] = count
    runs = _runs_per_set(session)
    return [_summary(s, counts[s.id], runs.get(s.id, 0)) for s in sets]


def _runs_per_set(session: Session) -> dict[int, int]:
    grouped = select(Run.prompt_set_id, func.count()).group_by(Run.prompt_set_id)
    return {row[0]: row[1] for row in session.execute(grouped)}


def _summary(prompt_set: PromptSet, counts: Counter[Any], runs: int) -> PromptSetSummary:
    return PromptSetSummary(
        id=prompt_set.id,
        name=prompt_set.name,
        source=prompt_set.source,
        count=counts.total(),
        categories=tuple(sorted(counts.items(), key=lambda c: (-c[1], c[0] or ""))),
        runs=runs,
        created_at=prompt_set.created_at,
    )


def get_prompt_set(session: Session, prompt_set_id: int) -> PromptSet:
    """Raises NotFound."""
    prompt_set = session.get(PromptSet, prompt_set_id)
    if prompt_set is None:
        raise NotFound("There is no such prompt set.", hint="It may have been deleted.")
    return prompt_set


def browse_prompts(
    session: Session, prompt_set_id: int, *, offset: int, limit: int
) -> tuple[list[Prompt], int]:
    """-> (prompts from `offset` on, in the file's order; how many there are)."""
    mine = Prompt.prompt_set_id == prompt_set_id
    query = select(Prompt).where(mine).order_by(Prompt.position).offset(offset).limit(limit)
    total = session.scalar(select(func.count(Prompt.id)).where(mine))
    return list(session.scalars(query)), total or 0


def delete_prompt_set(session: Session, prompt_set_id: int) -> None:
    """Raises NotFound, Conflict when a run uses it."""
    prompt_set = get_prompt_set(session, prompt_set_id)
    runs = session.scalars(select(Run.name).where(Run.prompt_set_id == prompt_set.id)).all()
    if runs:
        names = ", ".join(f"'{name}'" for name in runs[:3]) + (" ..." if len(runs) > 3 else "")
        message = f"The prompt set '{prompt_set.name}' is used by {names}."
        raise Conflict(message, hint="Its prompts belong to those answers, so it stays.")
    session.delete(prompt_set)
    session.flush()
