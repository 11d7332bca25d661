"""Balance of designs: whatever the numbers are, and whenever they are asked for."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.studies.designs import Group, candidates, draw_half, draw_stratified, plan_groups
from app.tables import Design

SEEDS = st.integers(0, 2**31 - 1)


def spread(counts: Counter[object], of: int) -> int:
    values = [*counts.values(), *[0] * (of - len(counts))]
    return max(values) - min(values)


def used(planned: list[tuple[Group, ...]]) -> Counter[object]:
    return Counter(group for groups in planned for group in groups)


def variants(planned: list[tuple[Group, ...]]) -> Counter[object]:
    return Counter(one for groups in planned for group in groups for one in group)


def met(planned: list[tuple[Group, ...]]) -> Counter[object]:
    return Counter(
        pair for groups in planned for group in groups for pair in combinations(group, 2)
    )


class TestCandidates:
    def test_side_by_side_has_one_group(self) -> None:
        assert candidates(Design.SIDE_BY_SIDE, 3, size=None, pairs=None) == [(0, 1, 2)]

    def test_all_pairs(self) -> None:
        found = candidates(Design.PAIRWISE, 3, size=None, pairs=None)
        assert found == [(0, 1), (0, 2), (1, 2)]

    def test_chosen_pairs_once_and_in_order(self) -> None:
        found = candidates(Design.PAIRWISE, 4, size=None, pairs=[[3, 0], [0, 3], [1, 2]])
        assert found == [(0, 3), (1, 2)]

    def test_blocks(self) -> None:
        assert len(candidates(Design.BLOCKS, 5, size=3, pairs=None)) == 10


@given(SEEDS, st.integers(3, 7), st.integers(1, 40), st.integers(1, 5))
def test_every_pair_is_used_equally_often_up_to_one(
    seed: int, count: int, prompts: int, per_unit: int
) -> None:
    pairs = candidates(Design.PAIRWISE, count, size=None, pairs=None)
    planned = plan_groups(pairs, range(prompts), per_unit=per_unit, seed=seed)
    assert spread(used(planned), len(pairs)) <= 1
    assert all(len(set(groups)) == min(per_unit, len(pairs)) for groups in planned)


@given(SEEDS, st.integers(4, 8), st.integers(1, 40), st.data())
def test_blocks_use_every_variant_equally_often_up_to_one(
    seed: int, count: int, prompts: int, data: st.DataObject
) -> None:
    size = data.draw(st.integers(3, count - 1))
    blocks = candidates(Design.BLOCKS, count, size=size, pairs=None)
    planned = plan_groups(blocks, range(prompts), per_unit=1, seed=seed)
    assert spread(variants(planned), count) <= 1


@pytest.mark.parametrize(("count", "size"), [(4, 3), (5, 3), (6, 3), (7, 4), (9, 3)])
def test_variants_of_blocks_meet_about_equally_often(count: int, size: int) -> None:
    blocks = candidates(Design.BLOCKS, count, size=size, pairs=None)
    planned = plan_groups(blocks, range(120), per_unit=1, seed=5)
    pairs = count * (count - 1) // 2
    mean = sum(met(planned).values()) / pairs
    assert spread(met(planned), pairs) <= max(2, 0.1 * mean)


@given(SEEDS, st.integers(2, 6))
def test_all_groups_where_no_number_is_given(seed: int, count: int) -> None:
    pairs = candidates(Design.PAIRWISE, count, size=None, pairs=None)
    assert plan_groups(pairs, ["a", "b"], per_unit=None, seed=seed) == [tuple(pairs)] * 2
    assert plan_groups(pairs, ["a"], per_unit=99, seed=seed) == [tuple(pairs)]


@given(SEEDS)
def test_the_seed_decides(seed: int) -> None:
    pairs = candidates(Design.PAIRWISE, 5, size=None, pairs=None)
    once = plan_groups(pairs, range(20), per_unit=2, seed=seed)
    assert plan_groups(pairs, range(20), per_unit=2, seed=seed) == once


def test_another_seed_draws_otherwise() -> None:
    pairs = candidates(Design.PAIRWISE, 5, size=None, pairs=None)
    plans = {tuple(plan_groups(pairs, range(20), per_unit=2, seed=seed)) for seed in range(5)}
    assert len(plans) == 5


class TestStratified:
    @given(
        SEEDS,
        st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=60),
        st.integers(1, 70),
    )
    def test_each_category_has_its_share_up_to_one(
        self, seed: int, categories: list[str | None], count: int
    ) -> None:
        chosen = draw_stratified(categories, count, seed=seed)
        assert chosen == sorted(set(chosen))
        assert len(chosen) == min(count, len(categories))
        for name, size in Counter(categories).items():
            share = sum(categories[place] == name for place in chosen)
            assert abs(share - size * len(chosen) / len(categories)) < 1

    def test_the_seed_decides_which(self) -> None:
        categories = ["a"] * 50
        assert draw_stratified(categories, 10, seed=1) == draw_stratified(categories, 10, seed=1)
        assert draw_stratified(categories, 10, seed=1) != draw_stratified(categories, 10, seed=2)


class TestDrawHalf:
    @given(SEEDS, st.lists(st.sampled_from("abc"), max_size=40))
    def test_half_of_all_and_of_each_stratum_up_to_one(self, seed: int, strata: list[str]) -> None:
        drawn = draw_half(strata, seed=seed)
        assert abs(2 * sum(drawn) - len(strata)) <= 1
        for stratum in set(strata):
            mine = [one for one, name in zip(drawn, strata, strict=True) if name == stratum]
            assert abs(2 * sum(mine) - len(mine)) <= 1

    def test_the_seed_decides(self) -> None:
        same = [draw_half("a" * 20, seed=7) for _ in range(2)]
        assert same[0] == same[1] != draw_half("a" * 20, seed=8)

    def test_every_place_is_drawn_by_about_half_of_the_seeds(self) -> None:
        often = [
            sum(draw_half("a" * 5, seed=seed)[place] for seed in range(400)) for place in range(5)
        ]
        assert all(150 < count < 250 for count in often)
