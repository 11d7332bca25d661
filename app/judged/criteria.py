"""The criteria of an imported study: as its manifest says, else as its ballots show. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.criteria import CriterionForm, check_criteria, scale_of
from app.criteria.scales import POINTS
from app.judged.shapes import Ballot, Batch
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
            forms[name] = _derived(name, number, what)
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
            what.scores.update(score for score in said.scores if score is not None)
    return seen


def _told(form: CriterionForm, seen: _Seen) -> CriterionForm:
    changes: dict[str, Any] = {}
    if seen.preference and not form.asks_preference:
        changes["asks_preference"] = True
    if seen.scores and form.scale is None:
        changes |= _scale(seen.scores)
    return CriterionForm(**(form.model_dump() | changes)) if changes else form


def _derived(name: str, number: int, seen: _Seen) -> CriterionForm:
    key = name if _KEY.fullmatch(name) else _slug(name, number)
    label = name.replace("_", " ").capitalize() if key == name else name
    scale = _scale(seen.scores) if seen.scores else {"scale": None}
    return CriterionForm(key=key, label=label[:100], asks_preference=seen.preference, **scale)


def _slug(name: str, number: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return slug if _KEY.fullmatch(slug) else f"criterion_{number}"


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
            wrong = [s for s in said.scores if s is not None and s not in allowed]
            if wrong:
                message = f"the score {wrong[0]} on {name} is out of bounds."
                hint = f"From {allowed[0]} to {allowed[-1]}." if allowed else "It asks for text."
                batch.refuse(ballot.where, RowError(message, hint))
