"""Which variants of a run are put under the lens, and which base each is held against."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import AppError
from app.registry import VariantSpec
from app.tables import Run, RunVariant, VariantKind
from app.variants import spec_of


@dataclass(frozen=True)
class Pair:
    """A tuned variant and its base; `refusal` says why there is none. A base has itself."""

    tuned: RunVariant
    base: RunVariant | None
    refusal: str | None = None


def pairs_of(run: Run) -> list[Pair]:
    """One for each tuned variant of the run, in its order; before them the bases that these need,
    each held against itself as a control: all of a greedy base's own tokens rank first."""
    bases = [one for one in run.variants if one.variant.kind is VariantKind.BASE]
    tuned = [one for one in run.variants if one.variant.kind is not VariantKind.BASE]
    pairs = [_pair(one, bases) for one in tuned]
    needed = {pair.base.id for pair in pairs if pair.base}
    return [*(Pair(one, one) for one in bases if one.id in needed), *pairs]


def _pair(tuned: RunVariant, bases: Sequence[RunVariant]) -> Pair:
    try:
        spec = spec_of(tuned.variant)
        return Pair(tuned, _base_of(spec, [(one, spec_of(one.variant)) for one in bases]))
    except AppError as error:
        return Pair(tuned, None, str(error))


def _base_of(tuned: VariantSpec, bases: Sequence[tuple[RunVariant, VariantSpec]]) -> RunVariant:
    """Raises AppError where there is none, or no telling which."""
    if not bases:
        hint = "Make a run with the variant of kind base, too: its distribution is what counts."
        raise AppError("This run has no base to hold the answers against.", hint=hint)
    fitting = [pair for pair in bases if tuned.adapter and pair[1].weights == tuned.weights]
    if tuned.adapter and not fitting:
        hint = "Make a run with the variant of kind base that has the same weights, no adapter."
        raise AppError("No base of this run has the weights that the adapter is on.", hint=hint)
    return _closest(tuned, fitting or bases)


def _closest(tuned: VariantSpec, bases: Sequence[tuple[RunVariant, VariantSpec]]) -> RunVariant:
    """The same weights in several prompt formats are one base: the tuned variant's format wins."""
    if len({(str(spec.weights), str(spec.endpoint)) for _, spec in bases}) > 1:
        hint = "Make a run with only the base that this variant was tuned from."
        raise AppError("This run has several bases, and nothing says which is its own.", hint=hint)
    same_format = [one for one, spec in bases if spec.format == tuned.format]
    return (same_format or [one for one, _ in bases])[0]
