"""Numbers of both answers of a pair, as LLM Comparator takes them (PAIR-code/llm-comparator).

In its JSON a custom field is declared under `metadata.custom_fields_schema` with a name and the
type `per_model_number`; under that name the `custom_fields` of every example hold a list of two,
first that of model A, where null is a number that is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.exports.lens import AnswerLens, LensMaterial

TYPE = "per_model_number"
Values = list[float | None]


@dataclass(frozen=True)
class PerModelNumbers:
    """`schema`: what `custom_fields_schema` declares; `fields`: `custom_fields` of each pair."""

    schema: tuple[dict[str, str], ...]
    fields: tuple[dict[str, Values], ...]


def per_model_numbers(
    lens: LensMaterial | None, pairs: Iterable[tuple[int, int]]
) -> PerModelNumbers:
    """Of pairs of responses, by their ids, that of model A first. Fields that no answer has are
    left out: a histogram of nothing cannot be drawn."""
    answers: Mapping[int, AnswerLens] = lens.answers if lens else {}
    rows = [[_of(answers.get(one)) for one in pair] for pair in pairs]
    had = [name for name in _FIELDS if any(one[name] is not None for both in rows for one in both)]
    return PerModelNumbers(
        schema=tuple({"name": name, "type": TYPE} for name in had),
        fields=tuple({name: _both(row, name) for name in had} for row in rows),
    )


def _both(row: Sequence[Mapping[str, Any]], name: str) -> Values:
    return [one[name] for one in row]


_FIELDS = ("tokens", "shifted_share", "opening_shifted_share", "mean_kl", "borrowed_content_words")


def _of(one: AnswerLens | None) -> dict[str, float | None]:
    if one is None:
        return dict.fromkeys(_FIELDS)
    numbers = (one.tokens, one.shifted, one.opening_shifted, one.kl, one.borrowed_words)
    return dict(zip(_FIELDS, numbers, strict=True))
