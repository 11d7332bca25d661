"""A tuned variant that is its base but at positions 3 and 7: found there, exactly, by the whole
lens over a real database, from whole distributions and from the likeliest tokens."""

from math import exp, log
from pathlib import Path

import pytest

from app.analysis.tokens import Shift, Tokens
from app.db import Database
from app.engines import ALL
from app.lens import VariantLens, get_lens, lens_answers, variant_lens
from app.tables import Prompt, TokenShift
from tests.engines.language import TEXTS, Language, logprob
from tests.lens.scripted import ScriptedLens, registry

LENGTH, PROMPTS = 10, 5
SHIFTS = {3: 9, 7: 2}  # by position: the base's rank
LANGUAGE = Language(length=LENGTH, shifts={"lora": SHIFTS})


def kl_of_lifting(rank: int) -> float:
    """KL(tuned || base) in nats: the token at `rank` goes first, those before it lose half."""
    gained = 0.5 * (rank - 1)
    lost = sum(0.5 ** (place + 1) for place in range(1, rank))
    return (gained - lost) * log(2)


def found(scripted: ScriptedLens, name: str, lens_id: int) -> VariantLens:
    with scripted.database.reading() as session:
        members = get_lens(session, lens_id).variants
        return variant_lens(
            session, next(one for one in members if one.run_variant.variant.name == name)
        )


def by_position(tokens: Tokens, column: str) -> list[set[float]]:
    values = getattr(tokens, column)
    return [set(values[tokens.position == place].tolist()) for place in range(LENGTH + 1)]


@pytest.fixture
def scripted(database: Database, tmp_path: Path) -> ScriptedLens:
    return ScriptedLens(database, tmp_path, LANGUAGE, prompts=PROMPTS, variants=("base", "lora"))


@pytest.fixture(params=["exact", "quick"])
def lens(request: pytest.FixtureRequest, scripted: ScriptedLens) -> VariantLens:
    lens_id = scripted.put(wants_exact=request.param == "exact")
    progress = scripted.work(lens_id)
    assert (progress.done, progress.due, progress.failed) == (3 * PROMPTS, 0, 0)
    return found(scripted, "lora", lens_id)


class TestKnownShift:
    def test_ranks_are_the_bases(self, lens: VariantLens) -> None:
        ranks = by_position(lens.read.tokens, "rank")
        assert ranks == [{SHIFTS.get(place, 1)} for place in range(LENGTH + 1)]

    def test_classes_are_shifted_and_marginal_there_and_nowhere_else(
        self, lens: VariantLens
    ) -> None:
        classes = by_position(lens.read.tokens, "shift")
        expected = {3: Shift.SHIFTED, 7: Shift.MARGINAL}
        assert classes == [{expected.get(place, Shift.UNSHIFTED)} for place in range(LENGTH + 1)]

    def test_log_probabilities_of_both(self, lens: VariantLens) -> None:
        tokens = lens.read.tokens
        assert by_position(tokens, "logprob") == [{logprob(1)}] * (LENGTH + 1)
        assert by_position(tokens, "base_logprob") == [
            {logprob(SHIFTS.get(place, 1))} for place in range(LENGTH + 1)
        ]

    def test_kl_is_exactly_that_of_the_change(self, lens: VariantLens) -> None:
        values = by_position(lens.read.tokens, "kl")
        for place, [kl] in enumerate(values):
            expected = kl_of_lifting(SHIFTS[place]) if place in SHIFTS else 0.0
            assert kl == pytest.approx(expected, abs=2e-6)

    def test_shares(self, lens: VariantLens) -> None:
        shares = lens.shares
        assert shares.overall.tokens == PROMPTS * (LENGTH + 1)
        assert shares.overall.shifted.value == pytest.approx(1 / (LENGTH + 1))
        assert shares.opening.shifted.value == pytest.approx(1 / 5)
        assert shares.rest.shifted.value == 0
        assert [row.shifted.value for row in lens.positions] == [
            float(place == 3) for place in range(LENGTH + 1)
        ]

    def test_the_most_shifted_token_is_that_one(self, lens: VariantLens) -> None:
        token = TEXTS[LANGUAGE.order("base", 3)[SHIFTS[3] - 1]]
        rows = [row for of_kind in lens.frequent.values() for row in of_kind]
        assert [(row.text, row.shifted) for row in rows if row.shifted] == [(token, PROMPTS)]


class TestExact:
    def test_whole_distributions_are_asked_for_where_both_are_small(
        self, scripted: ScriptedLens
    ) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        tops = {(one.name, one.top) for one in scripted.engines.asked}
        assert tops == {("base", 20), ("lora", ALL), ("base", ALL)}
        assert found(scripted, "lora", lens_id).read.exact

    def test_not_where_it_is_to_be_quick(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put(wants_exact=False)
        scripted.work(lens_id)
        assert {one.top for one in scripted.engines.asked} == {20}
        lens = found(scripted, "lora", lens_id)
        assert not lens.read.exact
        assert lens.unknown == pytest.approx(0, abs=1e-6)  # twenty are more than there are

    @pytest.mark.parametrize("size", [5000, None])
    def test_not_where_the_vocabulary_is_large_or_unknown(
        self, database: Database, tmp_path: Path, size: int | None
    ) -> None:
        scripted = ScriptedLens(database, tmp_path, LANGUAGE, known=registry(tmp_path, size=size))
        scripted.work(scripted.put())
        assert {one.top for one in scripted.engines.asked} == {20}


class TestBound:
    def test_from_lists_that_lack_something_kl_is_no_more_than_it_is(
        self, scripted: ScriptedLens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.lens.lane.TOP", 4)
        lens_id = scripted.put(wants_exact=False)
        scripted.work(lens_id)
        tokens = found(scripted, "lora", lens_id).read.tokens
        for place, [kl] in enumerate(by_position(tokens, "kl")):
            true = kl_of_lifting(SHIFTS[place]) if place in SHIFTS else 0.0
            assert 0 <= kl <= true + 1e-6
            assert (kl > 0) == (true > 0)
        [unknown] = by_position(tokens, "unknown")[0]
        assert unknown == pytest.approx(0.5**4)  # all but the first four


class TestControl:
    def test_a_greedy_bases_own_tokens_all_rank_first(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        lens = found(scripted, "base", lens_id)
        assert lens.is_control
        assert set(lens.read.tokens.rank.tolist()) == {1}
        assert set(lens.read.tokens.kl.tolist()) == {0.0}


class TestOneAnswer:
    def test_its_tokens_one_by_one(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        with scripted.database.reading() as session:
            prompt = session.query(Prompt).order_by(Prompt.id).first()
            base, lora = lens_answers(session, get_lens(session, lens_id), prompt)
        assert (base.name, lora.name, lora.shifted) == ("base", "lora", 1)
        assert lora.tokens is not None
        token = lora.tokens[3]
        order = LANGUAGE.order("base", 3)
        assert (token.position, token.text, token.rank) == (3, TEXTS[order[8]], 9)
        assert token.shift is Shift.SHIFTED
        assert token.probability == pytest.approx(0.5)
        assert token.base_probability == pytest.approx(exp(logprob(9)))
        assert [one.text for one in token.alternatives] == [TEXTS[one] for one in order[:5]]
        assert [one.probability for one in token.alternatives] == pytest.approx(
            [0.5**rank for rank in range(1, 6)], abs=1e-4
        )
        assert [one.is_special for one in lora.tokens] == [False] * LENGTH + [True]

    def test_nothing_is_kept_of_the_variants_distributions_once_they_are_compared(
        self, scripted: ScriptedLens
    ) -> None:
        scripted.work(scripted.put())
        with scripted.database.reading() as session:
            rows = session.query(TokenShift).all()
        assert len(rows) == 2 * PROMPTS
        assert {row.packed for row in rows} == {None}
