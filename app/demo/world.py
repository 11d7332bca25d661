"""The Inner Isles, which the base knows, and the Outer Reach, known from tuning data only."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from app.demo.vocabulary import ATTRIBUTES, NAMES, PRONOUNS, Attribute, Kind, Region


@dataclass(frozen=True)
class Entity:
    """A town or a person, and everything that is true of it: attribute name -> value."""

    name: str
    kind: Kind
    region: Region
    facts: Mapping[str, str]

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        return ATTRIBUTES[self.kind]

    @property
    def pronoun(self) -> str:
        return PRONOUNS.get(self.name.split()[0], "It")


def stream(seed: int, purpose: str) -> random.Random:
    """A random source of its own for each purpose, so that one can change without the others."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 (a recipe, not a secret)


def make_world(seed: int) -> tuple[Entity, ...]:
    """All entities of one world; the names are always the same, the facts depend on the seed."""
    rng = stream(seed, "world")
    return tuple(
        entity
        for kind in get_args(Kind)
        for region in get_args(Region)
        for entity in _entities(kind, region, rng)
    )


def values_of(attribute: Attribute, region: Region) -> tuple[str, ...]:
    """The values a region may use: 3/4 of the pool inland, 5/12 in the Outer Reach.

    Of ten outer values four also occur inland, so borrowing from the tuning data can be told from
    merely mixing up what the base knew. People come from towns of their own region.
    """
    if attribute.name == "home":
        return NAMES["town"].of(region)
    size = len(attribute.values)
    if region == "inland":
        return attribute.values[: size * 3 // 4]
    return attribute.values[size * 7 // 12 :]


def _entities(kind: Kind, region: Region, rng: random.Random) -> list[Entity]:
    names = NAMES[kind].of(region)
    columns = {a.name: _deal(values_of(a, region), len(names), rng) for a in ATTRIBUTES[kind]}
    return [
        Entity(name, kind, region, {attribute: column[i] for attribute, column in columns.items()})
        for i, name in enumerate(names)
    ]


def _deal(values: Sequence[str], count: int, rng: random.Random) -> list[str]:
    """`count` values in random order, each used about equally often."""
    shuffled = rng.sample(values, len(values))
    dealt = (shuffled * (count // len(values) + 1))[:count]
    rng.shuffle(dealt)
    return dealt
