"""The sentences claim a preference only where the intervals do."""

import pytest

from app.analysis.intervals import Estimate
from app.results.sentences import (
    UNKNOWN_RATERS,
    Claim,
    Finding,
    headline,
    preference_sentence,
    ranking_headline,
)
from app.tables import RaterKind

SURE = Estimate(0.61, 0.52, 0.69, 48, 16)
UNSURE = Estimate(0.45, 0.3, 0.6, 48, 16)
FEW_RATERS = Estimate(0.61, None, None, 48, 3, "fewer than 6 raters")
NONE = Estimate(None, None, None, 0, 0, "no data")


def finding(share: Estimate, by_rater: Estimate | None = None, *, tied: bool = False) -> Finding:
    return Finding("lora", "full", share, by_rater, tied)


class TestClaim:
    @pytest.mark.parametrize(
        ("share", "by_rater", "claim"),
        [
            (SURE, Estimate(0.61, 0.51, 0.7, 48, 9), Claim.GENERAL),
            (SURE, Estimate(0.61, 0.49, 0.7, 48, 9), Claim.THESE_RATERS),
            (SURE, FEW_RATERS, Claim.THESE_RATERS),
            (UNSURE, Estimate(0.45, 0.41, 0.48, 48, 9), Claim.NONE),
            (Estimate(0.6, 0.5, 0.7, 10, 10), None, Claim.NONE),
            (NONE, NONE, Claim.NONE),
        ],
    )
    def test_needs_both_intervals(
        self, share: Estimate, by_rater: Estimate | None, claim: Claim
    ) -> None:
        assert finding(share, by_rater).claim is claim

    def test_is_the_same_seen_from_the_other_side(self) -> None:
        low = finding(Estimate(0.3, 0.2, 0.4, 48, 16), Estimate(0.3, 0.1, 0.45, 48, 9))
        assert low.turned().claim is low.claim is Claim.GENERAL
        assert (low.turned().first, low.turned().share.low) == ("full", pytest.approx(0.6))


class TestPair:
    @pytest.mark.parametrize(
        ("share", "sentence"),
        [
            (
                SURE,
                "Raters preferred lora over full on factuality in 61 % of 48 comparisons "
                "(95 % interval 52 to 69 %, ties count half).",
            ),
            (
                Estimate(0.25, 0.125, 0.4, 1200, 400),
                "Raters preferred full over lora on factuality in 75 % of 1,200 comparisons "
                "(95 % interval 60 to 88 %, ties count half).",
            ),
            (
                UNSURE,
                "lora and full cannot be distinguished on factuality with these data "
                "(full was preferred in 55 % of 48 comparisons, 95 % interval 40 to 70 %, "
                "ties count half).",
            ),
            (
                Estimate(1.0, None, None, 1, 1, "only one prompt"),
                "lora and full cannot be distinguished on factuality with these data "
                "(lora was preferred in 100 % of 1 comparison; no interval: only one prompt).",
            ),
            (NONE, "lora and full have not been compared on factuality yet."),
        ],
    )
    def test_sentence(self, share: Estimate, sentence: str) -> None:
        assert preference_sentence("Factuality", finding(share)) == sentence

    def test_an_exact_interval_can_claim(self) -> None:
        share = Estimate(0.0, 0.0, 0.1323, 26, 26, exact=True)
        assert preference_sentence("Style", Finding("base", "lora", share)) == (
            "Raters preferred lora over base on style in 100 % of 26 comparisons "
            "(95 % interval 87 to 100 %, ties count half)."
        )

    def test_ties_throughout_are_a_finding_of_their_own(self) -> None:
        share = Estimate(0.5, None, None, 78, 26, "every prompt has the same mean, so ...")
        assert preference_sentence("Style", finding(share, tied=True)) == (
            "lora and full tied on style in every comparison (78 comparisons of 26 prompts)."
        )

    def test_who_judged_is_said(self) -> None:
        told = preference_sentence("Style", finding(SURE), RaterKind.SIMULATED)
        assert told.startswith("Simulated raters preferred")


class TestHeadline:
    BASE = Finding("base", "lora", UNSURE)

    def test_what_is_preferred_and_what_cannot_be_told(self) -> None:
        sure = finding(SURE, Estimate(0.61, 0.51, 0.7, 48, 9))
        assert headline("Factuality", [sure, self.BASE]) == (
            "Raters preferred lora over full on factuality in 61 % of 48 comparisons, "
            "95 % interval 52 to 69 %; lora and base cannot be distinguished."
        )

    def test_few_raters_are_known_for_themselves_only(self) -> None:
        told = headline("Style", [finding(SURE, FEW_RATERS)])
        assert told.endswith("With so few raters this is known of these raters only.")

    def test_raters_who_differ(self) -> None:
        told = headline("Style", [finding(SURE, Estimate(0.61, 0.4, 0.8, 48, 9))])
        assert "Resampling raters does not bear it out" in told

    def test_nothing_can_be_told(self) -> None:
        pairs = [Finding("base", "lora", UNSURE), Finding("base", "full", UNSURE)]
        assert headline("Style", pairs) == (
            "base, lora and full cannot be distinguished on style with these data."
        )

    def test_nothing_compared(self) -> None:
        assert headline("Style", [finding(NONE)]) == "Nothing has been compared on style yet."

    def test_nothing_but_ties(self) -> None:
        even = Estimate(0.5, None, None, 9, 9, "every prompt has the same mean, so ...")
        assert (
            headline("Style", [finding(even, tied=True)]) == "Every comparison was a tie on style."
        )

    def test_of_many_pairs_the_surest_are_named_and_the_others_counted(self) -> None:
        general = Estimate(0.7, 0.6, 0.8, 48, 9)
        sure = [
            Finding(f"v{n}", "w", Estimate(0.7, 0.55 + n / 100, 0.9, 48, 16), general)
            for n in range(5)
        ]
        told = headline("Style", [*sure, *[self.BASE] * 5])
        assert told.startswith("Raters preferred v4 over w on style")
        assert "v3 over w" in told
        assert "v0 over w" not in told
        assert told.endswith(
            "; 5 of 10 pairs can be told apart; 5 of 10 pairs cannot be distinguished."
        )

    def test_names_with_the_words_of_a_sentence_stay_whole(self) -> None:
        share = Finding("best in class", "x", SURE, Estimate(0.61, 0.51, 0.7, 48, 9))
        assert headline("Style", [share]).startswith(
            "Raters preferred best in class over x on style in 61 %"
        )

    def test_who_judged_is_said_where_it_was_no_person(self) -> None:
        told = headline("Style", [self.BASE], RaterKind.SIMULATED)
        assert told == (
            "base and lora cannot be distinguished on style by simulated raters with these data."
        )
        ranked = ranking_headline("Style", "a", 0.79, 9, 21, 7, RaterKind.JUDGE)
        assert ranked.startswith(
            "Judge models put a first of 7 variants on style, and do so in 79 %"
        )

    def test_nothing_is_said_of_other_raters_where_nobody_knows_who_judged(self) -> None:
        unknown = Estimate(0.61, None, None, 48, 0, UNKNOWN_RATERS)
        told = headline("Style", [finding(SURE, unknown)])
        assert told.endswith("Who judged is not known, so nothing is said of other raters.")
