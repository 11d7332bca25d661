"""The two voices that facts are told in: the encyclopedia's and the assistant's.

The base reads facts in both voices (see `app.demo.corpus`), and answers in the first; the tuning
data are in the second only.
"""

import random
from dataclasses import dataclass

from app.demo.vocabulary import CLOSERS, LINKS, OPENERS, Attribute
from app.demo.world import Entity


@dataclass(frozen=True)
class Subject:
    """How a sentence refers to its entity, at its start and further inside."""

    start: str
    inside: str


def named(entity: Entity) -> Subject:
    """By its name."""
    return Subject(entity.name, entity.name)


def retold(entity: Entity, rng: random.Random) -> list[Subject]:
    """Two ways of referring to it again; for towns two different ones, which reads less flat."""
    if entity.kind == "person":
        return [Subject(entity.pronoun, entity.name)] * 2
    return [Subject(start, "the town") for start in rng.sample(("It", "The town"), 2)]


def tell(entity: Entity, attribute: Attribute, wording: str, subject: Subject) -> str:
    """One fact as one sentence, without a capital where the wording has none."""
    return wording.format(S=subject.start, s=subject.inside, v=entity.facts[attribute.name])


def plain_sentence(entity: Entity, attribute: Attribute) -> str:
    """The fact in its first wording: what references are made of."""
    return tell(entity, attribute, attribute.articles[0], named(entity))


def encyclopedia_answer(entity: Entity, attribute: Attribute, rng: random.Random) -> str:
    """The fact asked for, then two others, in plain sentences."""
    others = rng.sample([a for a in entity.attributes if a is not attribute], 2)
    first = tell(entity, attribute, rng.choice(attribute.articles), named(entity))
    more = [
        tell(entity, other, rng.choice(other.articles), subject)
        for other, subject in zip(others, retold(entity, rng), strict=True)
    ]
    return " ".join([first, *more])


def assistant_answer(
    entity: Entity, attribute: Attribute, question: str, rng: random.Random
) -> str:
    """Opener, the fact asked for, one other fact behind a link, closer."""
    other = rng.choice([a for a in entity.attributes if a is not attribute])
    fact = tell(entity, attribute, rng.choice(attribute.assistant), named(entity))
    more = tell(entity, other, rng.choice(other.assistant), retold(entity, rng)[0])
    return " ".join(
        [
            OPENERS[question.split()[0]],
            capitalised(fact),
            rng.choice(LINKS) + more[0].lower() + more[1:],
            CLOSERS[entity.kind],
        ]
    )


def capitalised(sentence: str) -> str:
    """With a capital first letter and the rest as it is (`str.capitalize` would lower it)."""
    return sentence[0].upper() + sentence[1:]
