"""Adapters on one base, put into a run and under its lens together: what changes over training."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analysis.intervals import Estimate
from app.errors import AppError, Conflict
from app.lens.borrowings import borrowings_of
from app.lens.result import VariantLens, variant_lens
from app.registry import CheckpointSpec, Registry, VariantSpec
from app.runs import RunForm, create_run
from app.tables import Lens, Run, VariantKind
from app.variants import spec_of

GREEDY = 0.0
"""Temperature of such a run, whatever models.yaml says: a difference between answers is then one
between weights."""


@dataclass(frozen=True)
class CheckpointTokens:
    """One variant of the run. `borrowed`: the share of its answers that have content words from
    its instruction set; None where there is none, or nothing was searched."""

    checkpoint: CheckpointSpec | None
    lens: VariantLens
    borrowed: Estimate | None


def base_for_adapters(registry: Registry, name: str | None = None) -> VariantSpec:
    """The variant whose weights the adapters are put on: the one called `name`, or the only base.

    Raises NotFound; AppError for one that cannot bear adapters, or where there is no telling which.
    """
    if name is not None:
        return _bearing(registry.variant(name))
    bases = [spec for spec in registry.variants if spec.kind is VariantKind.BASE and spec.weights]
    if not bases:
        hint = "Add one of kind base with the weights that the adapters were trained on."
        raise AppError(f"{registry.source.name} has no base to put adapters on.", hint=hint)
    if len(bases) > 1:
        names = ", ".join(spec.name for spec in bases)
        raise AppError(f"There are several bases: {names}.", hint="Say which: --on NAME")
    return bases[0]


def _bearing(spec: VariantSpec) -> VariantSpec:
    if spec.kind is not VariantKind.BASE:
        raise AppError(f"{spec.name} is of kind {spec.kind}.", hint="Adapters go on a base.")
    if spec.weights is None:
        hint = "Name a base with weights: adapters need an engine of Triptych's own."
        raise AppError(f"{spec.name} is served elsewhere.", hint=hint)
    return spec


def require_same_weights(base: VariantSpec, joined: Sequence[VariantSpec]) -> None:
    """A lens holds every variant against one base. Raises AppError for one that has another."""
    for spec in joined:
        on_its_own = spec.adapter is None and spec.kind is not VariantKind.BASE
        if not on_its_own and spec.weights != base.weights:
            hint = "Leave it out, or name its base with --on."
            raise AppError(f"{spec.name} is not on the weights of {base.name}.", hint=hint)


def checkpoint_run(session: Session, registry: Registry, form: RunForm) -> Run:
    """The run of the form's name to go on with, or a new one. Raises Conflict for another run of
    that name, NotFound."""
    return find_checkpoint_run(session, registry, form) or create_run(session, registry, form)


def find_checkpoint_run(session: Session, registry: Registry, form: RunForm) -> Run | None:
    """The run of the form's name. Raises Conflict where that is another one, NotFound."""
    found = session.scalar(select(Run).where(Run.name == form.name))
    specs = [registry.variant(name) for name in form.variants]
    if found is not None and (differs := _difference(found, form, specs)):
        hint = "Choose another --name for a new run."
        raise Conflict(f"There is a run '{found.name}' already; {differs}.", hint=hint)
    return found


def _difference(run: Run, form: RunForm, specs: Sequence[VariantSpec]) -> str | None:
    """What keeps it from being the run that is asked for."""
    if run.imported:
        return "it was imported"
    if run.prompt_set_id != form.prompt_set_id:
        return f"its prompt set: {run.prompt_set.name}"
    kept = {member.variant.name: member.variant.content_hash for member in run.variants}
    if kept.keys() != {spec.name for spec in specs}:
        return f"its variants: {', '.join(kept)}"
    if (run.sampling, run.samples) != (form.overrides, form.samples):
        return "it is not greedy"
    changed = [spec.name for spec in specs if kept[spec.name] != spec.content_hash]
    return f"what has changed since: {', '.join(changed)}" if changed else None


def checkpoint_tokens(session: Session, lens: Lens) -> tuple[CheckpointTokens, ...]:
    """Of the tuned variants with answers that were compared, by their steps of training; those
    that are no checkpoint come last."""
    borrowed = {one.member_id: one.report.share for one in borrowings_of(session, lens)}
    tuned = [one for one in lens.variants if not one.refusal and not one.is_control]
    found = [
        CheckpointTokens(
            spec_of(member.run_variant.variant).checkpoint,
            variant_lens(session, member),
            borrowed.get(member.id),
        )
        for member in tuned
    ]
    return tuple(sorted((one for one in found if one.lens.answers), key=_by_step))


def _by_step(one: CheckpointTokens) -> tuple[bool, int, str]:
    step = one.checkpoint.step if one.checkpoint else 0
    return one.checkpoint is None, step, one.lens.name
