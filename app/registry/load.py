"""models.yaml -> Registry: every problem of the whole file is found before one error is raised."""

import re
from pathlib import Path

from app.registry.arguments import resolve_arguments
from app.registry.document import Report, read_document
from app.registry.draft import Draft
from app.registry.forms import DefaultsForm, FileForm, VariantForm, parse
from app.registry.specs import Registry

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def load_registry(path: Path) -> Registry:
    """Raises InvalidInput whose problems name the line: unknown key, missing folder, ..."""
    report = Report(read_document(path))
    drafts = _drafts(report, path.parent.resolve())
    _check_names(drafts)
    specs = [draft.spec() for draft in drafts]
    _check_shared_weights(drafts)
    report.raise_if_any()
    return Registry(source=path.resolve(), variants=tuple(spec for spec in specs if spec))


def _drafts(report: Report, base: Path) -> list[Draft]:
    file = parse(FileForm, report.document.data, report.at())
    if file is None:
        return []
    defaults = _defaults(file, report)
    return [
        Draft(form, defaults, base, report.at("variants", index))
        for index, raw in enumerate(file.variants)
        if (form := parse(VariantForm, raw, report.at("variants", index)))
    ]


def _defaults(file: FileForm, report: Report) -> DefaultsForm:
    form = parse(DefaultsForm, file.defaults or {}, report.at("defaults")) or DefaultsForm()
    vllm = resolve_arguments(form.vllm, report.at("defaults", "vllm"))
    return form.model_copy(update={"vllm": vllm})


def _check_names(drafts: list[Draft]) -> None:
    seen: dict[str, int] = {}
    for draft in drafts:
        name, place = draft.form.name, draft.place / "name"
        if name is None:
            if place.sound:
                draft.place.problem("'name' is missing.", "Give every variant a short name.")
        elif not _NAME.fullmatch(name):
            hint = "Use letters, digits, dot, dash and underscore; start with a letter or digit."
            place.problem(f"'{name}' cannot be a name.", hint)
        elif name in seen:
            place.problem(f"the name '{name}' is taken by line {seen[name]}.", "Choose another.")
        else:
            seen[name] = place.line


def _check_shared_weights(drafts: list[Draft]) -> None:
    """One engine serves all variants on the same weights, so it can have one set of arguments."""
    first: dict[tuple[str, str | None], Draft] = {}
    for draft in drafts:
        weights = draft.weights
        if weights is None:
            continue
        other = first.setdefault((weights.id, weights.revision), draft)
        keys = draft.arguments.keys() | other.arguments.keys()
        differ = sorted(k for k in keys if draft.arguments.get(k) != other.arguments.get(k))
        if differ:
            message = f"'{draft.form.name}' and '{other.form.name}' share weights but differ in"
            hint = "One engine serves both: give both the same vllm arguments, or use defaults."
            place = draft.place / "vllm" if draft.form.vllm else draft.place
            place.problem(f"{message} vllm: {', '.join(differ)}.", hint)
