"""Shares of classes: a known shift is found exactly; bands are the clustered ones."""

import numpy as np
import pytest

from app.analysis.intervals import clustered_mean, clustered_share
from app.analysis.tokens import (
    OPENING,
    Kind,
    ScoredAnswer,
    Tokens,
    by_bucket,
    by_position,
    exact_kl,
    kinds_of,
    shift_shares,
    tokens_of,
)
from app.analysis.votes import Floats
from tests.analysis.tokens.made import answer, drawn, table

VOCABULARY = ("Sure", " Paris", " Rome", " the", " of", ".", " lies")
SHIFTED_AT = (0, 7, 12)
MARGINAL_AT = (3,)


def logs(generator: np.random.Generator) -> Floats:
    logits = generator.normal(0, 2, size=len(VOCABULARY))
    return np.asarray(logits - np.log(np.exp(logits).sum()))


def tuned(prompts: int, length: int = 16) -> Tokens:
    """Answers of a tuned variant that is its base but at `SHIFTED_AT`, where the base's least
    likely token and its likeliest change places, and `MARGINAL_AT`, where its first two do."""
    generator = np.random.default_rng(4)

    def scored(prompt: int) -> ScoredAnswer:
        rows = []
        for position in range(length):
            base = logs(generator)
            order, own = np.argsort(-base), base.copy()
            other = -1 if position in SHIFTED_AT else 1 if position in MARGINAL_AT else 0
            own[order[[0, other]]] = base[order[[other, 0]]]
            token = int(own.argmax())
            rank = int((base > base[token]).sum()) + 1
            kl = float(exact_kl(own, base))
            rows.append((VOCABULARY[token], rank, float(own[token]), float(base[token]), kl))
        tokens, ranks, logprobs, base_logprobs, kl = map(list, zip(*rows, strict=True))
        return ScoredAnswer(prompt, tokens, ranks, logprobs, base_logprobs, kl=kl)

    return tokens_of(map(scored, range(prompts)))


class TestKnownShift:
    def test_it_is_found_where_it_is_and_nowhere_else(self) -> None:
        found = by_position(tuned(12))
        shares = {row.position: row.shifted.value for row in found}
        assert shares == {place: float(place in SHIFTED_AT) for place in range(16)}

    def test_kl_is_0_where_nothing_was_changed(self) -> None:
        changed = {*SHIFTED_AT, *MARGINAL_AT}
        for row in by_position(tuned(12)):
            assert row.kl.value is not None
            assert (row.kl.value > 1e-9) == (row.position in changed)

    def test_classes_are_counted_exactly(self) -> None:
        overall = shift_shares(tuned(12)).overall
        assert overall.tokens == 12 * 16
        assert overall.shifted.value == pytest.approx(3 / 16)
        assert overall.marginal.value == pytest.approx(1 / 16)
        assert overall.unshifted.value == pytest.approx(12 / 16)

    def test_the_opening_against_the_rest(self) -> None:
        shares = shift_shares(tuned(12))
        assert shares.opening.shifted.value == pytest.approx(1 / 5)
        assert shares.rest.shifted.value == pytest.approx(2 / 11)
        assert shares.opening_to_rest.value == pytest.approx(1 / 5 - 2 / 11)

    def test_buckets(self) -> None:
        found = by_bucket(tuned(12))
        assert [(row.first, row.last) for row in found] == [
            (0, 0),
            (1, 4),
            (5, 9),
            (10, 19),
            (20, 29),
            (30, None),
        ]
        shares = [row.classes.shifted.value for row in found]
        assert shares == [1.0, 0.0, pytest.approx(1 / 5), pytest.approx(1 / 6), None, None]
        assert found[1].classes.marginal.value == pytest.approx(1 / 4)
        assert found[4].classes.shifted.reason == "no data"


class TestIntervals:
    def test_are_the_clustered_ones(self) -> None:
        tokens = drawn(3, 60, spread=0.2)
        shares = shift_shares(tokens)
        expected = clustered_share(tokens.is_shifted, tokens.prompt)
        assert shares.overall.shifted == expected
        assert shares.kl == clustered_mean(tokens.kl, tokens.prompt)

    def test_at_a_position_too(self) -> None:
        tokens = drawn(3, 60, spread=0.2)
        here = tokens.position == 6
        row = by_position(tokens)[6]
        assert row.shifted == clustered_share(tokens.is_shifted[here], tokens.prompt[here])
        assert (row.shifted.n, row.shifted.clusters) == (60, 30)

    def test_prompts_that_differ_widen_them(self) -> None:
        def width(spread: float) -> float:
            share = shift_shares(drawn(5, 100, spread=spread)).overall.shifted
            assert share.low is not None
            assert share.high is not None
            return share.high - share.low

        assert width(0.2) > 2 * width(0.0)

    def test_few_prompts_have_none(self) -> None:
        tokens = drawn(2, 8, length=30)
        [row, *_] = by_bucket(tokens)[2:]
        assert row.kl.reason == "fewer than 6 prompts"
        assert row.kl.low is None

    def test_a_difference_of_what_prompts_share_is_narrower(self) -> None:
        difference = shift_shares(drawn(5, 100, spread=0.25)).opening_to_rest
        shares = shift_shares(drawn(5, 100, spread=0.25))
        assert difference.low is not None
        assert difference.low < 0 < difference.high  # type: ignore[operator]
        assert difference.high - difference.low < 2 * (  # type: ignore[operator]
            shares.opening.shifted.high - shares.opening.shifted.low  # type: ignore[operator]
        )


class TestKinds:
    def test_every_kind_has_its_share(self) -> None:
        tokens = table(
            answer([" x"] * OPENING + [" Paris", " the", ".", "</s>"], [9, 1, 1, 1, 1, 9, 9, 1, 2])
        )
        by_kind = shift_shares(tokens).by_kind
        assert [by_kind[kind].shifted.value for kind in Kind] == [0.2, 0.5, 1.0, 0.0]
        assert by_kind[Kind.END].marginal.value == 1.0

    def test_kinds_together_are_all_tokens(self) -> None:
        tokens = drawn(1, 20)
        counts = {kind: shares.tokens for kind, shares in shift_shares(tokens).by_kind.items()}
        assert counts == {kind: int((kinds_of(tokens) == kind).sum()) for kind in Kind}


class TestLittle:
    def test_nothing(self) -> None:
        shares = shift_shares(table())
        assert shares.overall.shifted.reason == "no data"
        assert shares.opening_to_rest.reason == "no data"
        assert by_position(table()) == ()
        assert len(by_bucket(table())) == 6

    def test_no_kl(self) -> None:
        tokens = table(*(answer(["A", "b"], prompt=f"p{n}") for n in range(9)))
        assert shift_shares(tokens).kl.reason == "no data"
        assert by_position(tokens)[0].kl.reason == "no data"

    def test_only_openings(self) -> None:
        shares = shift_shares(table(answer(["A"])))
        assert shares.rest.shifted.reason == "no data"
        assert shares.opening_to_rest.value is None

    def test_long_answers_are_cut(self) -> None:
        assert len(by_position(drawn(1, 4, length=30), positions=12)) == 12

    def test_far_into_long_answers_several_are_taken_together(self) -> None:
        tokens = drawn(1, 4, length=112)
        found = by_position(tokens)
        assert [(at.position, at.last) for at in found[38:42]] == [
            *((38, 38), (39, 39), (40, 44), (45, 49))
        ]
        assert (found[-1].position, found[-1].last) == (110, 111)
        for at in found:
            inside = (tokens.position >= at.position) & (tokens.position <= at.last)
            assert at.shifted.n == inside.sum()
            assert at.shifted.value == pytest.approx(tokens.is_shifted[inside].mean())
