"""What a draft could detect, told on its page."""

from sqlalchemy.orm import Session

from app.studies import StudyForm, create_study, plan_items, study_power
from app.tables import Coverage, Study
from tests.results.judged_study import opened_study


def draft(session: Session, prompts: int, **fields: object) -> Study:
    run = opened_study(session, prompts=prompts).run
    members = [member.id for member in run.variants]
    return create_study(
        session, StudyForm(name="draft", run_id=run.id, run_variant_ids=members, **fields)
    )


def test_more_prompts_find_smaller_preferences(session: Session) -> None:
    study = draft(session, 60, ratings_per_item=3)
    found = study_power(study, plan_items(session, study))
    assert found is not None
    assert (found.prompts, found.ratings) == (60, 3)
    assert found.found.share is not None
    assert 0.58 < found.found.share < 0.68
    assert "or clearer would be found with a chance of 80%" in found.text


def test_too_few_prompts_are_said_to_be(session: Session) -> None:
    study = draft(session, 4)
    found = study_power(study, plan_items(session, study))
    assert found is not None
    assert "too few" in found.text


def test_nothing_is_said_where_nobody_knows_how_many_will_judge(session: Session) -> None:
    study = draft(session, 12, coverage=Coverage.EVERYONE)
    assert study_power(study, plan_items(session, study)) is None
