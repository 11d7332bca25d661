"""Tokens beside ratings in a report: findings, tables, figures and how they were measured."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.lens import LensCache
from app.reports import Report, evidence_of, report_of, write_report
from app.results import ResultCache
from app.results.tokens import EvidenceCache
from app.tables import Study
from tests.reports.reading import prose, section, table
from tests.results.lensed import under_lens
from tests.results.test_tokens import SIMULATED, WRONG, drawn, judged, opened
from tests.web.test_results_tokens import one_scored


@pytest.fixture
def study(session: Session) -> Study:
    study = opened(session)
    judged(session, study)
    under_lens(session, study, drawn, borrowed=lambda _: WRONG)
    return study


def report_on(session: Session, study: Study) -> Report:
    results = ResultCache()
    tokens = EvidenceCache(results, LensCache()).get(session, study, SIMULATED)
    return report_of(evidence_of(session, study, results.get(session, study, SIMULATED), tokens))


class TestSection:
    def test_what_the_results_page_says(self, session: Session, study: Study) -> None:
        results = ResultCache()
        tokens = EvidenceCache(results, LensCache()).get(session, study, SIMULATED)
        assert tokens is not None
        said = prose(report_on(session, study), "tokens")
        for one in (*tokens.marked, *tokens.relations, *tokens.borrowing):
            assert one.finding in said

    def test_tables(self, session: Session, study: Study) -> None:
        report = report_on(session, study)
        marked = table(report, "Tokens of spans marked wrong, and of others of the same answers")
        assert [row[0] for row in marked.rows] == [
            "full, shifted",
            "full, KL, nats",
            "full, borrowed",
        ]
        relations = table(report, "Preferences where more and where less is shifted than usual")
        assert len(relations.rows) == 12
        borrowed = table(report, "Judged answers with a borrowed content word")
        assert [row[0] for row in borrowed.rows] == ["lora", "full"]
        assert "Rated wrong: at least half of those who judged it" in borrowed.note

    def test_what_cannot_be_said_is_said_without_a_table(self, session: Session) -> None:
        report = report_on(session, one_scored(session))
        assert "Nothing can be said of" in prose(report, "tokens")
        assert "Preferences where more and where less" not in str(section(report, "tokens"))

    def test_figures_come_as_files(self, session: Session, study: Study, tmp_path: Path) -> None:
        folder = write_report(session, study, SIMULATED, tmp_path / "report")
        names = {path.stem for path in (folder / "figures").glob("token-*.csv")}
        assert names == {"token-marks", "token-preference-style", "token-preference-factuality"}
        assert "## Tokens beside ratings" in (folder / "report.md").read_text()
        assert "Tokens beside ratings" in (folder / "report.html").read_text()


class TestMethods:
    def test_are_stated_with_their_sources(self, session: Session, study: Study) -> None:
        report = report_on(session, study)
        methods, references = prose(report, "methods"), prose(report, "references")
        for words in ("(Lin et al., 2023)", "parted at the median", "exact over the vocabulary"):
            assert words in methods
        assert "arXiv:2312.01552" in references
        assert "arXiv:2402.05119" in references
        assert "association" in prose(report, "limits")

    def test_a_bound_is_called_one(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        under_lens(session, study, drawn, exact=False)
        assert "is a lower bound" in prose(report_on(session, study), "methods")

    def test_nothing_is_said_without_a_lens(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        report = report_on(session, study)
        assert "tokens" not in {one.key for one in report.sections}
        assert "Lin et al." not in prose(report, "methods")
        assert section(report, "references").blocks
