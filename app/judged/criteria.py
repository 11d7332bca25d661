"""The criteria of an imported study: as its manifest says, else as its ballots show. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.criteria import CriterionForm, check_criteria, scale_of
from app.criteria.scales import CHOICES, MAX_WORDS, POINTS
from app.judged.shapes import Asked, Ballot, Batch, Said
from app.prompts import RowError
from app.tables import Scale

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass
class _Seen:
    preference: bool = False
    scores: set[int] = field(default_factory=set)


def criteria_of(batch: Batch) -> dict[str, CriterionForm]:
    """By the name in the file. Problems of names and scores go into `batch`."""
    seen = _seen(batch.ballots)
    forms = {form.key: _told(form, seen.get(form.key, _Seen())) for form in _defined(batch)}
    for number, (name, what) in enumerate(seen.items(), start=1):
        if name not in forms:
            forms[name] = _derived(name, number, what, batch)
    _check_keys(forms, batch)
    _check_scores(forms, batch)
    return forms


def _defined(batch: Batch) -> tuple[CriterionForm, ...]:
    """The manifest's criteria, where they fit together."""
    criteria = batch.definition.criteria
    try:
        if criteria:
            check_criteria(criteria)
    except ValueError as error:
        batch.refuse(batch.name, RowError(f"{error}.", "Export the study again."))
        return ()
    return criteria


def _seen(ballots: Sequence[Ballot]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for ballot in ballots:
        for name, said in ballot.said.items():
            what = seen.setdefault(name, _Seen())
            what.preference |= said.outcome is not None
            what.scores.update(numbers(said))
    return seen


def numbers(said: Said) -> list[int]:
    """Every number that was given, of answers or of the item."""
    return [number for number in (*said.scores, said.value) if number is not None]


def _told(form: CriterionForm, seen: _Seen) -> CriterionForm:
    changes: dict[str, Any] = {}
    if seen.preference and not form.asks_preference:
        changes["asks_preference"] = True
    if seen.scores and form.scale is None:
        changes |= _scale(seen.scores)
    return CriterionForm(**(form.model_dump() | changes)) if changes else form


def _derived(name: str, number: int, seen: _Seen, batch: Batch) -> CriterionForm:
    asked = batch.asked.get(name, Asked())
    key = name if _KEY.fullmatch(name) else _slug(name, number)
    label = name.replace("_", " ").capitalize() if key == name else name
    about = {"key": key, "label": label[:100], "asks_preference": seen.preference}
    try:
        scale = _scale_told(seen.scores, asked)
        return CriterionForm(**about, **scale, per_answer=asked.per_answer)
    except ValidationError as error:
        message = f"the criterion '{name}' cannot be made: {error.errors()[0]['msg']}."
        batch.refuse(batch.name, RowError(message, "Give the manifest.json beside the table, too."))
        return CriterionForm(key=key, label=label[:100])


def _slug(name: str, number: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return slug if _KEY.fullmatch(slug) else f"criterion_{number}"


def _scale_told(scores: set[int], asked: Asked) -> dict[str, Any]:
    """The scale that the rows name; points and options as far as they show."""
    match asked.scale:
        case Scale.CHOICE:
            most = min(max({2, *scores}), CHOICES[-1])
            words = [asked.words.get(n, f"option {n}")[:MAX_WORDS] for n in range(1, most + 1)]
            return {"scale": Scale.CHOICE, "options": {"choices": words}}
        case None | Scale.LIKERT:
            return _scale(scores) if scores else {"scale": asked.scale}
        case scale:
            return {"scale": scale}


def _scale(scores: set[int]) -> dict[str, Any]:
    """1 to 5 where that holds all of them, else as many points as it takes, else 0 to 100."""
    least, most = min(scores), max(scores)
    if least < 1 or most > POINTS[-1]:
        return {"scale": Scale.SLIDER}
    return {"scale": Scale.LIKERT, "options": {"points": max(5, most)}}


def _check_keys(forms: dict[str, CriterionForm], batch: Batch) -> None:
    names: dict[str, str] = {}
    for name, form in forms.items():
        first = names.setdefault(form.key, name)
        if first != name:
            error = RowError(f"the criteria '{first}' and '{name}' are too alike.", "Rename one.")
            batch.refuse(batch.name, error)


def _check_scores(forms: dict[str, CriterionForm], batch: Batch) -> None:
    bounds = {
        name: scale_of(form.scale, form.options).values if form.scale else range(0)
        for name, form in forms.items()
    }
    for ballot in batch.ballots:
        for name, said in ballot.said.items():
            allowed = bounds[name]
            wrong = [number for number in numbers(said) if number not in allowed]
            if wrong:
                message = f"the score {wrong[0]} on {name} is out of bounds."
                hint = f"From {allowed[0]} to {allowed[-1]}." if allowed else "It asks for text."
                batch.refuse(ballot.where, RowError(message, hint))
