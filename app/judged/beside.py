"""What an export holds beside its long table: the texts and the study's definition."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from app.criteria import CriterionForm
from app.judged.shapes import Batch, Definition
from app.judged.values import variant_kind, variant_name
from app.prompts import PromptRow, RowError, parse_prompt
from app.prompts.rows import check_storable, decoded_list, identifier
from app.readers import Rows, decode_json
from app.tables import Design

_RESPONSE = {"response_id", "prompt_id", "messages", "variant", "text"}


def is_raters(columns: set[str]) -> bool:
    """`raters.jsonl`, which says nothing that an import keeps."""
    return columns >= {"rater", "entry", "gold_seen", "told_apart"}


def is_responses(columns: set[str]) -> bool:
    return columns >= _RESPONSE


def read_responses(rows: Rows, batch: Batch) -> None:
    """`responses.jsonl`: every answer's text by its id, and the prompts by theirs."""
    for row in rows.rows:
        try:
            _read_response(row.values, batch)
        except RowError as error:
            batch.refuse(row.where, error)


def _read_response(values: Mapping[str, Any], batch: Batch) -> None:
    key, text = identifier(values, "response_id"), values["text"]
    if key is None or not isinstance(text, str):
        raise RowError("an answer needs its 'response_id' and its 'text'.", "Export it again.")
    check_storable(text, "text")
    if batch.texts.setdefault(key, text) != text:
        raise RowError(f"the answer {key} has another text before.", "Export it again.")
    if kind := variant_kind(values, "kind"):
        batch.kinds[variant_name(values, "variant")] = kind
    prompt = _prompt(values)
    if prompt.key:
        batch.prompts[prompt.key] = prompt


def _prompt(values: Mapping[str, Any]) -> PromptRow:
    messages = [m for m in decoded_list(values, "messages") if isinstance(m, dict)]
    system = [m.get("content") for m in messages if m.get("role") == "system"]
    others = [m for m in messages if m.get("role") != "system"]
    told = {
        "id": values.get("prompt_id"),
        "category": values.get("category"),
        "reference": values.get("reference"),
        "prompt": others[-1].get("content") if others else None,
        "turns": others[:-1],
        "system": system[0] if system else None,
    }
    prompt, errors = parse_prompt(told)
    if prompt is None:
        raise errors[0]
    return prompt


# --- manifest.json ------------------------------------------------------------------------------


def read_manifest(content: bytes) -> Mapping[str, Any] | None:
    """The manifest of an export; None for any other file."""
    try:
        text = content.decode("utf-8-sig").strip()
        value, end = decode_json(text)
    except ValueError:
        return None
    whole = isinstance(value, dict) and end == len(text)
    return value if whole and {"format", "study", "files"} <= value.keys() else None


def definition(manifest: Mapping[str, Any], batch: Batch) -> Definition:
    """What can be used of the manifest; the kinds of its variants go into `batch`."""
    study = _dict(manifest.get("study"))
    return Definition(
        design=_design(study.get("design")),
        criteria=tuple(_criteria(study.get("criteria"))),
        variants=tuple(_variants(manifest.get("variants"), batch)),
        ratings_per_item=_count(study.get("ratings_per_item")),
        instructions=_instructions(study.get("instructions")),
        show_reference=study.get("show_reference") is not False,
        markdown=study.get("markdown") is not False,
        stripping_rule=_count(study.get("stripping_rule")),
        formulas_kept=_dict(manifest.get("options")).get("formulas") == "keep",
    )


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _design(value: Any) -> Design | None:
    return Design(value) if value in list(Design) else None


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= 1000 else None


def _instructions(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    check_storable(value, "the study's instructions")
    return value[:20000]


def _criteria(value: Any) -> Iterator[CriterionForm]:
    for entry in _dicts(value):
        known = {name: entry[name] for name in CriterionForm.model_fields if name in entry}
        check_storable(str(known), "a criterion")
        try:
            yield CriterionForm.model_validate(known)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            message = f"a criterion of the manifest cannot be read: {reason}."
            raise RowError(message, "Export the study again.") from None


def _variants(value: Any, batch: Batch) -> Iterator[str]:
    for entry in _dicts(value):
        name = variant_name(entry, "name")
        if kind := variant_kind(entry, "kind"):
            batch.kinds[name] = kind
        yield name
