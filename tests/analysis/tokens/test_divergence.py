"""KL against its definition, and the bound against KL."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.tokens import NOTHING, BoundedKl, bounded_kl, classes_of, exact_kl
from app.analysis.votes import Floats, Integers

Lists = tuple[Integers, Floats]


def distributions(seed: int, words: int, positions: int = 4) -> tuple[Floats, Floats]:
    """Log-probabilities of two that resemble each other more or less, shape (positions, words)."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(0, 3, size=(positions, words))
    moved = logits + generator.normal(0, generator.choice([0.1, 1, 4]), size=logits.shape)
    return normal(logits), normal(moved)


def normal(logits: Floats) -> Floats:
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)))


def most_likely(logs: Floats, top: int, taken: int | None = None) -> Lists:
    """As an engine lists them: the `top`, and the token that was taken where it is not among
    them."""
    ids = np.argsort(-logs, axis=1)[:, :top]
    if taken is not None:
        column = np.full((len(ids), 1), taken)
        ids = np.hstack([ids, np.where((ids == taken).any(axis=1)[:, None], NOTHING, column)])
    return ids, np.take_along_axis(logs, np.maximum(ids, 0), axis=1)


def bound(p: Lists, q: Lists, top: int | None = None) -> BoundedKl:
    return bounded_kl(*p, *q, top=top)


class TestExact:
    def test_a_worked_example(self) -> None:
        p, q = np.log([[0.5, 0.25, 0.25]]), np.log([[0.25, 0.25, 0.5]])
        assert exact_kl(p, q) == pytest.approx([0.5 * np.log(2) - 0.25 * np.log(2)])

    def test_what_p_rules_out_does_not_count(self) -> None:
        with np.errstate(divide="ignore"):
            p = np.log([1.0, 0.0])
        assert exact_kl(p, np.log([0.5, 0.5])) == pytest.approx(np.log(2))

    def test_what_only_q_rules_out_is_infinitely_far(self) -> None:
        with np.errstate(divide="ignore"):
            q = np.log([1.0, 0.0])
        assert exact_kl(np.log([0.5, 0.5]), q) == np.inf

    @given(st.integers(0, 10_000), st.integers(1, 12))
    def test_never_negative_and_0_of_equals(self, seed: int, words: int) -> None:
        p, q = distributions(seed, words)
        assert (exact_kl(p, q) >= 0).all()
        assert exact_kl(p, p) == pytest.approx(np.zeros(4), abs=1e-12)

    def test_other_shapes(self) -> None:
        with pytest.raises(ValueError, match="cannot be compared"):
            exact_kl(np.log([1.0]), np.log([0.5, 0.5]))

    def test_part_of_a_vocabulary(self) -> None:
        with pytest.raises(ValueError, match="sum to 1"):
            exact_kl(np.log([0.5, 0.2]), np.log([0.5, 0.5]))


class TestBound:
    @given(
        seed=st.integers(0, 100_000),
        words=st.integers(2, 14),
        tops=st.tuples(st.integers(1, 14), st.integers(1, 14)),
    )
    def test_never_exceeds_the_exact(self, seed: int, words: int, tops: tuple[int, int]) -> None:
        p, q = distributions(seed, words)
        found = bound(most_likely(p, tops[0]), most_likely(q, tops[1]))
        assert (found.least <= exact_kl(p, q) + 1e-9).all()
        assert (found.least >= 0).all()
        assert ((found.unknown >= 0) & (found.unknown <= 1)).all()

    @given(seed=st.integers(0, 100_000), taken=st.integers(0, 11), top=st.integers(1, 12))
    def test_nor_does_it_where_lists_have_the_token_that_was_taken(
        self, seed: int, taken: int, top: int
    ) -> None:
        p, q = distributions(seed, 12)
        found = bound(most_likely(p, top, taken), most_likely(q, top, taken), top)
        assert (found.least <= exact_kl(p, q) + 1e-9).all()

    @given(seed=st.integers(0, 100_000), words=st.integers(1, 14))
    def test_is_exact_where_lists_hold_everything(self, seed: int, words: int) -> None:
        p, q = distributions(seed, words)
        found = bound(most_likely(p, words), most_likely(q, words))
        assert found.least == pytest.approx(exact_kl(p, q), abs=2e-5)
        assert found.unknown == pytest.approx(np.zeros(4), abs=1e-9)

    @given(seed=st.integers(0, 100_000), top=st.integers(1, 11))
    def test_one_place_more_leaves_no_more_unknown(self, seed: int, top: int) -> None:
        p, q = distributions(seed, 12)
        fewer, more = (bound(most_likely(p, n), most_likely(q, n)) for n in (top, top + 1))
        assert (more.unknown <= fewer.unknown + 1e-12).all()

    def test_a_token_that_the_base_does_not_list_has_at_most_its_least(self) -> None:
        p = np.array([[7]]), np.log([[0.9]])
        q = np.array([[1, 2]]), np.log([[0.6, 0.1]])
        # At best the base gives 0.1 to the token, and all that remains to the rest.
        least = 0.9 * np.log(0.9 / 0.1) + 0.1 * np.log(0.1 / 0.9)
        assert bound(p, q).least == pytest.approx([least])
        assert bound(p, q).unknown == pytest.approx([1.0])

    def test_a_rare_token_that_was_taken_is_no_limit_for_others(self) -> None:
        p = np.array([[7]]), np.log([[0.3]])
        q = np.array([[1, 2]]), np.log([[0.6, 1e-6]])
        assert bound(p, q, top=1).least == pytest.approx([0.0])
        assert bound(p, q).least[0] > 3

    def test_lists_of_unequal_length_are_padded(self) -> None:
        p = np.array([[1, 2], [1, NOTHING]]), np.log([[0.5, 0.5], [1.0, 1.0]])
        q = np.array([[2, 1], [1, 2]]), np.log([[0.5, 0.5], [0.25, 0.75]])
        found = bound(p, q)
        assert found.least == pytest.approx([0, np.log(4)], abs=1e-5)
        assert found.unknown == pytest.approx([0, 0])

    def test_a_base_without_a_list_says_nothing(self) -> None:
        p = np.array([[1], [2]]), np.log([[0.9], [0.4]])
        found = bound(p, (np.full((2, 1), NOTHING), np.zeros((2, 1))))
        assert found.least == pytest.approx([0, 0])
        assert found.unknown == pytest.approx([1, 1])

    def test_lists_of_a_whole_vocabulary_take_little_memory(self) -> None:
        p, q = distributions(3, 30_000, positions=3)
        found = bound(most_likely(p, 30_000), most_likely(q, 30_000))
        assert found.least == pytest.approx(exact_kl(p, q), abs=1e-4)

    def test_no_positions(self) -> None:
        empty = np.zeros((0, 3), dtype=np.intp), np.zeros((0, 3))
        assert bound(empty, empty).least.shape == (0,)


class TestClasses:
    def test_ranks_1_2_to_3_and_above(self) -> None:
        assert classes_of(np.array([1, 2, 3, 4, 5000])).tolist() == [0, 1, 1, 2, 2]

    def test_none(self) -> None:
        assert classes_of(np.zeros(0, dtype=np.intp)).tolist() == []

    def test_a_rank_below_1(self) -> None:
        with pytest.raises(ValueError, match="begin at 1"):
            classes_of(np.array([0, 1]))
