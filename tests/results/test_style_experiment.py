"""A study that strips half of its items: counted apart, filtered, and said."""

import numpy as np
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.analysis.intervals import Estimate
from app.results import Form, ResultFilter, StudyResult, StyleEffect, VariantRef, study_result
from app.results.columns import FEATURES
from app.results.read import read_columns
from app.results.sentences import Claim
from app.results.style_effects import finding, points
from app.tables import RaterKind, Response, Study, VariantKind
from tests.results.judged_study import always, judge_all, mixed_judge, opened_study


@pytest.fixture
def study(session: Session) -> Study:
    study = opened_study(session, strip_half=True)
    judge_all(session, study, mixed_judge)
    return study


def result(session: Session, study: Study, form: Form = Form.ALL) -> StudyResult:
    return study_result(session, study, ResultFilter(form=form))


class TestResult:
    def test_the_halves_are_those_of_the_filter(self, session: Session, study: Study) -> None:
        both = result(session, study)
        assert both.experiment is not None
        parts = {form: result(session, study, form) for form in (Form.AS_IS, Form.STRIPPED)}
        assert both.experiment.as_is == parts[Form.AS_IS].judgements == 18
        assert both.experiment.stripped == parts[Form.STRIPPED].judgements == 18
        for place, on in enumerate(both.experiment.criteria):
            for number, effect in enumerate(on.effects):
                shares = [parts[form].criteria[place].pairs[number].share for form in parts]
                assert [effect.as_is.value, effect.stripped.value] == [s.value for s in shares]

    @pytest.mark.parametrize("form", [Form.AS_IS, Form.STRIPPED])
    def test_one_half_alone_has_no_experiment(
        self, session: Session, study: Study, form: Form
    ) -> None:
        assert result(session, study, form).experiment is None

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            (Form.ALL, "Both forms are mixed here: 18 of 36 judgements"),
            (Form.AS_IS, "shown as they are count here."),
            (Form.STRIPPED, "Only items stripped"),
        ],
    )
    def test_headlines_say_what_is_counted(
        self, session: Session, study: Study, form: Form, words: str
    ) -> None:
        found = result(session, study, form)
        assert all(words in one.headline for one in found.criteria)

    def test_a_study_without_it_says_nothing(self, session: Session) -> None:
        study = opened_study(session)
        judge_all(session, study, always("lora"))
        found = result(session, study)
        assert found.experiment is None
        assert not found.choices.forms
        assert "stripped" not in " ".join(one.headline for one in found.criteria)

    def test_before_the_first_judgement_there_is_nothing_to_say(self, session: Session) -> None:
        found = result(session, opened_study(session, strip_half=True))
        assert found.experiment is not None
        assert [on.finding for on in found.experiment.criteria] == [
            f"Nothing was compared in both forms on {on.label.lower()} yet."
            for on in found.experiment.criteria
        ]

    def test_who_judged_is_said(self, session: Session, study: Study) -> None:
        found = study_result(session, study, ResultFilter(kind=RaterKind.JUDGE))
        assert found.experiment is not None
        assert "on style by judge models" in [one.finding for one in found.experiment.criteria][-1]

    def test_length_and_formatting_are_of_what_was_shown(
        self, session: Session, study: Study
    ) -> None:
        session.execute(update(Response).values(text="# So\n\n- **one**\n- two"))
        columns = read_columns(session, study)
        stripped = np.unique(columns.response[columns.stripped])
        as_is = np.unique(columns.response[~columns.stripped])
        features = columns.responses.features[:, FEATURES.index("headers") :]
        assert features[stripped].tolist() == [[0, 0, 0]] * 18
        assert features[as_is].tolist() == [[1, 2, 1]] * 18
        assert columns.responses.deleted[as_is].tolist() == [0.0] * 18
        assert columns.responses.deleted[stripped] == pytest.approx(10 / 21)


class TestFilter:
    def test_the_address_carries_it(self) -> None:
        chosen = ResultFilter(form=Form.STRIPPED)
        query = dict(chosen.query())
        assert query == {"form": "stripped"}
        assert ResultFilter.parse({name: [value] for name, value in query.items()}) == chosen

    def test_a_usual_one_adds_nothing(self) -> None:
        assert list(ResultFilter().query()) == []


def estimate(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value, low, high, 40, 20, None if low is not None else "only one rater")


def effect(
    gap: tuple[float, float, float], by_rater: Estimate | None = None, *, second: str = "lora"
) -> StyleEffect:
    return StyleEffect(
        VariantRef("base", VariantKind.BASE),
        VariantRef(second, VariantKind.LORA),
        as_is=estimate(0.5 + gap[0]),
        stripped=estimate(0.5),
        gap=estimate(*gap),
        by_rater=by_rater or estimate(*gap),
    )


class TestFinding:
    def test_an_effect_is_told_from_the_side_that_it_favours(self) -> None:
        assert finding("Style", [effect((-0.2, -0.3, -0.104))]) == (
            "On style, openers and formatting favoured lora over base: preferred in 70 % as they "
            "are and 50 % stripped, a difference of +20 points, 95 % interval +10 to +30."
        )

    def test_one_that_may_be_chance_is_not_claimed(self) -> None:
        assert finding("Style", [effect((0.05, -0.1, 0.2))]) == (
            "On style, no effect of openers and formatting can be told from chance with these "
            "data: base was preferred over lora in 55 % as they are and 50 % stripped, a "
            "difference of +5 points (95 % interval −10 to +20)."
        )

    def test_of_several_only_those_that_are_sure_are_named(self) -> None:
        told = finding(
            "Style", [effect((-0.2, -0.3, -0.1)), effect((0.1, -0.1, 0.3), second="full")]
        )
        assert "lora over base" in told
        assert "full" not in told
        assert "It can be told from chance in 1 of 2 pairs." in told

    def test_none_of_several(self) -> None:
        unsure = effect((0.05, -0.1, 0.2))
        assert "in any of 2 pairs" in finding("Style", [unsure, unsure])

    def test_what_other_raters_might_not_bear_out_says_so(self) -> None:
        one = effect((0.2, 0.1, 0.3), estimate(0.2, -0.1, 0.4))
        assert one.claim is Claim.THESE_RATERS
        assert finding("Style", [one]).endswith(
            "Resampling raters does not bear it out everywhere: it is known of these raters only."
        )

    def test_so_few_raters_that_nothing_was_resampled(self) -> None:
        one = effect((0.2, 0.1, 0.3), estimate(0.2))
        told = finding("Style", [one])
        assert told.endswith("With so few raters this is known of these raters only.")

    @pytest.mark.parametrize("gap", [(-0.2, -0.3, -0.104), (0.05, -0.1, 0.2)])
    def test_who_judged_is_said_where_it_was_no_person(
        self, gap: tuple[float, float, float]
    ) -> None:
        told = finding("Style", [effect(gap)], RaterKind.SIMULATED)
        assert told.startswith("On style by simulated raters, ")


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.125, "+13"),
        (-0.125, "−13"),
        (0.004, "+0.4"),
        (-0.004, "−0.4"),
        (0.0004, "0"),
        (-0.3, "−30"),
        (None, "–"),
    ],
)
def test_points_are_rounded_one_way_on_both_sides(gap: float | None, words: str) -> None:
    assert points(gap) == words
