"""The two ledgers: worked examples, a slow twin, and what relabelling and doubling must leave."""

import random
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.contingency import expected_freq

from app.analysis.intervals import Estimate, clustered_share
from app.analysis.ledgers import CrossTable, cross_table, plane
from app.analysis.percentiles import expanded
from app.analysis.votes import Floats, Integers, Side, Votes

VARIANTS = ("base", "lora", "full")
FLIPPED = np.array([Side.WIN, Side.TIE, Side.TIE_GOOD, Side.TIE_BAD, Side.LOSS])

Row = tuple[tuple[int, int], Side, Side, int]
rows = st.lists(
    st.tuples(
        st.sampled_from(list(permutations(range(3), 2))),
        st.sampled_from(list(Side)),
        st.sampled_from(list(Side)),
        st.integers(0, 8),
    ),
    max_size=50,
)


def ledgers(rows: list[Row], variants: tuple[str, ...] = VARIANTS) -> tuple[Votes, Votes]:
    """Votes on style and on factuality, of the same judgements."""
    pairs = np.array([pair for pair, *_ in rows], dtype=np.intp).reshape(-1, 2)
    style, factuality, prompt = np.array([row[1:] for row in rows], dtype=np.intp).reshape(-1, 3).T
    judgement = np.arange(len(rows))
    rest = {"prompt": prompt, "rater": 0 * prompt, "judgement": judgement}
    return (
        Votes(variants, pairs[:, 0], pairs[:, 1], style, **rest),
        Votes(variants, pairs[:, 0], pairs[:, 1], factuality, **rest),
    )


def simulated(seed: int, count: int = 400, prompts: int = 30) -> tuple[Votes, Votes]:
    """Of two variants: what prompts favour in style they disfavour in factuality."""
    generator = np.random.default_rng(seed)
    prompt = generator.integers(0, prompts, size=count)
    favour = generator.normal(size=prompts)[prompt]
    side = [
        np.where(np.abs(edge) < 0.4, Side.TIE, np.where(edge > 0, Side.WIN, Side.LOSS))
        for edge in (favour + generator.normal(size=count), generator.normal(size=count) - favour)
    ]
    return ledgers([((0, 1), *both) for both in zip(*side, prompt, strict=True)], ("a", "b"))


def turned_round(votes: Votes, which: Integers) -> Votes:
    return replace(
        votes,
        first=np.where(which, votes.second, votes.first),
        second=np.where(which, votes.first, votes.second),
        side=np.where(which, FLIPPED[votes.side], votes.side),
    )


def shuffled(votes: Votes) -> Votes:
    assert votes.judgement is not None
    order = np.random.default_rng(2).permutation(len(votes))
    return replace(
        votes,
        first=votes.first[order],
        second=votes.second[order],
        side=votes.side[order],
        prompt=votes.prompt[order],
        rater=votes.rater[order],
        judgement=votes.judgement[order],
    )


def assert_alike(one: Estimate, other: Estimate) -> None:
    for number in ("value", "low", "high"):
        assert getattr(one, number) == pytest.approx(getattr(other, number), abs=1e-12)
    assert one.reason == other.reason


class TestCrossTable:
    def test_a_worked_example(self) -> None:
        """Eight comparisons of base and lora; six are decided on style, three of those turn."""
        rows: list[Row] = [
            ((0, 1), Side.WIN, Side.LOSS, 0),
            ((0, 1), Side.WIN, Side.LOSS, 1),
            ((1, 0), Side.LOSS, Side.LOSS, 2),  # base wins on both
            ((0, 1), Side.WIN, Side.TIE_BAD, 3),
            ((0, 1), Side.LOSS, Side.WIN, 4),
            ((0, 1), Side.LOSS, Side.LOSS, 5),
            ((0, 1), Side.TIE, Side.WIN, 6),
            ((1, 0), Side.TIE_GOOD, Side.WIN, 6),  # lora wins on factuality
        ]
        table = cross_table(*ledgers(rows))[0]
        assert (table.first, table.second) == (0, 1)
        assert table.counts == ((1, 1, 2), (1, 0, 1), (1, 0, 1))
        assert (table.share.value, table.share.n, table.share.clusters) == (0.5, 6, 6)
        assert (table.first_wins.value, table.first_wins.n) == (0.5, 4)
        assert (table.second_wins.value, table.second_wins.n) == (0.5, 2)
        assert table.first_wins.reason == "fewer than 6 prompts"
        # Factuality: base 3, tie 1, lora 4 of 8; style: base 4, lora 2 of 6 that are decided.
        assert table.expected == pytest.approx((4 * 4 / 8 + 2 * 3 / 8) / 6)

    def test_expected_is_that_of_a_table_without_relation(self) -> None:
        table = cross_table(*simulated(1))[0]
        expected = expected_freq(np.array(table.counts))
        decided = expected[0].sum() + expected[2].sum()
        assert table.expected == pytest.approx((expected[0, 2] + expected[2, 0]) / decided)
        assert table.share.low is not None
        assert table.expected < table.share.low

    def test_nothing_decided_on_style(self) -> None:
        tied, *others = cross_table(*ledgers([((0, 1), Side.TIE, Side.WIN, 0)]))
        assert (tied.counts[1], tied.share.reason, tied.expected) == ((1, 0, 0), "no data", None)
        assert {other.expected for other in others} == {None}

    def test_only_judgements_on_both_are_joined_in_whatever_order(self) -> None:
        style, factuality = simulated(2)
        kept = np.arange(len(style)) % 3 > 0
        expected = cross_table(style.take(kept), factuality.take(kept))
        assert cross_table(style, shuffled(factuality.take(kept))) == expected

    def test_a_ranking_of_three_is_joined_pair_by_pair(self) -> None:
        pairs = ((0, 1), (0, 2), (1, 2))
        style, factuality = ledgers(
            [
                (pairs[0], Side.WIN, Side.LOSS, 0),
                (pairs[1], Side.WIN, Side.WIN, 0),
                (pairs[2], Side.LOSS, Side.TIE, 0),
            ]
        )
        one = np.zeros(3, dtype=np.intp)
        found = cross_table(replace(style, judgement=one), replace(factuality, judgement=one))
        assert [table.share.value for table in found] == [1, 0, 0]

    def test_shares_are_prompt_clustered(self) -> None:
        style, factuality = simulated(3)
        table = cross_table(style, factuality)[0]
        won = style.side == Side.WIN
        less_factual = factuality.side[won] == Side.LOSS
        alone = clustered_share(less_factual, style.prompt[won])
        assert (table.first_wins.value, table.first_wins.n) == (alone.value, alone.n)
        assert alone.low is not None
        assert table.first_wins.low == pytest.approx(alone.low, abs=0.01)

    def test_like_the_slow_twin(self) -> None:
        style, factuality = simulated(4)
        table = cross_table(style, factuality, resamples=20_000)[0]
        low, high = expanded(slow_twin(style, factuality), 30, level=0.95)
        assert table.share.low == pytest.approx(low, abs=0.012)
        assert table.share.high == pytest.approx(high, abs=0.012)

    @pytest.mark.parametrize("problem", ["variants", "which judgement", "twice"])
    def test_what_cannot_be_joined(self, problem: str) -> None:
        style, factuality = simulated(5, count=5)
        bad = {
            "variants": replace(factuality, variants=("a", "z")),
            "which judgement": replace(factuality, judgement=None),
            "twice": replace(factuality, judgement=np.array([0, 1, 2, 3, 3])),
        }[problem]
        with pytest.raises(ValueError, match=problem):
            cross_table(style, bad)

    def test_a_judgement_without_a_partner_does_not_count_as_twice(self) -> None:
        style, factuality = simulated(6, count=5)
        found = cross_table(style, replace(factuality, judgement=np.array([9, 8, 7, 6, 5])))
        assert found[0].share.reason == "no data"


class TestCrossTableProperties:
    @given(rows, st.integers(0, 2**32 - 1))
    def test_turning_votes_changes_nothing(self, rows: list[Row], bits: int) -> None:
        style, factuality = ledgers(rows)
        which = np.random.default_rng(bits).random((2, len(rows))) < 0.5
        turned = (turned_round(style, which[0]), turned_round(factuality, which[1]))
        assert cross_table(*turned, resamples=100) == cross_table(style, factuality, resamples=100)

    @given(rows, st.permutations(range(3)))
    def test_relabelling_relabels(self, rows: list[Row], names: list[int]) -> None:
        usual = cross_table(*ledgers(rows), resamples=100)
        relabelled = [((names[a], names[b]), *rest) for (a, b), *rest in rows]
        other = {
            (table.first, table.second): table
            for table in cross_table(*ledgers(relabelled), resamples=100)  # type: ignore[arg-type]
        }
        for table in usual:
            first, second = names[table.first], names[table.second]
            _assert_same(table, other[min(first, second), max(first, second)], first > second)

    @given(rows)
    def test_judgements_given_twice_double_counts_and_leave_shares(self, rows: list[Row]) -> None:
        once = cross_table(*ledgers(rows), resamples=100)
        twice = cross_table(*ledgers(rows + rows), resamples=100)
        for one, two in zip(once, twice, strict=True):
            assert np.array(two.counts).tolist() == (2 * np.array(one.counts)).tolist()
            assert two.expected == pytest.approx(one.expected)
            assert_alike(one.share, two.share)
            assert_alike(one.second_wins, two.second_wins)


def _assert_same(table: CrossTable, found: CrossTable, swapped: bool) -> None:
    counts = np.array(found.counts)
    assert np.array(table.counts).tolist() == (counts[::-1, ::-1] if swapped else counts).tolist()
    assert_alike(table.share, found.share)
    assert_alike(table.first_wins, found.second_wins if swapped else found.first_wins)
    assert table.expected == pytest.approx(found.expected)


class TestPlane:
    def test_a_worked_example(self) -> None:
        """Base: a win, a loss and a tie on style, three wins on factuality."""
        rows: list[Row] = [
            ((0, 1), Side.WIN, Side.WIN, 0),
            ((2, 0), Side.WIN, Side.LOSS, 1),
            ((0, 1), Side.TIE, Side.WIN, 2),
        ]
        style, factuality = ledgers(rows)
        base, lora, full = plane(style, factuality)
        assert (base.variant, base.x.value, base.y.value) == (0, 0.5, 1)
        assert (lora.x.value, lora.y.value) == (0.25, 0)
        assert (full.x.value, full.x.n, full.x.reason) == (1, 1, "only one prompt")
        assert (base.x.n, base.x.clusters, base.x.reason) == (3, 3, "fewer than 6 prompts")

    def test_of_two_variants_it_is_the_share_of_their_pair(self) -> None:
        style, factuality = simulated(7)
        first, second = plane(style, factuality)
        assert first.x == clustered_share(style.points, style.prompt)
        assert first.y == clustered_share(factuality.points, factuality.prompt)
        assert second.x.low == pytest.approx(1 - (first.x.high or 0))

    def test_criteria_need_not_be_of_the_same_judgements(self) -> None:
        style, factuality = simulated(8)
        few = factuality.take(factuality.prompt < 10)
        places = plane(style, replace(few, judgement=None))
        assert [place.y.clusters for place in places] == [10, 10]

    def test_other_variants(self) -> None:
        style, factuality = simulated(9, count=5)
        with pytest.raises(ValueError, match="variants"):
            plane(style, replace(factuality, variants=("a", "z")))

    @given(rows)
    def test_shares_add_up_to_half_of_all_comparisons(self, rows: list[Row]) -> None:
        places = plane(*ledgers(rows), resamples=100)
        won = sum((place.y.value or 0) * place.y.n for place in places)
        assert won == pytest.approx(sum(place.y.n for place in places) / 2)


def slow_twin(style: Votes, factuality: Votes) -> Floats:
    """Shares judged less factual when prompts are drawn one by one and comparisons pooled."""
    rng = random.Random(6)
    of_prompt: dict[int, list[float]] = {}
    for prompt, one, other in zip(style.prompt, style.points, factuality.points, strict=True):
        found = of_prompt.setdefault(int(prompt), [])
        if one != 0.5:
            found.append(float(one + other == 1))
    names, shares = list(of_prompt), []
    for _ in range(4000):
        pooled = [x for name in rng.choices(names, k=len(names)) for x in of_prompt[name]]
        shares.append(sum(pooled) / len(pooled))
    return np.array(shares)
