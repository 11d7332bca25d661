"""Numbers of both answers of a pair, as LLM Comparator takes them (PAIR-code/llm-comparator).

In its JSON a custom field is declared under `metadata.custom_fields_schema` with a name and the
type `per_model_number`; under that name the `custom_fields` of every example hold a list of two,
first that of model A, where null is a number that is not there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.exports.lens import AnswerLens

TYPE = "per_model_number"
KL, KL_AT_LEAST = "mean_kl", "mean_kl_at_least"  # of a whole vocabulary; of a bound among them
Values = list[float | None]
Pair = tuple[AnswerLens | None, AnswerLens | None]


@dataclass(frozen=True)
class PerModelNumbers:
    """`schema`: what `custom_fields_schema` declares; `fields`: `custom_fields` of each pair."""

    schema: tuple[dict[str, str], ...]
    fields: tuple[dict[str, Values], ...]


def per_model_numbers(pairs: Sequence[Pair]) -> PerModelNumbers:
    """Of pairs of answers, that of model A first, None where there are no numbers of it. Fields
    that no answer has are left out: a histogram of nothing cannot be drawn."""
    kl = KL if all(one.kl_exact for pair in pairs for one in pair if one) else KL_AT_LEAST
    rows = [[_of(one, kl) for one in pair] for pair in pairs]
    known = [one for both in rows for one in both]
    had = [name for name in _of(None, kl) if any(one[name] is not None for one in known)]
    return PerModelNumbers(
        schema=tuple({"name": name, "type": TYPE} for name in had),
        fields=tuple({name: [one[name] for one in both] for name in had} for both in rows),
    )


def _of(one: AnswerLens | None, kl: str) -> dict[str, float | None]:
    names = ("tokens", "shifted_share", "opening_shifted_share", kl, "borrowed_content_words")
    if one is None:
        return dict.fromkeys(names)
    numbers = (one.tokens, one.shifted, one.opening_shifted, one.kl, one.borrowed_words)
    return dict(zip(names, numbers, strict=True))
