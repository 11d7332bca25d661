"""The criteria of an imported study: as its manifest says, else as its ballots show. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.criteria import CriterionForm
from app.judged.shapes import Ballot, Batch
from app.prompts import RowError
from app.tables import Scale

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HIGHEST = 100


@dataclass
class _Seen:
    preference: bool = False
    scores: set[int] = field(default_factory=set)


def criteria_of(batch: Batch) -> dict[str, CriterionForm]:
    """By the name in the file. Problems of names and scores go into `batch`."""
    seen = _seen(batch.ballots)
    told = {form.key: form for form in batch.definition.criteria}
    forms = {form.key: _told(form, seen.get(form.key, _Seen())) for form in told.values()}
    for number, (name, what) in enumerate(seen.items(), start=1):
        if name not in forms:
            forms[name] = _derived(name, number, what)
    _check_keys(forms, batch)
    _check_scores(forms, batch)
    return forms


def _seen(ballots: Sequence[Ballot]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for ballot in ballots:
        for name, said in ballot.said.items():
            what = seen.setdefault(name, _Seen())
            what.preference |= said.outcome is not None
            what.scores.update(score for score in said.scores if score is not None)
    return seen


def _told(form: CriterionForm, seen: _Seen) -> CriterionForm:
    changes: dict[str, object] = {}
    if seen.preference and not form.asks_preference:
        changes["asks_preference"] = True
    if seen.scores and form.scale is None:
        changes |= _scale(seen.scores)
    return form.model_copy(update=changes)


def _derived(name: str, number: int, seen: _Seen) -> CriterionForm:
    key = name if _KEY.fullmatch(name) else _slug(name, number)
    label = name.replace("_", " ").capitalize() if key == name else name
    form = CriterionForm(key=key, label=label[:100], asks_preference=seen.preference, scale=None)
    return form.model_copy(update=_scale(seen.scores)) if seen.scores else form


def _slug(name: str, number: int) -> str:
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return slug if _KEY.fullmatch(slug) else f"criterion_{number}"


def _scale(scores: set[int]) -> dict[str, object]:
    """1 to 5 where that holds all of them, else 1 to at most 10, else 0 to 100."""
    least, most = min(scores), max(scores)
    if least < 1 or most > 10:
        return {"scale": Scale.SLIDER}
    options = {"points": most} if most > 5 else {}
    return {"scale": Scale.LIKERT, "options": options}


def _bounds(form: CriterionForm) -> range:
    match form.scale:
        case Scale.LIKERT:
            points = form.options.get("points", 5)
            return range(1, (points if isinstance(points, int) else 5) + 1)
        case Scale.YES_NO:
            return range(2)
        case _:
            return range(_HIGHEST + 1)


def _check_keys(forms: dict[str, CriterionForm], batch: Batch) -> None:
    names: dict[str, str] = {}
    for name, form in forms.items():
        first = names.setdefault(form.key, name)
        if first != name:
            error = RowError(f"the criteria '{first}' and '{name}' are too alike.", "Rename one.")
            batch.refuse(batch.name, error)


def _check_scores(forms: dict[str, CriterionForm], batch: Batch) -> None:
    bounds = {name: _bounds(form) for name, form in forms.items()}
    for ballot in batch.ballots:
        for name, said in ballot.said.items():
            allowed = bounds[name]
            wrong = [s for s in said.scores if s is not None and s not in allowed]
            if wrong:
                message = f"the score {wrong[0]} on {name} is out of bounds."
                hint = f"From {allowed.start} to {allowed.stop - 1}."
                batch.refuse(ballot.where, RowError(message, hint))
