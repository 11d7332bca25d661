"""What is said of bias and blinding is said of the judgements that a filter leaves."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.results import Gold, ResultFilter, StudyResult, study_result
from app.studies import invitations
from app.tables import Part, QuestionnaireReply, Response, Study
from tests.results.kept_study import judged_study


@pytest.fixture
def study(session: Session) -> Study:
    """Of two raters the first could tell the variants apart."""
    opened = judged_study(session, prompts=4, raters=2)
    said = {"rater-1": "yes", "rater-2": "no"}
    for invitation, told in zip(invitations(session, opened), said.values(), strict=True):
        answers = {"told_apart": told}
        session.add(QuestionnaireReply(invitation=invitation, part=Part.AFTER, answers=answers))
    session.flush()
    return opened


def told(result: StudyResult) -> dict[str, int]:
    return {words: count for words, count, _ in result.told_apart}


class TestToldApart:
    def test_of_everybody(self, session: Session, study: Study) -> None:
        assert told(study_result(session, study)) == {"no": 1, "a suspicion": 0, "yes": 1}

    def test_of_the_raters_that_are_left(self, session: Session, study: Study) -> None:
        left = study_result(session, study, ResultFilter(raters=("rater-1",)))
        assert told(left) == {"no": 0, "a suspicion": 0, "yes": 1}

    def test_not_of_those_who_failed_the_checks(self, session: Session, study: Study) -> None:
        invitations(session, study)[0].screened_out_at = now()
        session.flush()
        assert told(study_result(session, study))["yes"] == 0
        assert told(study_result(session, study, ResultFilter(gold=Gold.ALL)))["yes"] == 1


class TestIntroductions:
    def test_of_the_answers_that_are_left(self, session: Session, study: Study) -> None:
        for response in session.scalars(select(Response)):
            response.introduces_itself = "I am" if response.prompt.category == "odd" else None
        session.flush()
        shares = {
            category: study_result(session, study, ResultFilter(categories=(category,)))
            for category in ("odd", "even")
        }
        for category, share in (("odd", 1.0), ("even", 0.0)):
            found = [one.value for _, one in shares[category].bias.introductions]
            assert found == [share] * 3
