"""A report of a study that strips half of its items."""

import pytest
from sqlalchemy.orm import Session

from app.results import Form, ResultFilter
from app.stripping import RULE
from app.tables import Study
from tests.reports.reading import prose, report_on, table
from tests.results.judged_study import judge_all, mixed_judge, opened_study


@pytest.fixture
def half(session: Session) -> Study:
    half = opened_study(session, name="Half stripped", strip_half=True)
    judge_all(session, half, mixed_judge)
    return half


def test_it_has_the_finding_and_every_pair(session: Session, half: Study) -> None:
    report = report_on(session, half)
    assert "openers and formatting" in prose(report, "experiment")
    rows = table(report, "Preferences on style as answers are and stripped").rows
    assert [row[0] for row in rows] == ["base over lora", "base over full", "lora over full"]


def test_methods_state_the_rule_and_the_interval(session: Session, half: Study) -> None:
    report = report_on(session, half)
    methods = prose(report, "methods")
    assert f"rule {RULE} of Triptych" in methods
    assert "that of this version" not in methods
    assert "Zou and Donner, 2008" in methods
    assert "Zou, G. Y." in prose(report, "references")
    assert "rule of words" in prose(report, "limits")


def test_another_rule_than_that_of_this_version_is_said(session: Session, half: Study) -> None:
    half.stripping_rule = RULE - 1
    methods = prose(report_on(session, half), "methods")
    assert f"by deletion (rule {RULE - 1} of Triptych)" in methods
    assert f"is by rule {RULE}, that of this version" in methods


def test_one_form_alone_is_a_part_and_says_so(session: Session, half: Study) -> None:
    report = report_on(session, half, ResultFilter(form=Form.STRIPPED))
    assert ("Filter", "only answers shown stripped of openers and formatting") in report.facts
    assert all(one.title != "What style alone changes" for one in report.sections)
    assert all("Only items stripped" in finding for finding in report.findings)


def test_other_studies_say_nothing_of_it(session: Session, study: Study) -> None:
    report = report_on(session, study)
    assert "stripped" not in " ".join(prose(report, part.key) for part in report.sections)
