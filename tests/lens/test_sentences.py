"""What is said of a lens, and what its intervals do not allow to be said."""

from dataclasses import replace

import pytest

from app.analysis.intervals import Estimate
from app.db import Database
from app.lens import LensCache, VariantLens, borrowings_of
from app.lens.sentences import (
    between,
    borrowing_sentence,
    contrast_sentence,
    control_sentence,
    finding,
    kl_sentences,
    opening_sentence,
    share,
)
from tests.lens.seeded import seeded_lens, seeded_run

Found = tuple[VariantLens, ...]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.fixture
def found(database: Database) -> Found:
    """base, lora, full."""
    with database.writing() as session:
        return LensCache().get(session, seeded_lens(session, seeded_run(session)))


def estimate(value: float | None, low: float | None, high: float | None) -> Estimate:
    return Estimate(value, low, high, 100, 10, None if low is not None else "only one prompt")


class TestShare:
    @pytest.mark.parametrize(
        ("value", "written"),
        [
            (0.0, "0 %"),
            (0.0004, "less than 0.1 %"),
            (0.0656, "6.6 %"),
            (0.125, "13 %"),
            (0.884, "88 %"),
            (0.9985, "99.9 %"),
            (0.9999, "more than 99.9 %"),
            (1.0, "100 %"),
        ],
    )
    def test_of_tokens(self, value: float, written: str) -> None:
        assert plain(share(value)) == written

    def test_a_range_says_percent_once(self) -> None:
        assert plain(between(0.04, 0.12)) == "4.0 to 12 %"


class TestFinding:
    def test_shares_with_interval_and_parts(self, found: Found) -> None:
        _, lora, _ = found
        told = plain(finding(lora))
        assert told.startswith("Of lora’s 72 tokens, base ranks 72 % first (95 % interval ")
        assert told.endswith("); 17 % are shifted: 20 % of the opening, 13 % of the rest.")

    def test_without_an_interval_it_says_why(self, found: Found) -> None:
        shares = found[1].shares
        overall = replace(shares.overall, unshifted=estimate(0.7, None, None))
        one = replace(found[1], shares=replace(shares, overall=overall))
        assert "(no interval: only one prompt)" in finding(one)

    def test_nothing_compared(self, found: Found) -> None:
        shares = found[1].shares
        overall = replace(shares.overall, shifted=estimate(None, None, None))
        one = replace(found[1], shares=replace(shares, overall=overall))
        assert finding(one) == "No token of lora has been compared yet."


class TestOpening:
    @pytest.mark.parametrize(
        ("apart", "told"),
        [
            (
                estimate(0.15, 0.1, 0.2),
                "The opening is shifted more often than the rest, by 15.0 points, "
                "95 % interval 10.0 to 20.0.",
            ),
            (
                estimate(0.01, -0.1, 0.1),
                "Opening and rest cannot be told apart (1.0 points, 95 % interval −10.0 to 10.0).",
            ),
            (
                estimate(0.15, None, None),
                "How surely the opening differs from the rest is not known: only one prompt.",
            ),
            (estimate(None, None, None), ""),
        ],
    )
    def test_no_more_than_the_interval_says(self, found: Found, apart: Estimate, told: str) -> None:
        one = replace(found[1], shares=replace(found[1].shares, opening_to_rest=apart))
        assert opening_sentence(one) == told


class TestContrast:
    def test_the_more_often_shifted_comes_first(self) -> None:
        told = contrast_sentence("lora", "full", estimate(-0.03, -0.04, -0.02))
        assert told == (
            "full’s tokens are shifted more often than lora’s, by 3.0 points, "
            "95 % interval 2.0 to 4.0."
        )

    @pytest.mark.parametrize("apart", [estimate(0.01, -0.01, 0.03), estimate(0.1, None, None)])
    def test_without_proof_nothing_is_claimed(self, apart: Estimate) -> None:
        told = contrast_sentence("lora", "full", apart)
        assert told.startswith("lora and full cannot be told apart by the share of their tokens")

    def test_variants_of_one_base_are_held_against_each_other(self, found: Found) -> None:
        (contrast,) = LensCache().contrasts(found)
        assert (contrast.first.name, contrast.second.name) == ("lora", "full")
        shifted = [one.shares.overall.shifted.value or 0.0 for one in (found[1], found[2])]
        assert contrast.apart.value == pytest.approx(shifted[0] - shifted[1])
        assert contrast.apart.clusters == 8

    def test_not_of_more_variants_than_anybody_reads(self, found: Found) -> None:
        assert LensCache().contrasts((*found, *found[1:], *found[1:])) == ()


class TestMethod:
    def test_a_greedy_base_checks_the_method(self, found: Found) -> None:
        assert control_sentence(found[0]) == (
            "As a check, every token of base’s own answers ranks first under it."
        )

    def test_a_base_that_was_sampled_is_said_to_be_off(self, found: Found) -> None:
        shares = found[1].shares  # as if the base had drawn these
        told = plain(control_sentence(replace(found[0], shares=shares)))
        assert told.startswith("Of base’s own tokens only 72 % rank first under it:")

    def test_exact_kl_is_said_once(self, found: Found) -> None:
        assert kl_sentences(found[1:]) == ["KL is exact over the vocabulary."]

    def test_a_bound_says_what_it_could_not_compare(self, database: Database) -> None:
        with database.writing() as session:
            _, lora, _ = LensCache().get(
                session, seeded_lens(session, seeded_run(session), exact=False)
            )
        (told,) = map(plain, kl_sentences([lora]))
        assert told.startswith("KL of lora is at least what is shown")
        assert told.endswith("2.0 % of its probability could not be compared.")


class TestBorrowing:
    def test_against_chance(self, database: Database) -> None:
        with database.writing() as session:
            lens = seeded_lens(session, seeded_run(session), borrowed=True)
            (one,) = borrowings_of(session, lens)
        assert (one.set_name, one.instances) == ("instructions.jsonl", 40)
        assert one.longest[0].text == "a port"
        told = plain(borrowing_sentence(one))
        assert told.startswith("100 % of lora’s 8 answers have content words from the nearest")
        assert "0 % from instances nearest to another prompt" in told

    def test_of_one_prompt_nothing_is_said_of_chance(self, database: Database) -> None:
        with database.writing() as session:
            lens = seeded_lens(session, seeded_run(session, prompts=1), borrowed=True)
            (one,) = borrowings_of(session, lens)
        told = borrowing_sentence(one)
        assert told.endswith("instruction set (no interval: only one prompt).")
