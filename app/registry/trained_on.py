"""The instruction-tuning set that a variant names: found, and its first rows understood."""

from itertools import islice
from pathlib import Path

from app.errors import InvalidInput
from app.registry.document import Document, Place, Report
from app.registry.folders import absolute
from app.registry.forms import TrainedOnForm
from app.registry.specs import TrainedOnSpec

_TRIED = 20
"""Rows that are read to check a set, which may be huge."""


def instruction_set(path: Path) -> TrainedOnSpec:
    """A set that no models.yaml names, its columns of a common layout. Raises InvalidInput."""
    report = Report(Document(str(path), is_file=False))
    found = resolve_trained_on(TrainedOnForm(path=str(path)), Path.cwd(), report.at())
    if found is None:
        raise InvalidInput("The instruction set cannot be read.", report.problems)
    return found


def resolve_trained_on(
    form: TrainedOnForm | None, base: Path, place: Place
) -> TrainedOnSpec | None:
    """None after reporting problems; `base` is models.yaml's folder."""
    if form is None:
        return None
    if (form.prompt is None) != (form.response is None):
        hint = "Name both columns, or neither where they are of a common layout."
        place.problem("'prompt' and 'response' belong together.", hint)
        return None
    path = absolute(form.path, base)
    if not path.exists():
        made = form.path.startswith("var/demo")
        hint = "`make demo` builds the demo's files." if made else f"Looked for {path}."
        place.problem(f"'{form.path}' does not exist.", hint)
        return None
    spec = TrainedOnSpec(path=path, prompt=form.prompt, response=form.response, split=form.split)
    return spec if _is_sound(spec, place) else None


def _is_sound(spec: TrainedOnSpec, place: Place) -> bool:
    try:
        first = list(islice(spec.read(), _TRIED))
    except InvalidInput as error:
        for problem in error.problems:
            place.problem(f"{problem.where}: {problem.message}", problem.hint)
        return False
    if not any(response for _, response in first):
        hint = "Name the columns: {path: ..., prompt: ..., response: ...}."
        place.problem(f"the first rows of '{spec.path.name}' have no answers.", hint)
        return False
    return True
