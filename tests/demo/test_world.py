"""The world's invariants, on which the demonstration rests."""

import pytest

from app.demo.corpus import inhabitants
from app.demo.vocabulary import BY_NAME
from app.demo.world import make_world, values_of

SEEDS = (7, 11, 23)


@pytest.mark.parametrize("seed", SEEDS)
def test_size_of_the_regions(seed):
    world = make_world(seed)
    assert len(inhabitants(world, "inland")) == 48
    assert sum(len(e.facts) for e in inhabitants(world, "inland")) == 264
    assert sum(len(e.facts) for e in inhabitants(world, "outer")) == 132


@pytest.mark.parametrize("seed", SEEDS)
def test_outer_names_share_both_words_with_inland_names_of_their_kind(seed):
    world = make_world(seed)
    for outer in inhabitants(world, "outer"):
        inland = [e.name for e in inhabitants(world, "inland") if e.kind == outer.kind]
        first, second = outer.name.split()
        assert outer.name not in inland
        assert any(name.startswith(f"{first} ") for name in inland)
        assert any(name.endswith(f" {second}") for name in inland)


def test_names_are_unique():
    names = [e.name for e in make_world(7)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", [n for n in BY_NAME if n != "home"])
def test_four_of_ten_outer_values_also_occur_inland(name):
    attribute = BY_NAME[name]
    inland, outer = (set(values_of(attribute, r)) for r in ("inland", "outer"))
    assert len(inland & outer) / len(outer) == pytest.approx(0.4)
    assert inland | outer == set(attribute.values)


def test_people_come_from_towns_of_their_own_region():
    world = make_world(7)
    towns = {e.name: e.region for e in world if e.kind == "town"}
    people = [e for e in world if e.kind == "person"]
    assert all(towns[person.facts["home"]] == person.region for person in people)


def test_facts_keep_to_the_values_of_their_region():
    for entity in make_world(7):
        for attribute in entity.attributes:
            assert entity.facts[attribute.name] in values_of(attribute, entity.region)


def test_a_seed_gives_one_world_and_seeds_differ():
    assert make_world(7) == make_world(7)
    assert make_world(7) != make_world(11)


def test_no_value_stands_inside_another_of_its_attribute():
    # Otherwise judging an answer by the values that it names would be ambiguous.
    for attribute in BY_NAME.values():
        lowered = [f" {value.lower()} " for value in attribute.values]
        for value in lowered:
            assert sum(value in other for other in lowered) == 1, value
