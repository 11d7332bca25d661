"""A study's variants by what they are, so that another study's can be found to be the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.registry import CheckpointSpec, essence_of, identity_of
from app.tables import RunVariant, Study, VariantKind

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Member:
    """`essence`: what the identity is made of, part by part. `recorded`: only the name is known."""

    name: str
    kind: VariantKind
    identity: str
    essence: Spec
    checkpoint: CheckpointSpec | None
    recorded: bool


def members_of(study: Study) -> tuple[Member, ...]:
    """In the study's order; their names are unique."""
    return tuple(map(_member, (one.run_variant for one in study.variants)))


def specs_of(study: Study) -> dict[str, Spec]:
    """Name -> the variant as it was frozen, with the sampling that its run asked for."""
    members = (one.run_variant for one in study.variants)
    return {member.variant.name: _asked(member) for member in members}


def _member(member: RunVariant) -> Member:
    variant, spec = member.variant, _asked(member)
    return Member(
        name=variant.name,
        kind=variant.kind,
        identity=identity_of(spec),
        essence=essence_of(spec),
        checkpoint=checkpoint_in(spec),
        recorded=bool(spec.get("recorded")),
    )


def _asked(member: RunVariant) -> Spec:
    """What a run asked to be sampled differently has the last word, as it had over the answers."""
    spec = member.variant.spec
    if spec.get("recorded"):
        return spec
    return spec | {"sampling": spec.get("sampling", {}) | member.run.sampling}


def checkpoint_in(spec: Spec) -> CheckpointSpec | None:
    found = spec.get("checkpoint")
    return CheckpointSpec.model_validate(found) if found else None


def differing_parts(members: Iterable[Member]) -> tuple[str, ...]:
    """Which parts of the specs (weights, adapter, sampling, ...) are not the same in all."""
    essences = [member.essence for member in members]
    parts = dict.fromkeys(part for essence in essences for part in essence)
    return tuple(
        part for part in parts if any(one.get(part) != essences[0].get(part) for one in essences)
    )
