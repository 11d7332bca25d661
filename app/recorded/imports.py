"""Recorded answers into the database: everything is checked before the first row is added."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import Conflict
from app.introductions import find_introduction
from app.prompts import PromptRow, add_prompt_set, check_name, clean_name
from app.readers import Source
from app.recorded.batch import Batch, read_files
from app.recorded.checks import check_duplicates, kinds_of, missing_answers
from app.recorded.matching import Prompts
from app.recorded.parse import Answer
from app.tables import Prompt, PromptSet, Response, Run, RunState, RunVariant, Variant, VariantKind


@dataclass(frozen=True)
class ResponsesReport:
    """What was imported: the finished run, its number of answers, columns not used, notes."""

    run: Run
    count: int
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def import_responses(
    session: Session,
    *,
    name: str,
    files: Sequence[Source],
    prompt_set: PromptSet | None = None,
) -> ResponsesReport:
    """A finished run from one or more files, all of them or nothing.

    Prompts are matched to `prompt_set` by id, else by text; without one they become a set of the
    run's name. Raises InvalidInput naming every bad line, Conflict when the name is taken.
    """
    name = _check_run_name(session, name, prompt_set)
    batch = read_files(files)
    answers = batch.answers
    existing = _prompts_of(session, prompt_set) if prompt_set else []
    prompts = Prompts(map(_row_of, existing) if prompt_set else None)
    positions = prompts.assign(answers)
    batch.problems += prompts.problems
    kinds = kinds_of(answers, batch)
    check_duplicates(answers, positions, batch)
    batch.raise_if_any()

    sound = [position for position in positions if position is not None]
    chosen = prompt_set or add_prompt_set(
        session, name=name, source=batch.name, prompts=prompts.rows()
    )
    run = _add_run(session, name, chosen, answers)
    variants = _add_variants(session, run, kinds, batch)
    known = existing or _prompts_of(session, chosen)
    _add_responses(session, answers, sound, variants, known)
    notes = (*batch.notes, *missing_answers(answers, sound, known, run.samples))
    return ResponsesReport(run, len(answers), tuple(dict.fromkeys(batch.ignored)), notes)


def _check_run_name(session: Session, name: str, prompt_set: PromptSet | None) -> str:
    name = clean_name(name)
    if session.scalar(select(Run.id).where(Run.name == name)):
        raise Conflict(f"There is a run '{name}' already.", hint="Choose another name.")
    return check_name(session, name) if prompt_set is None else name


# --- writing ------------------------------------------------------------------------------------


def _prompts_of(session: Session, prompt_set: PromptSet) -> Sequence[Prompt]:
    query = select(Prompt).where(Prompt.prompt_set_id == prompt_set.id).order_by(Prompt.position)
    return session.scalars(query).all()


def _row_of(p: Prompt) -> PromptRow:
    return PromptRow(p.text, p.key, p.system, p.turns, p.category, p.reference)


def _add_run(session: Session, name: str, prompt_set: PromptSet, answers: Sequence[Answer]) -> Run:
    time = now()
    run = Run(
        name=name,
        prompt_set=prompt_set,
        samples=1 + max(answer.sample for answer in answers),
        imported=True,
        state=RunState.DONE,
        started_at=time,
        finished_at=time,
    )
    session.add(run)
    return run


def _add_variants(
    session: Session, run: Run, kinds: dict[str, VariantKind], batch: Batch
) -> dict[str, RunVariant]:
    added = {}
    for position, (name, kind) in enumerate(kinds.items()):
        spec = {"recorded": True, "name": name, "kind": kind.value, "files": batch.sources[name]}
        run_variant = RunVariant(
            variant=_frozen(session, name, kind, spec),
            position=position,
            state=RunState.DONE,
            provenance={"recorded": True, "files": batch.sources[name]},
        )
        run.variants.append(run_variant)
        added[name] = run_variant
    session.flush()
    return added


def _frozen(session: Session, name: str, kind: VariantKind, spec: dict[str, Any]) -> Variant:
    """The same files imported again are the same variant."""
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    same = (Variant.name == name, Variant.content_hash == digest)
    found = session.scalar(select(Variant).where(*same))
    return found or Variant(name=name, kind=kind, content_hash=digest, spec=spec)


def _add_responses(
    session: Session,
    answers: Sequence[Answer],
    positions: Sequence[int],
    variants: dict[str, RunVariant],
    prompts: Sequence[Prompt],
) -> None:
    rows = [
        {
            "run_variant_id": variants[answer.variant].id,
            "prompt_id": prompts[position].id,
            "sample": answer.sample,
            "text": answer.text,
            "rendered_prompt": answer.rendered_prompt,
            "token_ids": answer.token_ids,
            "logprobs": answer.logprobs,
            "introduces_itself": find_introduction(answer.text, variants),
        }
        for answer, position in zip(answers, positions, strict=True)
    ]
    session.execute(insert(Response), rows)
