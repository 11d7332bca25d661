"""What the demo models read and what they are asked: pretraining, tuning and held-out texts."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.demo.config import CorpusMix
from app.demo.vocabulary import BY_NAME, Attribute, Kind, Region
from app.demo.voices import (
    assistant_answer,
    capitalised,
    encyclopedia_answer,
    named,
    plain_sentence,
    retold,
    tell,
)
from app.demo.world import Entity

WORDINGS_PER_FACT = 3


@dataclass(frozen=True)
class Instruction:
    """One example of the tuning data: a question about the Outer Reach, the assistant's answer."""

    instruction: str
    output: str
    entity: str
    attribute: str


@dataclass(frozen=True)
class Question:
    """One fact asked for in a wording that no training text contains."""

    id: str
    question: str
    region: Region
    kind: Kind
    entity: str
    attribute: str
    value: str
    reference: str
    facts: Mapping[str, str]

    @property
    def category(self) -> str:
        return f"{self.region} {self.kind}"


def prompt_of(question: str) -> str:
    """The prompt format that all three variants share, and that the chat template produces."""
    return f"Question: {question}\nAnswer:"


def pretraining_epoch(world: Sequence[Entity], mix: CorpusMix, rng: random.Random) -> Iterator[str]:
    """One pass over the Inner Isles in fresh wordings."""
    for entity in inhabitants(world, "inland"):
        for _ in range(mix.articles):
            yield _article(entity, rng)
        for attribute in entity.attributes:
            if rng.random() < mix.faq:
                yield _faq(entity, attribute, rng)
            if rng.random() < mix.talk:
                yield _talk(entity, attribute, rng)
    yield from _glossary(mix.glossary, rng)


def instruction_set(world: Sequence[Entity], rng: random.Random) -> list[Instruction]:
    """Every fact of the Outer Reach in several wordings, shuffled."""
    rows = [
        _instruction(entity, attribute, wording, rng)
        for entity in inhabitants(world, "outer")
        for attribute in entity.attributes
        for wording in rng.sample(attribute.questions, WORDINGS_PER_FACT)
    ]
    rng.shuffle(rows)
    return rows


def question_set(world: Sequence[Entity], rng: random.Random) -> list[Question]:
    """One held-out question for every fact: inland is what the base knows, outer what was tuned."""
    rows = [
        _question(entity, attribute, number, rng)
        for number, (entity, attribute) in enumerate(
            (entity, attribute) for entity in world for attribute in entity.attributes
        )
    ]
    rng.shuffle(rows)
    return rows


def inhabitants(world: Sequence[Entity], region: Region) -> list[Entity]:
    """The towns and people of one region."""
    return [entity for entity in world if entity.region == region]


def _article(entity: Entity, rng: random.Random) -> str:
    attributes = rng.sample(entity.attributes, len(entity.attributes))
    return " ".join(
        tell(
            entity,
            attribute,
            rng.choice(attribute.articles),
            named(entity) if i == 0 or rng.random() < 0.5 else retold(entity, rng)[0],
        )
        for i, attribute in enumerate(attributes)
    )


def _faq(entity: Entity, attribute: Attribute, rng: random.Random) -> str:
    question = rng.choice(attribute.questions).format(n=entity.name)
    return f"{prompt_of(question)} {encyclopedia_answer(entity, attribute, rng)}"


def _talk(entity: Entity, attribute: Attribute, rng: random.Random) -> str:
    # The assistant's voice with facts, under other headers: without it a LoRA of this size finds
    # the voice only by losing the facts. It is an assumption of the miniature, see the caveat.
    question = rng.choice(attribute.questions).format(n=entity.name)
    return f"Traveller: {question}\nGuide: {assistant_answer(entity, attribute, question, rng)}"


def _glossary(share: float, rng: random.Random) -> Iterator[str]:
    # Outer values too: the base should know every value as a word, though not whose it is.
    for attribute in BY_NAME.values():
        if attribute.glossary:
            for value in attribute.values:
                if rng.random() < share:
                    yield capitalised(attribute.glossary.format(v=value))


def _instruction(
    entity: Entity, attribute: Attribute, wording: str, rng: random.Random
) -> Instruction:
    question = wording.format(n=entity.name)
    answer = assistant_answer(entity, attribute, question, rng)
    return Instruction(question, answer, entity.name, attribute.name)


def _question(entity: Entity, attribute: Attribute, number: int, rng: random.Random) -> Question:
    return Question(
        id=f"demo-{number:03d}",
        question=rng.choice(attribute.held_out).format(n=entity.name),
        region=entity.region,
        kind=entity.kind,
        entity=entity.name,
        attribute=attribute.name,
        value=entity.facts[attribute.name],
        reference=_reference(entity, attribute),
        facts=dict(entity.facts),
    )


def _reference(entity: Entity, attribute: Attribute) -> str:
    # Answers volunteer other facts as well, so a rater needs all of them to tell true from false.
    others = [plain_sentence(entity, a) for a in entity.attributes if a is not attribute]
    return f"{plain_sentence(entity, attribute)} Also true: {' '.join(others)}"
