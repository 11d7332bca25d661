"""Training and gold items from a file: prompts with answers and what raters are to say of them.

Their answers are responses of a run of their own: nothing on a page tells gold items from others.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.db import now
from app.errors import AppError, Conflict, Problem
from app.prompts import PromptRow, add_prompt_set
from app.readers import Row, Rows, read_rows
from app.studies.items import answers_per_item
from app.studies.session import OnFailure, session_of
from app.tables import (
    Assignment,
    Item,
    ItemKind,
    ItemResponse,
    Prompt,
    PromptSet,
    Response,
    Run,
    RunState,
    RunVariant,
    Study,
    StudyState,
    Variant,
    VariantKind,
)

CHECK_KINDS = (ItemKind.TRAINING, ItemKind.GOLD)
_ORDER = re.compile(r"\s*([1-9])\s*([>=]?)")
_HINT = 'Write every answer by its number, best first, and = between those that tie: "2 > 1 = 3".'


@dataclass(frozen=True)
class _Check:
    kind: ItemKind
    prompt: PromptRow
    answers: tuple[str, ...]
    expected: dict[str, list[int]]
    feedback: str


def import_checks(
    session: Session, study: Study, *, filename: str, data: BinaryIO | Path | bytes
) -> int:
    """Adds the file's items to the study, all of them or none -> how many.

    Raises Conflict for a study that is closed, InvalidInput naming every bad line.
    """
    if study.imported or study.state is StudyState.CLOSED:
        raise Conflict(f"{study.name} is closed.", hint="Reopen it to add training or gold items.")
    rows = read_rows(filename, data)
    checks = [check for row in rows.rows if (check := _read(study, rows, row))]
    rows.problems.sort(key=_line)
    rows.raise_if_any()
    _store(session, study, checks, filename)
    return len(checks)


def remove_checks(session: Session, study: Study) -> None:
    """All of them. Raises Conflict once a rater got one."""
    ids = select(Item.id).where(Item.study_id == study.id, Item.kind.in_(CHECK_KINDS))
    if session.scalar(select(Assignment.id).where(Assignment.item_id.in_(ids)).limit(1)):
        raise Conflict(
            "Raters have judged training or gold items already.",
            hint="They stay, because what was judged stays. You can add others.",
        )
    runs = list(session.scalars(_runs(study)))
    session.execute(delete(ItemResponse).where(ItemResponse.item_id.in_(ids)))
    session.execute(delete(Item).where(Item.study_id == study.id, Item.kind.in_(CHECK_KINDS)))
    for run in runs:
        _remove_run(session, run)


def list_checks(session: Session, study: Study) -> list[Item]:
    query = select(Item).where(Item.study_id == study.id, Item.kind.in_(CHECK_KINDS))
    return list(session.scalars(query.order_by(Item.position)))


def require_fitting_checks(session: Session, study: Study) -> None:
    """Raises AppError when a draft was changed after its checks were added."""
    size = answers_per_item(study)
    asked = {criterion.key for criterion in study.criteria if criterion.asks_preference}
    for item in list_checks(session, study):
        if len(item.responses) != size or not set(item.expected or {}) <= asked:
            raise AppError(
                "The training and gold items do not fit this study any more.",
                hint=f"It now shows {size} answers and asks for {', '.join(sorted(asked))}. "
                "Remove them under Rater's session and add a file that fits.",
            )


def check_warnings(session: Session, study: Study) -> list[str]:
    """By what gold items would stand out, or could do nothing."""
    spec = session_of(study)
    gold = [item for item in list_checks(session, study) if item.kind is ItemKind.GOLD]
    warnings = []
    if gold and study.show_reference and not all(item.prompt.reference for item in gold):
        warnings.append(
            "Some gold items have no reference answer. Where others show one, raters can tell them."
        )
    if len(gold) < spec.gold_minimum and spec.on_failure is OnFailure.SCREEN_OUT:
        warnings.append(
            f"There are {len(gold)} gold items, and nobody is stopped before {spec.gold_minimum}."
        )
    return warnings


# --- reading --------------------------------------------------------------------------------------


def _read(study: Study, rows: Rows, row: Row) -> _Check | None:
    before = len(rows.problems)
    kind = _kind(rows, row)
    prompt = _text(row, "prompt")
    if not prompt:
        rows.problem(row.where, "prompt: is missing.", "Every item needs a prompt.")
    answers = _answers(study, rows, row)
    expected = _expected(study, rows, row, len(answers))
    if len(rows.problems) > before:
        return None
    reference = _text(row, "reference") or None
    return _Check(
        kind, PromptRow(prompt, reference=reference), answers, expected, _text(row, "feedback")
    )


def _line(problem: Problem) -> int:
    _, _, line = problem.where.rpartition(":")
    return int(line) if line.isdecimal() else 0


def _kind(rows: Rows, row: Row) -> ItemKind:
    text = _text(row, "kind").lower() or ItemKind.GOLD.value
    if text not in set(CHECK_KINDS):
        rows.problem(row.where, f"kind: {text!r} is not known.", "Write training or gold.")
        return ItemKind.GOLD
    return ItemKind(text)


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    return "" if value is None else str(value).strip()


def _answers(study: Study, rows: Rows, row: Row) -> tuple[str, ...]:
    """Of the list `answers`, or of the columns answer_1, answer_2, ..."""
    size = answers_per_item(study)
    given = row.values.get("answers")
    if given is None:
        given = [row.values.get(f"answer_{n}") for n in range(1, 10)]
        given = [answer for answer in given if answer not in (None, "")]
    if not isinstance(given, list) or not all(isinstance(answer, str) for answer in given):
        rows.problem(row.where, "answers: must be a list of texts.", 'Like ["one", "two"].')
        return ()
    if len(given) != size:
        hint = f"Raters of this study see {size}; an item with another number would stand out."
        rows.problem(row.where, f"answers: there are {len(given)}, not {size}.", hint)
        return ()
    return tuple(given)


def _expected(study: Study, rows: Rows, row: Row, size: int) -> dict[str, list[int]]:
    """Of the object `expected`, or of the columns expected_<criterion>."""
    given: Any = row.values.get("expected")
    if given is None:
        given = {
            name.removeprefix("expected_"): value
            for name, value in row.values.items()
            if name.startswith("expected_") and value not in (None, "")
        }
    if not isinstance(given, Mapping) or not given:
        hint = 'Say what is right on a criterion: {"factuality": "2 > 1"}.'
        rows.problem(row.where, "expected: is missing.", hint)
        return {}
    return dict(_orders(study, rows, row, given, size))


def _orders(
    study: Study, rows: Rows, row: Row, given: Mapping[Any, Any], size: int
) -> Iterator[tuple[str, list[int]]]:
    known = [criterion.key for criterion in study.criteria if criterion.asks_preference]
    for key, order in given.items():
        ranks = _ranks(str(order), size)
        if key not in known:
            hint = f"Criteria with a preference: {', '.join(known) or 'none'}."
            rows.problem(row.where, f"expected: {key!r} is no such criterion.", hint)
        elif ranks is None and size:
            rows.problem(row.where, f"expected: {order!r} does not order {size} answers.", _HINT)
        elif ranks is not None:
            yield key, ranks


def _ranks(order: str, size: int) -> list[int] | None:
    """ "2 > 1 = 3" -> [2, 1, 2]: the rank of each answer. None for what orders them not."""
    parts = _ORDER.findall(order)
    if "".join(number + sign for number, sign in parts) != re.sub(r"\s", "", order):
        return None
    numbers = [int(number) for number, _ in parts]
    signs = [sign for _, sign in parts]
    if sorted(numbers) != list(range(1, size + 1)) or not all(signs[:-1]) or signs[-1]:
        return None
    ranks, rank = [0] * size, 1
    for number, sign in parts:
        ranks[int(number) - 1] = rank
        rank += sign == ">"
    return ranks


def written_order(ranks: Sequence[int]) -> str:
    """[2, 1, 2] -> "2 > 1 = 3", as a file says it."""
    groups = [
        " = ".join(str(number) for number, one in enumerate(ranks, start=1) if one == rank)
        for rank in sorted(set(ranks))
    ]
    return " > ".join(groups)


# --- writing --------------------------------------------------------------------------------------


def _store(session: Session, study: Study, checks: Sequence[_Check], filename: str) -> None:
    run = _add_run(session, study, checks, filename)
    prompts = session.scalars(
        select(Prompt).where(Prompt.prompt_set_id == run.prompt_set_id).order_by(Prompt.position)
    ).all()
    first = session.scalar(select(func.max(Item.position)).where(Item.study_id == study.id))
    start = 0 if first is None else first + 1
    for position, (check, prompt) in enumerate(zip(checks, prompts, strict=True), start):
        item = Item(
            study_id=study.id,
            prompt_id=prompt.id,
            position=position,
            kind=check.kind,
            expected=check.expected,
            feedback=check.feedback,
            responses=[
                ItemResponse(
                    position=place,
                    response=Response(run_variant_id=member.id, prompt_id=prompt.id, text=text),
                )
                for place, (member, text) in enumerate(
                    zip(run.variants, check.answers, strict=True)
                )
            ],
        )
        session.add(item)
    session.flush()


def _add_run(session: Session, study: Study, checks: Sequence[_Check], filename: str) -> Run:
    name, at = _free_name(session, study), now()
    prompt_set = add_prompt_set(
        session, name=name, source=filename, prompts=[check.prompt for check in checks]
    )
    run = Run(
        name=name,
        prompt_set=prompt_set,
        imported=True,
        state=RunState.DONE,
        started_at=at,
        finished_at=at,
        variants=[
            RunVariant(
                variant=_variant(session, number),
                position=number,
                state=RunState.DONE,
                provenance={"recorded": True, "files": [filename]},
            )
            for number in range(answers_per_item(study))
        ],
    )
    session.add(run)
    session.flush()
    return run


def _variant(session: Session, number: int) -> Variant:
    """The answers of one place in a file of checks; nobody made them, so nobody is compared."""
    name = f"check answer {number + 1}"
    spec = {"name": name, "kind": VariantKind.OTHER.value, "recorded": True}
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
    same = (Variant.name == name, Variant.content_hash == digest)
    found = session.scalar(select(Variant).where(*same))
    return found or Variant(name=name, kind=VariantKind.OTHER, content_hash=digest, spec=spec)


def _free_name(session: Session, study: Study) -> str:
    taken = set(session.scalars(select(Run.name))) | set(session.scalars(select(PromptSet.name)))
    names = (f"{study.name[:150]}: checks {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _runs(study: Study) -> Any:
    """Of the study's checks."""
    return (
        select(Run)
        .join(RunVariant, RunVariant.run_id == Run.id)
        .join(Response, Response.run_variant_id == RunVariant.id)
        .join(ItemResponse, ItemResponse.response_id == Response.id)
        .join(Item, Item.id == ItemResponse.item_id)
        .where(Item.study_id == study.id, Item.kind.in_(CHECK_KINDS))
        .distinct()
    )


def _remove_run(session: Session, run: Run) -> None:
    members = [member.id for member in run.variants]
    session.execute(delete(Response).where(Response.run_variant_id.in_(members)))
    prompt_set = run.prompt_set
    session.delete(run)
    session.flush()
    session.delete(prompt_set)
    session.flush()
