"""A judge's reply, read into the fields of the rater's page: the same checks then apply to both."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.criteria import AskedScale, asked_scale
from app.errors import AppError, InvalidInput
from app.ratings import RatingForm, parse_rating
from app.ratings.form import MAX_COMMENT
from app.tables import Criterion, Scale

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def read_reply(text: str, criteria: Sequence[Criterion], slots: int) -> RatingForm:
    """The judgement that a reply gives. Raises AppError that says why it gives none."""
    said = find_object(text, [criterion.key for criterion in criteria])
    if said is None:
        raise AppError("There is no JSON object with the criteria in the reply.")
    fields = dict(_fields(said, criteria, range(1, slots + 1)))
    try:
        return parse_rating(fields, criteria, slots)
    except InvalidInput as error:
        missing = " ".join(f"{one.where}: {one.message}" for one in error.problems)
        raise AppError(f"The reply is not complete. {missing}") from error


def find_object(text: str, keys: Sequence[str]) -> Mapping[str, Any] | None:
    """The last JSON object in the text that has one of the keys, whatever stands around it."""
    text = _THOUGHT.sub("", text)
    decoder, found, at = json.JSONDecoder(), None, text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        except RecursionError:  # so would be what is nested in it, for a long time
            return found
        else:
            if isinstance(value, dict) and any(isinstance(value.get(key), dict) for key in keys):
                found = value
        at = text.find("{", end)
    return found


def _fields(
    said: Mapping[str, Any], criteria: Sequence[Criterion], slots: range
) -> Iterator[tuple[str, str]]:
    """(name, value) as the page's form would send them; what is not understood is not sent."""
    reasons = []
    for criterion in criteria:
        about = said.get(criterion.key)
        if not isinstance(about, dict):
            continue
        yield from _outcome(criterion.key, about, slots)
        if scale := asked_scale(criterion):
            yield from _ratings(criterion.key, scale, about, slots)
        if isinstance(reason := about.get("reason"), str) and reason.strip():
            reasons.append(f"{criterion.label}: {reason.strip()}")
    yield "comment", "\n".join(reasons)[:MAX_COMMENT]


def _outcome(key: str, about: Mapping[str, Any], slots: range) -> Iterator[tuple[str, str]]:
    outcome = _word(about.get("outcome")).removeprefix("answer ")
    if outcome == "tie":  # neither good nor bad was said
        yield from ((f"rank-{key}-{slot}", "1") for slot in slots)
    elif outcome == "ranked":
        ranks = about.get("ranks")
        for slot, rank in _by_slot(ranks, slots):
            yield f"rank-{key}-{slot}", _word(rank)
    else:
        yield f"outcome-{key}", outcome


def _ratings(
    key: str, scale: AskedScale, about: Mapping[str, Any], slots: range
) -> Iterator[tuple[str, str]]:
    name = "text" if scale.kind is Scale.TEXT else "score" if scale.per_answer else "value"
    if not scale.per_answer:
        yield f"{name}-{key}", _code(scale, about.get("rating"))
        return
    for slot, value in _by_slot(about.get("ratings"), slots):
        yield f"{name}-{key}-{slot}", _code(scale, value)


def _by_slot(values: Any, slots: range) -> Iterator[tuple[int, Any]]:
    if isinstance(values, dict):
        yield from ((slot, values[str(slot)]) for slot in slots if str(slot) in values)


def _code(scale: AskedScale, value: Any) -> str:
    """The whole number that stands for a rating, or its text; empty for what the scale lacks."""
    if scale.kind is Scale.TEXT:
        return value if isinstance(value, str) else ""
    if scale.kind not in (Scale.YES_NO, Scale.CHOICE):
        return _word(value)
    said = ("yes" if value else "no") if isinstance(value, bool) else value
    exact = {scale.words(code): code for code in scale.values}
    folded: dict[str, int | str] = {_word(word): code for word, code in exact.items()}
    if not isinstance(said, str):
        return ""
    return str(exact.get(said, folded.get(_word(said), "")))


def _word(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(str(value).split()).casefold() if isinstance(value, str | int) else ""
