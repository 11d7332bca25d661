"""A report says what the results say: every number in it is read back."""

import pytest
from sqlalchemy.orm import Session

from app.analysis.intervals import Estimate
from app.reports.words import SPACE, counted, listed, mean, share, signed
from app.results import StudyResult, study_result
from app.tables import Study
from tests.reports.reading import numbers, report_on, table


@pytest.fixture
def result(session: Session, study: Study) -> StudyResult:
    return study_result(session, study)


def rounded(estimate: Estimate, scale: float = 100.0) -> list[float]:
    ends = (estimate.value, estimate.low, estimate.high)
    return [scale * end for end in ends if end is not None]


class TestTables:
    def test_pairs(self, session: Session, study: Study, result: StudyResult) -> None:
        report = report_on(session, study)
        for criterion in result.criteria:
            rows = table(report, f"Comparisons on {criterion.label.lower()}").rows
            for row, pair in zip(rows, criterion.pairs, strict=True):
                assert row[0] == f"{pair.first.name} over {pair.second.name}"
                assert [float(cell) for cell in row[1:7]] == [
                    pair.wins,
                    pair.ties_good,
                    pair.ties,
                    pair.ties_bad,
                    pair.losses,
                    pair.cannot_judge,
                ]
                assert numbers(row[7]) == pytest.approx(rounded(pair.share), abs=0.5)
                assert row[8] == "no interval: fewer than 6 raters"

    def test_strengths(self, session: Session, study: Study, result: StudyResult) -> None:
        report = report_on(session, study)
        ranking = result.criteria[0].ranking
        assert ranking is not None
        for place, row in enumerate(table(report, "Strengths on factuality").rows):
            found = ranking.strengths[place]
            assert numbers(row[1]) == pytest.approx([found.value, found.low, found.high], abs=0.005)

    def test_scores(self, session: Session, study: Study, result: StudyResult) -> None:
        report = report_on(session, study)
        for criterion in result.criteria:
            rows = table(report, f"Mean scores on {criterion.label.lower()}").rows
            for row, score in zip(rows, criterion.scores, strict=True):
                assert numbers(row[1]) == pytest.approx(rounded(score.mean, 1), abs=0.005)
                assert row[4] == str(score.count)

    def test_agreement_and_bias(self, session: Session, study: Study, result: StudyResult) -> None:
        report = report_on(session, study)
        agreed = table(report, "Agreement by criterion").rows[0]
        shares = table(report, "Shares that would be 50 % without bias").rows[0]
        factuality = result.criteria[0]
        assert factuality.agreement is not None
        assert factuality.first_slot is not None
        assert agreed[0] == "Factuality, preference"
        assert numbers(agreed[1]) == pytest.approx(rounded(factuality.agreement.alpha, 1), abs=0.01)
        assert numbers(shares[1]) == pytest.approx(rounded(factuality.first_slot), abs=0.5)

    def test_one_row_per_rater(self, session: Session, study: Study, result: StudyResult) -> None:
        rows = table(report_on(session, study), "One row per rater, by pseudonym").rows
        assert [(row[0], int(row[1])) for row in rows] == [
            (one.name, one.report.judgements) for one in result.rater_reports
        ]

    def test_findings_are_the_headlines(
        self, session: Session, study: Study, result: StudyResult
    ) -> None:
        assert report_on(session, study).findings == tuple(one.headline for one in result.criteria)

    def test_figures_and_tables_are_numbered_in_order(self, session: Session, study: Study) -> None:
        report = report_on(session, study)
        blocks = [block for section in report.sections for block in section.blocks]
        for kind in ("figure", "table"):
            found = [getattr(block, "number", 0) for block in blocks if block.kind == kind]
            assert found == list(range(1, len(found) + 1))


class TestWords:
    def test_a_share_carries_its_interval(self) -> None:
        written = share(Estimate(0.61, 0.52, 0.69, 9, 9))
        assert written.replace(SPACE, " ") == "61 % (52 % to 69 %)"
        assert written.count(" ") == 1  # where a line may end

    def test_or_why_it_has_none(self) -> None:
        estimate = Estimate(0.61, None, None, 9, 1, "only one prompt")
        assert share(estimate) == f"61{SPACE}% (no interval: only one prompt)"
        assert mean(estimate) == "0.61 (no interval: only one prompt)"

    def test_what_is_not_there_is_a_dash(self) -> None:
        assert share(None) == share(Estimate(None, None, None, 0, 0, "no data")) == "–"

    @pytest.mark.parametrize(
        ("value", "written"), [(1.5, "+1.50"), (-1.5, "−1.50"), (0.0, "0.00"), (-0.001, "0.00")]
    )
    def test_signs(self, value: float, written: str) -> None:
        assert signed(value) == written

    def test_names_and_counts(self) -> None:
        assert [listed(names) for names in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
            "",
            "a",
            "a and b",
            "a, b and c",
        ]
        assert (counted(1, "pair"), counted(1234, "pair")) == ("1 pair", "1,234 pairs")
