"""Which fine-tune a variant is a checkpoint of, and after how many steps of training."""

import re
from pathlib import Path

from app.registry.document import Place
from app.registry.folders import read_json
from app.registry.forms import VariantForm
from app.registry.specs import CheckpointSpec

_NAMED = re.compile(r"checkpoint-(\d+)")
"""How Hugging Face's Trainer calls the folders of its checkpoints."""


def is_checkpoint(folder: Path) -> bool:
    """Whether Trainer called it so."""
    return folder.is_dir() and _NAMED.fullmatch(folder.name) is not None


def resolve_checkpoint(
    form: VariantForm, folder: Path | None, place: Place
) -> CheckpointSpec | None:
    """By the variant's own keys, else by the `folder` that was trained; None for no checkpoint.

    Reports a series without a step, and the reverse. Raises OSError.
    """
    trained = _trained_steps(folder, place) if folder and form.step is None else None
    named = _NAMED.fullmatch(folder.name) if folder else None
    step = _first(form.step, trained, int(named[1]) if named else None)
    series = form.series or (_series(folder, bool(named), trained) if folder else None)
    if step is not None and series is not None:
        return CheckpointSpec(series=series, step=step)
    if (place / "series").sound and (place / "step").sound:
        _report_half(series, step, place)
    return None


def _report_half(series: str | None, step: int | None, place: Place) -> None:
    if series is not None:
        hint = "Add step: 500, as many steps as it was trained for, or remove series."
        (place / "series").problem("'series' needs a step.", hint)
    if step is not None:
        hint = "Add series: my-lora, a name that all checkpoints of one fine-tune share."
        (place / "step").problem("'step' needs a series.", hint)


def _series(folder: Path, is_named: bool, trained: int | None) -> str | None:
    """Trainer keeps checkpoints in the folder of the fine-tune, and its last state there, too."""
    if is_named:
        return folder.parent.name or None
    return folder.name if trained is not None else None


def _trained_steps(folder: Path, place: Place) -> int | None:
    state = folder / "trainer_state.json"
    content = read_json(state, place) if state.is_file() else None
    steps = (content or {}).get("global_step")
    return steps if type(steps) is int and steps >= 0 else None


def _first(*steps: int | None) -> int | None:
    return next((step for step in steps if step is not None), None)
