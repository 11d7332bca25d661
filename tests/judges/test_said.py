"""Where a judge and people meet, on units worked out by hand; and against a slow twin."""

import random
from collections import Counter

import numpy as np
import pytest

from app.judges.said import NONE, BothOrders, Said, both_orders, likeness, majority, meet


def said(*rows: tuple[int, int, int, int]) -> Said:
    """(unit, value, rater, prompt) each."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Said(*columns)


def judge(verdicts: dict[int, tuple[int, int]], prompt: dict[int, int]) -> BothOrders:
    """Unit -> what the two orders say."""
    drawn = said(*((unit, a, 0, prompt[unit]) for unit, (a, _) in verdicts.items()))
    turned = said(*((unit, b, 1, prompt[unit]) for unit, (_, b) in verdicts.items()))
    return both_orders(drawn, turned)


class TestMajority:
    @pytest.mark.parametrize(
        ("counts", "most"),
        [([2, 1, 0], 0), ([1, 1, 0], NONE), ([0, 0, 1], 2), ([0, 0, 0], NONE), ([1, 2, 2], NONE)],
    )
    def test_the_most_frequent_value(self, counts: list[int], most: int) -> None:
        assert majority(np.array([counts])).tolist() == [most]

    def test_of_nothing(self) -> None:
        assert len(majority(np.zeros((0, 3), dtype=np.int64))) == 0


class TestBothOrders:
    def test_only_what_both_judged(self) -> None:
        both = both_orders(said((5, 1, 0, 0), (3, 0, 0, 1)), said((3, 2, 1, 1), (9, 0, 1, 2)))
        assert (both.unit.tolist(), both.drawn.tolist(), both.turned.tolist()) == ([3], [0], [2])

    def test_a_verdict_needs_both(self) -> None:
        both = judge({1: (2, 2), 2: (0, 2)}, {1: 0, 2: 1})
        assert both.verdict(1).tolist() == [2, 1]
        assert both.consistency().value == 0.5


class TestLikeness:
    def test_worked_out_by_hand(self) -> None:
        """Three people on two units, two on a third; the judge says 2, 0 and (in one order only) 2.

        Unit 1: 2 2 0, most say 2. Unit 2: 0 0 0. Unit 3: 0 2, no majority. So the judge is with
        most in both. Of the others of each person: unit 1 without a 2 has 2 0 (none), without the 0
        has 2 2: the person (0) is not with them, the judge is; unit 2: 0 0 three times, all with
        them; unit 3: the other person, whom each contradicts, and the judge (a tie, 1), too.
        """
        people = said(
            *((1, 2, 0, 0), (1, 2, 1, 0), (1, 0, 2, 0)),
            *((2, 0, 0, 1), (2, 0, 1, 1), (2, 0, 2, 1)),
            *((3, 0, 0, 2), (3, 2, 1, 2)),
        )
        verdicts = judge({1: (2, 2), 2: (0, 0), 3: (2, 0)}, {1: 0, 2: 1, 3: 2})
        met = meet(people, verdicts, values=3, otherwise=1)
        found = likeness(people, met, values=3)
        assert (found.comparisons, found.undecided) == (3, 1)
        assert (found.majority.value, found.majority.n) == (1.0, 2)
        assert (found.person.value, found.person.n) == (0.5, 6)  # 3 of unit 2
        assert found.as_one_more.value == pytest.approx(4 / 6)
        assert found.difference.value == pytest.approx(1 / 6)

    def test_one_person_alone_has_nobody_to_agree_with(self) -> None:
        people = said((1, 2, 0, 0), (2, 0, 0, 1))
        met = meet(people, judge({1: (2, 2), 2: (2, 2)}, {1: 0, 2: 1}), values=3, otherwise=1)
        found = likeness(people, met, values=3)
        assert found.majority.value == 0.5
        assert (found.person.value, found.person.reason) == (None, "no data")

    def test_nothing_in_common(self) -> None:
        people = said((1, 2, 0, 0))
        met = meet(people, judge({2: (2, 2)}, {2: 1}), values=3, otherwise=1)
        found = likeness(people, met, values=3)
        assert (found.comparisons, found.majority.value) == (0, None)

    @pytest.mark.parametrize("seed", range(5))
    def test_against_a_slow_twin(self, seed: int) -> None:
        rng = random.Random(seed)
        rows = [
            (unit, rng.randrange(3), rater, unit % 7)
            for unit in range(60)
            for rater in range(4)
            if rng.random() < 0.7
        ]
        verdicts = {unit: (rng.randrange(3), rng.randrange(3)) for unit in range(0, 60, 2)}
        people = said(*rows)
        met = meet(people, judge(verdicts, {u: u % 7 for u in range(60)}), values=3, otherwise=1)
        found, slow = likeness(people, met, values=3), _slowly(rows, verdicts)
        assert found.majority.value == pytest.approx(slow["majority"])
        assert found.as_one_more.value == pytest.approx(slow["judge"])
        assert found.person.value == pytest.approx(slow["person"])

    def test_it_does_not_depend_on_the_order_of_rows(self) -> None:
        rng = random.Random(1)
        rows = [(u, rng.randrange(3), r, u) for u in range(30) for r in range(3)]
        verdicts = {u: (rng.randrange(3), rng.randrange(3)) for u in range(30)}
        shuffled = rng.sample(rows, len(rows))
        results = []
        for one in (rows, shuffled):
            people = said(*one)
            met = meet(people, judge(verdicts, {u: u for u in range(30)}), values=3, otherwise=1)
            results.append(likeness(people, met, values=3))
        assert results[0].majority.value == results[1].majority.value
        assert results[0].person.value == results[1].person.value


def _slowly(
    rows: list[tuple[int, int, int, int]], verdicts: dict[int, tuple[int, int]]
) -> dict[str, float]:
    def most(values: list[int]) -> int | None:
        counts = Counter(values).most_common()
        if not counts or (len(counts) > 1 and counts[0][1] == counts[1][1]):
            return None
        return counts[0][0]

    matches: dict[str, list[bool]] = {"majority": [], "judge": [], "person": []}
    for unit, (drawn, turned) in verdicts.items():
        verdict = drawn if drawn == turned else 1
        mine = [(rater, value) for u, value, rater, _ in rows if u == unit]
        if (everyone := most([value for _, value in mine])) is not None:
            matches["majority"].append(verdict == everyone)
        for rater, value in mine:
            others = most([other for who, other in mine if who != rater])
            if others is not None:
                matches["judge"].append(verdict == others)
                matches["person"].append(value == others)
    return {name: sum(found) / len(found) for name, found in matches.items()}
