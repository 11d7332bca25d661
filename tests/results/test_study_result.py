"""Counts, shares and sentences of judged studies in both designs."""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app.analysis.intervals import EXACT_METHOD, METHOD
from app.criteria import FACTUALITY, STYLE, CriterionForm
from app.db import Database
from app.ratings import RatingForm, enter, next_assignment, submit
from app.ratings.form import VerdictForm
from app.results import CriterionResult, PairResult, study_result
from app.studies import StudyForm, create_study, invite
from app.tables import Design, Outcome, Study
from tests.results.judged_study import Judge, always, judge_all, mixed_judge, opened_study
from tests.results.kept_study import judged_study


def one(result_of: CriterionResult, first: str, second: str) -> PairResult:
    pairs = {(p.first.name, p.second.name): p for p in result_of.pairs}
    return pairs[first, second]


def saying(outcome: Outcome, ranks: Mapping[str, int], scores: Mapping[str, int] = {}) -> Judge:
    """Always the same verdict, given by the variants' names."""

    def judge(_: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> VerdictForm:
        return VerdictForm(
            key=criterion.key,
            outcome=outcome,
            ranks={slot: ranks[name] for slot, name in shown.items() if name in ranks},
            scores={slot: scores[name] for slot, name in shown.items() if name in scores},
        )

    return judge


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


class TestCounts:
    def test_a_study_without_judgements_is_all_zeros(self, session: Session) -> None:
        result = study_result(session, opened_study(session, prompts=4))
        assert (result.raters, result.judgements, result.items_judged) == (0, 0, 0)
        assert (result.items, result.wanted) == (4, 12)
        for criterion in result.criteria:
            assert [pair.comparisons for pair in criterion.pairs] == [0, 0, 0]
            assert [score.count for score in criterion.scores] == [0, 0, 0]
            assert criterion.pairs[0].share.value is None
            assert criterion.pairs[0].share.reason == "no data"
            assert criterion.first_slot is not None
            assert criterion.first_slot.value is None
        expected = "base and lora have not been compared on factuality yet."
        assert result.criteria[0].pairs[0].sentence == expected

    def test_a_draft_has_a_result(self, session: Session) -> None:
        run = opened_study(session).run
        form = StudyForm(name="draft", run_id=run.id, run_variant_ids=[m.id for m in run.variants])
        result = study_result(session, create_study(session, form))
        assert (result.items, result.wanted, len(result.criteria)) == (0, 0, 2)

    @pytest.mark.parametrize("design", [Design.PAIRWISE, Design.SIDE_BY_SIDE])
    def test_every_comparison_is_counted_once(self, session: Session, design: Design) -> None:
        study = judged_study(session, design)
        result = study_result(session, study)
        assert (result.raters, result.judgements) == (3, result.wanted)
        assert result.items_judged == result.items == (36 if design is Design.PAIRWISE else 12)
        for criterion in result.criteria:
            for pair in criterion.pairs:
                ties = pair.ties + pair.ties_good + pair.ties_bad
                assert pair.comparisons == pair.wins + pair.losses + ties == pair.share.n
                assert pair.comparisons + pair.cannot_judge == 36  # 12 prompts x 3 raters
                assert pair.share.value == pytest.approx((pair.wins + ties / 2) / pair.comparisons)
            assert all(sum(s.distribution) == s.count for s in criterion.scores)
            if design is Design.PAIRWISE:
                assert criterion.cannot_judge == sum(p.cannot_judge for p in criterion.pairs)
            else:
                assert [p.cannot_judge for p in criterion.pairs] == [criterion.cannot_judge] * 3

    def test_criteria_are_not_merged(self, session: Session) -> None:
        def judge(
            rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]
        ) -> VerdictForm:
            return always("base" if criterion.key == "factuality" else "lora")(
                rng, criterion, shown
            )

        study = opened_study(session)
        judge_all(session, study, judge)
        factuality, style = study_result(session, study).criteria
        assert (one(factuality, "base", "lora").wins, one(factuality, "base", "lora").losses) == (
            36,
            0,
        )
        assert (one(style, "base", "lora").wins, one(style, "base", "lora").losses) == (0, 36)
        assert [score.mean.value for score in style.scores] == [2.0, 5.0, 2.0]

    def test_the_latest_revision_counts(self, session: Session) -> None:
        study = opened_study(session, prompts=1, raters=1)
        rater = enter(session, study.public_id, invite(session, study, "Ann").account)
        assignment = next_assignment(session, rater)
        assert assignment is not None
        shown = {s.number: s.response.run_variant.variant.name for s in assignment.slots}
        for winner in ("full", "base"):
            judge = always(winner)
            verdicts = tuple(judge(random.Random(), c, shown) for c in study.criteria)
            submit(session, rater, assignment, RatingForm(verdicts=verdicts))
        result = study_result(session, study)
        assert result.judgements == 1
        assert one(result.criteria[0], "base", "full").wins == 1
        assert one(result.criteria[0], "base", "full").losses == 0

    @pytest.mark.parametrize(
        ("outcome", "counts"),
        [
            (Outcome.RANKED, (0, 0, 36, 0, 0, 0)),
            (Outcome.TIE_GOOD, (0, 0, 0, 36, 0, 0)),
            (Outcome.TIE_BAD, (0, 0, 0, 0, 36, 0)),
            (Outcome.CANNOT_JUDGE, (0, 0, 0, 0, 0, 36)),
        ],
    )
    def test_each_kind_of_tie(
        self, session: Session, outcome: Outcome, counts: tuple[int, ...]
    ) -> None:
        ranks = {} if outcome is Outcome.CANNOT_JUDGE else {"base": 1, "lora": 1, "full": 1}
        study = opened_study(session)
        judge_all(session, study, saying(outcome, ranks))
        p = study_result(session, study).criteria[0].pairs[0]
        assert (p.wins, p.losses, p.ties, p.ties_good, p.ties_bad, p.cannot_judge) == counts
        assert p.share.value == (None if outcome is Outcome.CANNOT_JUDGE else 0.5)

    def test_what_is_not_asked_is_absent(self, session: Session) -> None:
        criteria = [
            FACTUALITY.model_copy(update={"asks_preference": False}),
            STYLE.model_copy(update={"scale": None}),
        ]
        study = opened_study(session, criteria=criteria)
        judge_all(session, study, mixed_judge)
        factuality, style = study_result(session, study).criteria
        assert (factuality.pairs, factuality.first_slot) == ((), None)
        assert factuality.scores[0].count == 36 - factuality.cannot_judge
        assert style.scores == ()
        assert style.pairs[0].comparisons > 0

    def test_judgements_of_other_studies_do_not_count(self, session: Session) -> None:
        study = opened_study(session)
        other = opened_study(session, name="Other")
        judge_all(session, other, mixed_judge)
        assert study_result(session, study).judgements == 0
        assert study_result(session, other).judgements == 36


class TestPosition:
    def test_a_rater_who_always_takes_the_first_slot_shows(self, session: Session) -> None:
        def judge(
            _: random.Random, criterion: CriterionForm, shown: Mapping[int, str]
        ) -> VerdictForm:
            return VerdictForm(
                key=criterion.key, outcome=Outcome.RANKED, ranks={slot: slot for slot in shown}
            )

        study = opened_study(session)
        judge_all(session, study, judge)
        first_slot = study_result(session, study).criteria[0].first_slot
        assert first_slot is not None
        assert (first_slot.value, first_slot.n) == (1.0, 108)
        assert (first_slot.low, first_slot.exact) == (pytest.approx(0.025 ** (1 / 12)), True)

    def test_balanced_orders_and_a_constant_taste_give_a_half(self, session: Session) -> None:
        study = opened_study(session, prompts=24)
        judge_all(session, study, saying(Outcome.RANKED, {"base": 3, "lora": 1, "full": 2}))
        first_slot = study_result(session, study).criteria[0].first_slot
        assert first_slot is not None
        assert first_slot.value == pytest.approx(0.5, abs=0.05)
        assert first_slot.low is not None
        assert first_slot.high is not None
        assert first_slot.low < 0.5 < first_slot.high


class TestSettings:
    def test_seed_and_resamples_are_stated(self, session: Session) -> None:
        settings = study_result(session, opened_study(session)).settings
        assert settings == {
            "intervals": METHOD,
            "resamples": "2000",
            "resamples of rankings and agreement": "1000",
            "seed": "0",
            "where all comparisons went the same way": EXACT_METHOD,
        }


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    def count(prompts: int, raters: int) -> int:
        with database.writing() as session:
            study = opened_study(session, name=f"{prompts}", prompts=prompts, raters=raters)
            judge_all(session, study, mixed_judge, raters=raters)
            key = study.id
        with database.reading() as session, statements(database.engine) as seen:
            result = study_result(session, session.get_one(Study, key))
        assert result.judgements == prompts * raters
        return len(seen)

    assert count(2, 1) == count(20, 3) <= 40
