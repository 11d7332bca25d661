"""Pure: the same inputs give the same order, and orders even out."""

from collections import Counter
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assignment import Candidate, Order, choose_item, draw, slot_order

Counts = Counter[tuple[int, int]]


def place(counts: Counts, members: list[int], order: Order) -> None:
    counts.update((members[response], slot) for slot, response in enumerate(order))


def spread(counts: Counts, members: list[int]) -> int:
    """Between the most and the least frequent (variant, slot)."""
    cells = [counts[variant, slot] for variant in members for slot in range(len(members))]
    return max(cells) - min(cells)


class TestSlotOrder:
    @pytest.mark.parametrize("n", [2, 3, 4, 5, 9])
    def test_one_rater_sees_every_variant_in_every_slot_equally_often(self, n: int) -> None:
        members, own = list(range(100, 100 + n)), Counts()
        for item in range(6 * n):
            place(own, members, slot_order(members, own, {}, seed=1, item=item, rater="a"))
            assert spread(own, members) <= 1

    @pytest.mark.parametrize("n", [2, 3, 4, 5])
    def test_an_item_shows_every_variant_in_every_slot_to_new_raters(self, n: int) -> None:
        members, item = list(range(n)), Counts()
        for rater in range(4 * n):
            place(item, members, slot_order(members, {}, item, seed=1, item=0, rater=str(rater)))
            assert spread(item, members) <= 1

    @pytest.mark.parametrize("n", [2, 3, 4, 5])
    def test_many_raters_and_items(self, n: int) -> None:
        members, everything = list(range(n)), Counts()
        items = [Counts() for _ in range(30)]
        for rater in range(20):
            own = Counts()
            for number, item in enumerate(items):
                order = slot_order(members, own, item, seed=5, item=number, rater=str(rater))
                for counts in (own, item, everything):
                    place(counts, members, order)
            assert spread(own, members) <= 1
        expected = 20 * 30 / n
        assert all(abs(count - expected) <= 20 for count in everything.values())

    @pytest.mark.parametrize("n", [3, 4])
    def test_first_orders_are_not_predictable_from_the_variants(self, n: int) -> None:
        seen = Counter(
            slot_order(list(range(n)), {}, {}, seed=3, item=item, rater="a") for item in range(2400)
        )
        expected = 2400 / len(list(permutations(range(n))))
        assert all(0.6 * expected < seen[order] < 1.4 * expected for order in seen)
        assert len(seen) == len(list(permutations(range(n))))

    def test_the_rater_comes_before_the_item(self) -> None:
        own = {(10, 0): 1, (20, 1): 1}
        others = {(20, 0): 5, (10, 1): 5}
        assert slot_order([10, 20], own, others, seed=1, item=1, rater="a") == (1, 0)

    @given(
        n=st.integers(1, 6),
        cells=st.dictionaries(
            st.tuples(st.integers(0, 5), st.integers(0, 5)), st.integers(0, 40), max_size=36
        ),
        seed=st.integers(0, 2**31 - 1),
    )
    def test_is_the_cheapest_permutation_and_repeatable(
        self, n: int, cells: dict[tuple[int, int], int], seed: int
    ) -> None:
        members = list(range(n))
        order = slot_order(members, cells, {}, seed=seed, item=1, rater="a")
        assert order == slot_order(members, cells, {}, seed=seed, item=1, rater="a")

        def cost(candidate: Order) -> int:
            return sum(cells.get((v, slot), 0) for slot, v in enumerate(candidate))

        assert cost(order) == min(cost(every) for every in permutations(range(n)))


class TestChooseItem:
    def test_nothing_left(self) -> None:
        assert choose_item([], seed=1, rater="a") is None

    def test_prefers_the_least_taken(self) -> None:
        candidates = [Candidate(1, 1, 2), Candidate(2, 2, 0), Candidate(3, 3, 1)]
        assert choose_item(candidates, seed=1, rater="a") == 2

    def test_avoids_the_prompt_just_seen(self) -> None:
        candidates = [Candidate(1, 7, 0), Candidate(2, 7, 0), Candidate(3, 8, 0)]
        assert choose_item(candidates, seed=1, rater="a", last_prompt=7) == 3

    def test_the_same_prompt_again_when_there_is_no_other(self) -> None:
        candidates = [Candidate(1, 7, 0), Candidate(2, 8, 1)]
        assert choose_item(candidates, seed=1, rater="a", last_prompt=7) == 1

    def test_a_pairwise_study_never_repeats_a_prompt_while_another_is_left(self) -> None:
        pairs = len(list(combinations(range(3), 2)))
        left = {i: Candidate(i, i // pairs, 0) for i in range(10 * pairs)}
        last = None
        while left:
            others = [c for c in left.values() if c.prompt_id != last]
            chosen = choose_item(list(left.values()), seed=2, rater="a", last_prompt=last)
            assert chosen is not None
            candidate = left.pop(chosen)
            assert not others or candidate.prompt_id != last
            last = candidate.prompt_id

    def test_raters_start_at_different_items(self) -> None:
        candidates = [Candidate(i, i, 0) for i in range(50)]
        first = {choose_item(candidates, seed=1, rater=f"rater {n}") for n in range(50)}
        assert len(first) > 20

    @given(
        rows=st.lists(
            st.builds(Candidate, st.integers(1, 10**6), st.integers(1, 5), st.integers(0, 3)),
            min_size=1,
            unique_by=lambda c: c.item_id,
        ),
        seed=st.integers(0, 2**31 - 1),
    )
    def test_least_taken_and_blind_to_the_order_of_rows(
        self, rows: list[Candidate], seed: int
    ) -> None:
        chosen = choose_item(rows, seed=seed, rater="a", last_prompt=1)
        assert chosen == choose_item(rows[::-1], seed=seed, rater="a", last_prompt=1)
        taken = {c.item_id: c.taken for c in rows}
        assert chosen is not None
        assert taken[chosen] == min(taken.values())


def test_draw_depends_on_each_part() -> None:
    assert draw(1, "a", 2) == draw(1, "a", 2)
    assert len({draw(1, "a", 2), draw(2, "a", 1), draw(1, "a2"), draw("1", "a", 3)}) == 4
