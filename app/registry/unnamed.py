"""Adapters that models.yaml does not name, as variants on the weights of one that it does."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from app.errors import InvalidInput, Problem
from app.registry.adapters import read_adapter
from app.registry.checkpoints import is_checkpoint, resolve_checkpoint
from app.registry.document import Document, Report
from app.registry.folders import fingerprint
from app.registry.forms import VariantForm
from app.registry.specs import Registry, TrainedOnSpec, VariantSpec
from app.tables import VariantKind

_TENSORS = ("adapter_model.*",)
_NO_NAME = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9._-]+")
_LONGEST = 90  # characters of a name, with room for what tells it from others


@dataclass(frozen=True)
class Adapters:
    """`registry`: that of models.yaml with the adapters that it lacks. `names`: the variants of
    the adapters asked for, in their order; `unnamed`: those of them that models.yaml lacks."""

    registry: Registry
    names: tuple[str, ...]
    unnamed: tuple[str, ...]


def with_adapters(
    registry: Registry,
    base: VariantSpec,
    folders: Sequence[Path],
    *,
    trained_on: TrainedOnSpec | None = None,
) -> Adapters:
    """Each folder an adapter on the weights of `base`, with its format and sampling; one that holds
    checkpoints counts as these. What models.yaml names already is that variant. `trained_on` is
    the set of those that name none.

    The new ones come first, so that their engine has a name of its own and leaves that of a server
    alone. Raises InvalidInput with all that is wrong with the folders.
    """
    found: dict[str, VariantSpec] = {}
    problems: list[Problem] = []
    for folder in _adapters(folders):
        report = Report(Document(str(folder), is_file=False))
        spec = _variant(folder, base, registry, found, report)
        problems += report.problems
        if spec is not None:
            found[spec.name] = spec.model_copy(update={"trained_on": spec.trained_on or trained_on})
    if problems:
        raise InvalidInput("These adapters cannot be compared.", problems)
    named = [found.get(spec.name, spec) for spec in registry.variants]
    unnamed = [name for name in found if name not in {spec.name for spec in named}]
    variants = (*(found[name] for name in unnamed), *named)
    return Adapters(
        registry.model_copy(update={"variants": variants}), tuple(found), tuple(unnamed)
    )


def _adapters(folders: Sequence[Path]) -> list[Path]:
    """Each once, in the order given, the checkpoints of a folder by their steps."""
    found = (one for folder in folders for one in _within(folder.expanduser().resolve()))
    return list(dict.fromkeys(found))


def _within(folder: Path) -> list[Path]:
    """The adapter beside checkpoints is one more only where none of them is the same."""
    inside = folder.iterdir() if folder.is_dir() else ()
    checkpoints = sorted((one for one in inside if is_checkpoint(one)), key=_step)
    if not checkpoints:
        return [folder]
    known = {fingerprint(one, _TENSORS) for one in checkpoints}
    is_another = any(folder.glob(_TENSORS[0])) and fingerprint(folder, _TENSORS) not in known
    return [*checkpoints, folder] if is_another else checkpoints


def _step(folder: Path) -> int:
    return int(folder.name.rsplit("-", 1)[1])


def _variant(
    folder: Path,
    base: VariantSpec,
    registry: Registry,
    found: Mapping[str, VariantSpec],
    report: Report,
) -> VariantSpec | None:
    """None after reporting problems."""
    place = report.at()
    if not folder.is_dir():
        place.problem("there is no such folder.", "Name a folder that save_pretrained wrote.")
        return None
    adapter = checkpoint = None
    with place.readable():
        adapter = read_adapter(folder, base.weights, registry.source.parent, place)
        checkpoint = resolve_checkpoint(VariantForm(), folder, place)
    if adapter is None or not place.sound:
        return None
    fresh = VariantSpec(
        name=_name(folder, {*found, *(spec.name for spec in registry.variants)}),
        kind=VariantKind.LORA,
        weights=base.weights,
        adapter=adapter,
        format=base.format,
        sampling=base.sampling,
        checkpoint=checkpoint,
    )
    same = (spec for spec in registry.variants if spec.content_hash == fresh.content_hash)
    return next(same, fresh)


def _name(folder: Path, taken: Collection[str]) -> str:
    """That of the folder, with what it lies in where that alone says too little."""
    long = f"{folder.parent.name}-{folder.name}"
    plain = [long] if is_checkpoint(folder) else [folder.name, long]
    numbered = (f"{long[-_LONGEST:]}-{number}" for number in count(2))
    names = (_NO_NAME.sub("", name[-_LONGEST:]) for name in chain(plain, numbered))
    return next(name for name in names if name and name not in taken)
