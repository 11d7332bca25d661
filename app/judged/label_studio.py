"""Label Studio's JSON export of a pairwise project: tasks with annotations. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.judged.shapes import Ballot, Batch, Said, Shown
from app.judged.values import (
    comment,
    duration,
    is_missing,
    moment,
    person,
    variant_kind,
    variant_name,
)
from app.prompts import PromptRow, RowError
from app.prompts.rows import check_storable, identifier, short_text
from app.readers import Rows
from app.tables import Outcome

NAME = "label-studio"
CRITERION = "preference"
SKIPPED = "annotations that the annotator skipped"
EMPTY = "annotations without a choice"

# Fields of a task's data: there is no standard, so what projects commonly use, left before right.
_VARIANTS = (
    ("model_a", "model_b"),
    ("variant_a", "variant_b"),
    ("left_model", "right_model"),
    ("left_variant", "right_variant"),
    ("model_left", "model_right"),
    ("model1", "model2"),
    ("variant1", "variant2"),
    ("answer1_model", "answer2_model"),
)
_ANSWERS = (
    ("answer1", "answer2"),
    ("answer_a", "answer_b"),
    ("response_a", "response_b"),
    ("response1", "response2"),
    ("left_answer", "right_answer"),
    ("text1", "text2"),
    ("left", "right"),
)
_PROMPTS = ("prompt", "question", "instruction", "input")
_IDS = ("prompt_id", "question_id")
_KINDS = (("kind_a", "kind_b"), ("left_kind", "right_kind"))
_SIDES = {"left": (1, 2), "right": (2, 1)}
_CHOICES = {
    "tie": Outcome.RANKED,
    "equal": Outcome.RANKED,
    "same": Outcome.RANKED,
    "both good": Outcome.TIE_GOOD,
    "tie (both good)": Outcome.TIE_GOOD,
    "both bad": Outcome.TIE_BAD,
    "tie (both bad)": Outcome.TIE_BAD,
    "tie (bothbad)": Outcome.TIE_BAD,
    "neither": Outcome.TIE_BAD,
    "cannot judge": Outcome.CANNOT_JUDGE,
    "cannot_judge": Outcome.CANNOT_JUDGE,
    "tie_good": Outcome.TIE_GOOD,
    "tie_bad": Outcome.TIE_BAD,
}


def recognise(columns: set[str]) -> bool:
    return {"data", "annotations"} <= columns


def read(rows: Rows, batch: Batch) -> None:
    used = {"id", "data", "annotations"}
    batch.columns += [column for column in rows.columns if column not in used]
    for row in rows.rows:
        try:
            _read_task(row.where, row.values, batch)
        except RowError as error:
            batch.refuse(row.where, error)


def _read_task(where: str, task: Mapping[str, Any], batch: Batch) -> None:
    data, annotations = task.get("data"), task.get("annotations")
    if not isinstance(data, dict) or not isinstance(annotations, list):
        raise RowError("a task needs data and annotations.", "Export the project as JSON.")
    names = _pair(data, _VARIANTS)
    if names is None:
        known = "; ".join(f"{left} and {right}" for left, right in _VARIANTS[:4])
        raise RowError("the task's data do not say whose answers they are.", f"Add {known}.")
    left, right = variant_name(data, names[0]), variant_name(data, names[1])
    prompt = _prompt(task, data)
    texts = _pair(data, _ANSWERS)
    shown = (Shown(left, _text(data, texts, 0)), Shown(right, _text(data, texts, 1)))
    for annotation in annotations:
        if left == right:
            batch.ignored["annotations of a variant against itself"] += 1
        else:
            _read_annotation(where, annotation, prompt, shown, batch)
    _kinds(data, (left, right), batch)


def _kinds(data: Mapping[str, Any], names: tuple[str, str], batch: Batch) -> None:
    for name, key in zip(names, _pair(data, _KINDS) or (), strict=False):
        if kind := variant_kind(data, key):
            batch.kinds[name] = kind


def _pair(data: Mapping[str, Any], names: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    return next((pair for pair in names if pair[0] in data and pair[1] in data), None)


def _text(data: Mapping[str, Any], names: tuple[str, str] | None, side: int) -> str | None:
    value = data.get(names[side]) if names else None
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError("an answer in the task's data is not text.", "Put it in quotes.")
    check_storable(value, "an answer")
    return value


def _prompt(task: Mapping[str, Any], data: Mapping[str, Any]) -> PromptRow:
    field = next((name for name in _PROMPTS if not is_missing(data.get(name))), None)
    key = next((name for name in _IDS if not is_missing(data.get(name))), None)
    text = data[field] if field else ""
    if not isinstance(text, str):
        raise RowError(f"'{field}' in the task's data is not text.", "Put it in quotes.")
    check_storable(text, "the prompt")
    number = identifier(task, "id") if not (field or key) else None
    return PromptRow(
        text,
        key=identifier(data, key) if key else f"task {number}" if number else None,
        category=None if is_missing(data.get("category")) else short_text(data, "category"),
    )


# --- annotations ----------------------------------------------------------------------------------


def _read_annotation(
    where: str, annotation: Any, prompt: PromptRow, shown: tuple[Shown, Shown], batch: Batch
) -> None:
    if not isinstance(annotation, dict) or not isinstance(annotation.get("result", []), list):
        raise RowError("an annotation is not what Label Studio exports.", "Export it as JSON.")
    if annotation.get("was_cancelled") is True:
        batch.ignored[SKIPPED] += 1
        return
    results = [entry for entry in annotation.get("result", []) if isinstance(entry, dict)]
    said = dict(_said(results, batch))
    if not said:
        batch.ignored[EMPTY] += 1
        return
    batch.ballots.append(
        Ballot(
            where=where,
            rater=_rater(annotation),
            prompt=prompt,
            shown=shown,
            said=said,
            comment=comment("\n\n".join(_texts(results))),
            at=moment(annotation, "updated_at", "created_at"),
            duration_ms=duration(annotation, "lead_time", unit_ms=1000),
        )
    )


def _rater(annotation: Mapping[str, Any]) -> str | None:
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        return person(who, "email", "id", "username")
    return person(annotation, "completed_by")


def _said(results: list[dict[str, Any]], batch: Batch) -> Iterator[tuple[str, Said]]:
    """One criterion for each pairwise control; a choice of "tie" answers where no side is."""
    pairs = [r for r in results if r.get("type") == "pairwise"]
    ties = list(_ties(results))
    others = {str(r.get("type"))[:40] for r in results}
    for kind in sorted(others - {"pairwise", "choices", "textarea"}):
        batch.ignored[f"results of the type '{kind.encode(errors='replace').decode()}'"] += 1
    if pairs and ties:
        raise RowError("an annotation says both a side and a tie.", "Correct it in Label Studio.")
    for result in pairs:
        yield _criterion(result, pairs), Said.preference(Outcome.RANKED, _side(result))
    if len(set(ties)) > 1:
        raise RowError("an annotation has several kinds of tie.", "Correct it in Label Studio.")
    if ties:
        ranks = (None, None) if ties[0] is Outcome.CANNOT_JUDGE else (1, 1)
        yield CRITERION, Said.preference(ties[0], ranks)


def _criterion(result: Mapping[str, Any], pairs: list[dict[str, Any]]) -> str:
    """The only control is the preference; several go by their own names."""
    return CRITERION if len(pairs) == 1 else identifier(result, "from_name") or "unnamed"


def _side(result: Mapping[str, Any]) -> tuple[int, int]:
    value = result.get("value")
    selected = value.get("selected") if isinstance(value, dict) else None
    if not isinstance(selected, str) or selected not in _SIDES:
        raise RowError("a pairwise result is neither left nor right.", "Export it again as JSON.")
    return _SIDES[selected]


def _ties(results: list[dict[str, Any]]) -> Iterator[Outcome]:
    for choice in _entries(results, "choices", "choices"):
        if found := _CHOICES.get(" ".join(choice.lower().split())):
            yield found


def _texts(results: list[dict[str, Any]]) -> list[str]:
    return list(_entries(results, "textarea", "text"))


def _entries(results: list[dict[str, Any]], kind: str, key: str) -> Iterator[str]:
    for result in results:
        value = result.get("value")
        held = value.get(key) if isinstance(value, dict) and result.get("type") == kind else None
        for entry in held if isinstance(held, list) else [held]:
            if isinstance(entry, str):
                yield entry
