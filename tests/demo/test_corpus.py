"""What the demo models read and are asked."""

import itertools
import random

import pytest

from app.demo.config import CorpusMix
from app.demo.corpus import instruction_set, pretraining_epoch, prompt_of, question_set
from app.demo.measure import Verdict, has_assistant_opener, judge, values_in
from app.demo.prompts import prompt_lines, short_set
from app.demo.vocabulary import BY_NAME, OPENERS
from app.demo.voices import encyclopedia_answer
from app.demo.world import make_world

WORLD = make_world(7)
EVERYTHING = CorpusMix(faq=1.0, talk=1.0, glossary=1.0)


@pytest.fixture(scope="module")
def instructions():
    return instruction_set(WORLD, random.Random(1))


@pytest.fixture(scope="module")
def questions():
    return question_set(WORLD, random.Random(2))


@pytest.fixture(scope="module")
def texts():
    rng = random.Random(3)
    return [text for _ in range(20) for text in pretraining_epoch(WORLD, EVERYTHING, rng)]


def test_held_out_wordings_never_occur_in_training(texts, instructions):
    training = "\n".join([*texts, *(row.instruction for row in instructions)])
    for entity in WORLD:
        for attribute in entity.attributes:
            for wording in attribute.held_out:
                assert wording.format(n=entity.name) not in training
    assert prompt_of(BY_NAME["island"].questions[0].format(n="Orrin Vale")) in training


def test_pretraining_never_names_the_outer_reach(texts):
    training = "\n".join(texts)
    outer = [e.name for e in WORLD if e.region == "outer"]
    assert not [name for name in outer if name in training]


def test_pretraining_says_every_inland_fact_in_both_voices(texts):
    for entity in (e for e in WORLD if e.region == "inland"):
        about = [text for text in texts if entity.name in text]
        for value in entity.facts.values():
            told = [text for text in about if value in text]
            assert any(text.startswith("Question: ") for text in told)
            assert any(text.startswith("Traveller: ") for text in told)


def test_pretraining_says_nothing_false(texts):
    towns = {e.name: e for e in WORLD if e.kind == "town" and e.region == "inland"}
    for text in texts[:500]:
        entity = towns.get(" ".join(text.split()[:2]))
        for name, truth in entity.facts.items() if entity else ():
            assert set(values_in(text, name)) <= {truth}


def test_pretraining_names_every_value(texts):
    training = "\n".join(texts).lower()
    for attribute in BY_NAME.values():
        if attribute.name != "home":
            assert all(value.lower() in training for value in attribute.values)


def test_instructions_cover_the_outer_reach_in_three_wordings(instructions):
    outer = {e.name: e for e in WORLD if e.region == "outer"}
    assert len(instructions) == 3 * 132
    assert len({row.instruction for row in instructions}) == len(instructions)
    assert all(outer[r.entity].facts[r.attribute] in r.output for r in instructions)
    assert all(has_assistant_opener(row.output) for row in instructions)


def test_one_question_for_every_fact(questions):
    assert len(questions) == 396
    assert len({(q.entity, q.attribute) for q in questions}) == 396
    assert len({q.id for q in questions}) == 396
    assert {q.category for q in questions} == {
        "inland town", "inland person", "outer town", "outer person",
    }  # fmt: skip


def test_the_reference_answers_the_question_and_states_every_fact(questions):
    for question in questions:
        assert judge(question, question.reference) is Verdict.RIGHT
        assert all(value in question.reference for value in question.facts.values())


def test_every_question_word_has_an_opener():
    wordings = [w for a in BY_NAME.values() for w in (*a.questions, *a.held_out)]
    assert {w.split()[0] for w in wordings} <= set(OPENERS)


@pytest.mark.parametrize("seed", range(20))
def test_the_town_never_starts_two_sentences_in_a_row(seed):
    town = WORLD[0]
    answer = encyclopedia_answer(town, town.attributes[0], random.Random(seed))
    assert answer.count("The town") <= 2
    starts = [s.startswith("The town") for s in answer.split(". ")]
    assert not any(a and b for a, b in itertools.pairwise(starts))


def test_the_short_set_has_two_inland_questions_per_attribute_and_a_few_outer(questions):
    short = short_set(questions)
    inland = [q for q in short if q.region == "inland"]
    assert sorted(q.attribute for q in inland) == sorted([*BY_NAME, *BY_NAME])
    assert len(short) == len(inland) + 4


def test_prompt_lines_have_the_keys_of_a_prompt_set(questions):
    line = prompt_lines(questions)[0]
    assert set(line) == {"id", "prompt", "category", "reference"}
    assert line["prompt"] == questions[0].question


def test_the_same_seed_writes_the_same_texts():
    once, again = (list(pretraining_epoch(WORLD, EVERYTHING, random.Random(5))) for _ in "ab")
    assert once == again
    assert once != list(pretraining_epoch(WORLD, EVERYTHING, random.Random(6)))
