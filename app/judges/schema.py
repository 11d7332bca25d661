"""The JSON Schema of a judge's reply, in the subset that OpenAI's and vLLM's servers both take."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.blinding import CriterionView
from app.criteria import AskedScale
from app.tables import Scale

Schema = dict[str, Any]


def reply_schema(
    criteria: Sequence[CriterionView], numbers: Sequence[int], *, asks_reasons: bool = False
) -> Schema:
    """`numbers` of the answers. Every field is required; what may be left out may be null."""
    return _object({one.key: _criterion(one, numbers, asks_reasons) for one in criteria})


def _criterion(criterion: CriterionView, numbers: Sequence[int], asks_reasons: bool) -> Schema:
    optional = not criterion.required or criterion.shown_if is not None
    fields: dict[str, Schema] = {"reason": {"type": "string"}} if asks_reasons else {}
    fields["outcome"] = _maybe({"type": "string", "enum": outcomes(criterion, numbers)}, optional)
    if criterion.asks_preference and len(numbers) > 2:
        fields["ranks"] = _each(numbers, {"type": "integer", "enum": list(numbers)})
    if criterion.scale:
        value = _maybe(_value(criterion.scale), optional)
        per_answer = criterion.scale.per_answer
        fields["ratings" if per_answer else "rating"] = (
            _each(numbers, value) if per_answer else value
        )
    return _object(fields)


def outcomes(criterion: CriterionView, numbers: Sequence[int]) -> list[str]:
    if not criterion.asks_preference:
        return ["judged", "cannot_judge"]
    better = [str(number) for number in numbers] if len(numbers) == 2 else ["ranked"]
    return [*better, "tie_good", "tie_bad", "cannot_judge"]


def _value(scale: AskedScale) -> Schema:
    match scale.kind:
        case Scale.YES_NO:
            return {"type": "string", "enum": ["yes", "no"]}
        case Scale.CHOICE:
            return {"type": "string", "enum": list(scale.choices)}
        case Scale.TEXT:
            return {"type": "string"}
        case _:
            # An enumeration: not every server knows a minimum and a maximum.
            return {"type": "integer", "enum": list(scale.values)}


def _maybe(schema: Schema, optional: bool) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]} if optional else schema


def _each(numbers: Sequence[int], value: Schema) -> Schema:
    return _object({str(number): value for number in numbers})


def _object(fields: Mapping[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(fields),
        "additionalProperties": False,
    }
