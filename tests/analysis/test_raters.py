"""Rater reports: by hand, by a slow twin, and whether the notes find whom they should."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.raters import RaterReport, rater_reports
from app.analysis.votes import Floats, Integers, Side, Vote, Votes, votes_of


@dataclass(frozen=True)
class Judged:
    votes: Votes
    item: Integers


def judged(rows: list[tuple[int, int, float]]) -> Judged:
    """Rows of item, rater, points of a over b; every item is its own prompt."""
    votes = votes_of([Vote("a", "b", points, item, rater) for item, rater, points in rows])
    items, raters = (np.array([row[place] for row in rows], dtype=np.intp) for place in (0, 1))
    return Judged(replace(votes, rater=raters, prompt=items), items)


def reports(*criteria: Judged, raters: int, seconds: Floats | None = None) -> list[RaterReport]:
    """One judgement per vote of the first criterion."""
    rater = criteria[0].votes.rater
    pace = np.full(raters, 30.0) if seconds is None else seconds
    return list(rater_reports(criteria, rater, (1000 * pace[rater]).astype(np.int64), raters))


def simulated(
    seed: int,
    *,
    raters: int = 20,
    items: int = 300,
    left: dict[int, float] | None = None,
    noise: dict[int, float] | None = None,
) -> Judged:
    """Four raters per item say what is true three times in four; `noise` guesses more often than
    that, and `left` takes the left answer unread."""
    generator = np.random.default_rng(seed)
    item = np.repeat(np.arange(items), 4)
    rater = np.concatenate([generator.choice(raters, 4, replace=False) for _ in range(items)])
    truth = (generator.random(items) < 0.5)[item]
    first_is_left = generator.random(len(item)) < 0.5
    wrong = np.full(raters, 0.25)
    lazy = np.zeros(raters)
    for one, chance in (noise or {}).items():
        wrong[one] = chance
    for one, chance in (left or {}).items():
        lazy[one] = chance
    said = truth ^ (generator.random(len(item)) < wrong[rater])
    said = np.where(generator.random(len(item)) < lazy[rater], first_is_left, said)
    plain = votes_of([Vote("a", "b", 1.0, 0, 0)] * len(item))
    side = np.where(said, Side.WIN, Side.LOSS)
    votes = replace(plain, side=side, rater=rater, prompt=item, first_is_left=first_is_left)
    return Judged(votes, item)


def flagged(found: list[RaterReport], word: str) -> list[int]:
    return [one.rater for one in found if any(word in note for note in one.notes)]


class TestReport:
    def test_by_hand(self) -> None:
        """On item 0 raters 0 and 1 agree against 2; item 1 is rater 0's alone."""
        one = judged([(0, 0, 1.0), (0, 1, 1.0), (0, 2, 0.5), (1, 0, 0.0)])
        first, second, third = reports(one, raters=3)
        assert (first.judgements, first.agreement.value, first.agreement.n) == (2, 0.5, 1)
        assert (second.agreement.value, third.agreement.value) == (0.5, 0.0)
        assert (first.ties, third.ties) == (0.0, 1.0)
        assert (first.left.value, first.left.reason) == (None, "no data")
        assert first.seconds == 30

    def test_who_did_not_judge_has_none(self) -> None:
        found = reports(judged([(0, 1, 1.0), (0, 3, 1.0)]), raters=5)
        assert [one.rater for one in found] == [1, 3]

    def test_who_judged_alone_has_no_agreement(self) -> None:
        [only] = reports(judged([(0, 0, 1.0), (1, 0, 1.0)]), raters=1)
        assert (only.agreement.value, only.agreement.reason) == (None, "no data")
        assert only.notes == ()

    def test_criteria_are_pooled_and_a_prompt_counts_once(self) -> None:
        one = judged([(0, 0, 1.0), (0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0)])
        first = reports(one, one, raters=2)[0]
        assert (first.agreement.value, first.agreement.n, first.agreement.clusters) == (0.5, 4, 2)

    def test_the_median_of_known_times(self) -> None:
        one = judged([(item, 0, 1.0) for item in range(5)])
        duration = np.array([4000, 9000, -1, 6000, 5000])
        [found] = rater_reports([one], one.votes.rater, duration, 1)
        assert found.seconds == 5.5

    def test_gold_is_passed_on(self) -> None:
        one = judged([(0, 0, 1.0)])
        none = np.array([-1])
        [found] = rater_reports(
            [one], one.votes.rater, none, 1, gold_passed=np.array([2]), gold_seen=np.array([3])
        )
        assert (found.gold_passed, found.gold_seen, found.seconds) == (2, 3, None)

    def test_a_study_without_preferences(self) -> None:
        [found] = rater_reports([], np.array([0, 0]), np.array([8000, 9000]), 1)
        assert (found.judgements, found.seconds, found.ties) == (2, 8.5, None)
        assert found.agreement.reason == "no data"

    @given(
        st.dictionaries(
            st.tuples(st.integers(0, 5), st.integers(0, 3)),
            st.sampled_from([0.0, 0.5, 1.0]),
            min_size=1,
        )
    )
    def test_agreement_like_asking_every_pair(self, said: dict[tuple[int, int], float]) -> None:
        found = reports(judged([(*key, points) for key, points in said.items()]), raters=4)
        for one in found:
            shares = []
            for (item, rater), points in said.items():
                others = [p for (i, r), p in said.items() if i == item and r != rater]
                if rater == one.rater and others:
                    shares.append(np.mean([points == other for other in others]))
            assert one.agreement.value == (pytest.approx(np.mean(shares)) if shares else None)

    def test_renumbering_raters_renumbers_reports(self) -> None:
        one = simulated(1)
        order = np.random.default_rng(1).permutation(20)
        other = Judged(replace(one.votes, rater=order[one.votes.rater]), one.item)
        mine = {r.rater: r for r in reports(one, raters=20)}
        for found in reports(other, raters=20):
            same = replace(found, rater=int(np.flatnonzero(order == found.rater)[0]))
            assert same == mine[same.rater]


class TestNotes:
    def test_a_rater_who_takes_the_left_answer(self) -> None:
        found = reports(simulated(2, left={3: 0.9}), raters=20)
        assert flagged(found, "earlier slot") == [3]

    def test_a_rater_who_takes_the_right_answer(self) -> None:
        one = simulated(2, left={3: 0.9})
        assert one.votes.first_is_left is not None
        turned = Judged(replace(one.votes, first_is_left=~one.votes.first_is_left), one.item)
        assert flagged(reports(turned, raters=20), "later slot") == [3]

    def test_a_rater_who_says_the_opposite(self) -> None:
        found = reports(simulated(3, noise={5: 0.95}), raters=20)
        assert flagged(found, "agrees with the others less") == [5]

    def test_a_rater_who_does_not_read(self) -> None:
        pace = np.full(20, 25.0)
        pace[7] = 1.5
        found = reports(simulated(4), raters=20, seconds=pace)
        assert found[7].notes == (
            "judges in 1.5 seconds (median), which is too fast to read the answers",
        )

    def test_raters_like_the_others_are_rarely_noted(self) -> None:
        """At 95 % for all raters together, one study in twenty at most has a note."""
        studies = [reports(simulated(100 + seed, items=120), raters=20) for seed in range(60)]
        noted = [any(one.notes for one in study) for study in studies]
        assert np.mean(noted) <= 0.1
