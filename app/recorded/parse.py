"""One row -> one answer to one prompt. Pure."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.prompts import PromptRow, RowError, parse_prompt
from app.prompts.rows import check_storable, decoded_list, optional_text, short_text
from app.tables import VariantKind

_NAME_LIMIT = 100
_SAMPLE_LIMIT = 1000


@dataclass(frozen=True)
class Answer:
    """A recorded answer and where it stands. `logprobs`: natural log, one per token id."""

    where: str
    prompt: PromptRow
    variant: str
    kind: VariantKind | None
    sample: int
    text: str
    token_ids: list[int]
    logprobs: list[float]
    rendered_prompt: str | None


def parse_answer(where: str, values: Mapping[str, Any]) -> tuple[Answer | None, list[RowError]]:
    """The answer in a row, or everything that is wrong with it."""
    prompt, errors = parse_prompt(values)

    def attempt(parse: Any, key: str) -> Any:
        try:
            return parse(values, key)
        except RowError as error:
            errors.append(error)

    fields = {
        "variant": attempt(_variant, "variant"),
        "kind": attempt(_variant_kind, "kind"),
        "sample": attempt(_sample, "sample"),
        "text": attempt(_response, "response"),
        "token_ids": attempt(_token_ids, "token_ids"),
        "logprobs": attempt(_logprobs, "logprobs"),
        "rendered_prompt": attempt(optional_text, "rendered_prompt"),
    }
    if prompt is None or errors:
        return None, errors
    if fields["logprobs"] and len(fields["logprobs"]) != len(fields["token_ids"]):
        message = f"{len(fields['logprobs'])} logprobs for {len(fields['token_ids'])} token_ids."
        return None, [RowError(message, "Give one log-probability per token, or none.")]
    return Answer(where=where, prompt=prompt, **fields), []


def _variant(values: Mapping[str, Any], key: str) -> str:
    name = short_text(values, key)
    if name is None:
        raise RowError("it does not say which variant answered.", "Give the variant a name.")
    if len(name) > _NAME_LIMIT:
        raise RowError(f"the variant's name has {len(name)} characters.", f"At most {_NAME_LIMIT}.")
    return name


def _variant_kind(values: Mapping[str, Any], key: str) -> VariantKind | None:
    text = short_text(values, key)
    try:
        return VariantKind(text) if text else None
    except ValueError:
        raise RowError(f"'{key}' must be base, lora, full or other, not '{text}'.") from None


def _sample(values: Mapping[str, Any], key: str) -> int:
    value = values.get(key)
    if isinstance(value, str) and value.strip().isdecimal():
        digits = value.strip()
        value = int(digits) if len(digits) < 10 else _SAMPLE_LIMIT
    if value is None or value == "":
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _SAMPLE_LIMIT:
        hint = "The first answer of a variant to a prompt is 0, its next 1."
        raise RowError(f"'{key}' must be a whole number from 0 to {_SAMPLE_LIMIT - 1}.", hint)
    return value


def _response(values: Mapping[str, Any], key: str) -> str:
    """An empty answer is an answer; a missing one is not."""
    value = values.get(key)
    if value is None:
        raise RowError("the answer is missing.", "An answer without text is written as ''.")
    if not isinstance(value, str):
        raise RowError("the answer must be text.", "Several answers are several rows.")
    check_storable(value, "the answer")
    return value


def _token_ids(values: Mapping[str, Any], key: str) -> list[int]:
    numbers = decoded_list(values, key)
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 2**31 for n in numbers):
        raise RowError(f"'{key}' must be a list of whole numbers from 0.")
    return numbers


def _logprobs(values: Mapping[str, Any], key: str) -> list[float]:
    numbers = decoded_list(values, key)
    if not all(_is_logprob(number) for number in numbers):
        raise RowError(f"'{key}' must be a list of numbers up to 0.", "Natural logarithms.")
    return [float(number) for number in numbers]


def _is_logprob(number: Any) -> bool:
    # Rounding may leave the logarithm of a certain token a hair above zero.
    sound = isinstance(number, int | float) and not isinstance(number, bool)
    return sound and -sys.float_info.max <= number < 1e-3
