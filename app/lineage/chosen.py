"""What several studies have in common to choose from, and what is chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.criteria import AskedScale
from app.errors import NotFound
from app.lineage.cells import Seen, alike, is_scored
from app.lineage.members import Member
from app.lineage.model import Choice
from app.tables import Study, VariantKind


def criteria_of(studies: Sequence[Study]) -> tuple[Choice, ...]:
    """Those that most studies ask first, each under its latest label."""
    asked = [one for study in studies for one in study.criteria]
    labels = {one.key: one.label for one in asked if one.asks_preference or one.scale}
    counts = {key: sum(one.key == key for one in asked) for key in labels}
    return tuple(Choice(key, labels[key]) for key in sorted(labels, key=lambda key: -counts[key]))


def chosen(criteria: Sequence[Choice], key: str | None) -> Choice:
    for one in criteria:
        if key in (None, one.key):
            return one
    known = ", ".join(one.key for one in criteria) or "none"
    raise NotFound(f"None of these studies asks about '{key}'.", hint=f"They ask about: {known}.")


def variants_of(seen: Sequence[Seen]) -> tuple[Member, ...]:
    """Each once, as the last study has it; checkpoints of a series together, by their steps."""
    latest: dict[str, Member] = {}
    for member in (member for one in seen for member in one.members):
        before = latest.get(member.identity)
        known = member.checkpoint or (before.checkpoint if before else None)
        latest[member.identity] = replace(member, checkpoint=known)
    places: dict[str, int] = {}
    for member in latest.values():
        places.setdefault(_line(member), len(places))
    return tuple(
        sorted(
            latest.values(),
            key=lambda one: (places[_line(one)], one.checkpoint.step if one.checkpoint else 0),
        )
    )


def _line(member: Member) -> str:
    return f"series {member.checkpoint.series}" if member.checkpoint else member.identity


def opponent(variants: Sequence[Member], seen: Sequence[Seen], start: str | None) -> Member | None:
    """By name or the beginning of an identity; else the base, or failing that the variant, that
    most studies have."""
    if start:
        found = [one for one in variants if one.identity.startswith(start) or one.name == start]
        if not found:
            known = ", ".join(dict.fromkeys(one.name for one in variants))
            raise NotFound(
                f"None of these studies has a variant '{start}'.", hint=f"Known: {known}."
            )
        return _most_shared(found, seen)
    bases = [one for one in variants if one.kind is VariantKind.BASE]
    return _most_shared(bases or variants, seen)


def _most_shared(variants: Iterable[Member], seen: Sequence[Seen]) -> Member | None:
    def studies_with(variant: Member) -> int:
        return sum(any(m.identity == variant.identity for m in one.members) for one in seen)

    return max(variants, key=studies_with, default=None)


def scale_of(seen: Sequence[Seen], key: str) -> AskedScale | None:
    """The one that most studies have, of those the latest; None where no answers get scores."""
    scales = [
        one.scale
        for study in reversed(seen)
        for one in study.result.criteria
        if one.key == key and one.scale and is_scored(one.scale)
    ]
    return max(scales, key=lambda scale: sum(alike(scale, one) for one in scales), default=None)
