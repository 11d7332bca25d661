"""What is said of the guesses is said of people, and of the judgements that a filter leaves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import Database, now
from app.ratings import enter
from app.results import (
    Gold,
    GuessesResult,
    ResultCache,
    ResultFilter,
    read_columns,
    study_result,
)
from app.results.guesses import guesses_result
from app.sessions import items_to_guess, reply
from app.studies import SessionSpec, invitations, set_session
from app.tables import Account, Guess, Part, QuestionnaireReply, RaterKind, Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study

RATERS = 8


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """Raters who have judged everything and guessed, as `base_is_seen` says; to be copied."""
    path = tmp_path_factory.mktemp("guesses") / "answered.db"
    database = Database(f"sqlite:///{copy(empty_database, path)}")
    with database.writing() as session:
        opened = opened_study(session, prompts=2, raters=RATERS)
        set_session(session, opened, SessionSpec(ask_kinds=True), "for a test")
        judge_all(session, opened, mixed_judge, raters=RATERS)
        answer(session, opened, base_is_seen)
    database.dispose()
    return path


@pytest.fixture
def session(answered: Path, tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{copy(answered, tmp_path / 'test.db')}")
    with database.writing() as session:
        yield session
    database.dispose()


@pytest.fixture
def study(session: Session) -> Study:
    return session.scalars(select(Study)).one()


def forget(session: Session) -> None:
    """As if nobody had answered yet."""
    session.execute(delete(Guess))
    session.execute(delete(QuestionnaireReply))


def answer(session: Session, study: Study, said: Callable[[int, str], str]) -> None:
    """`said`: what a rater (from 0) takes an answer of a kind for."""
    for number, invitation in enumerate(invitations(session, study)):
        rater = enter(session, study.public_id, invitation.account)
        fields = {
            f"kind-{own.public_id}-{slot.number}": said(
                number, slot.response.run_variant.variant.kind
            )
            for own in items_to_guess(session, rater)
            for slot in own.slots
        }
        reply(session, rater, Part.AFTER, fields)


def found(session: Session, study: Study, chosen: ResultFilter | None = None) -> GuessesResult:
    columns = read_columns(session, study)
    kept = columns.take((chosen or ResultFilter()).keeps(columns))
    result = guesses_result(session, study, kept)
    assert result is not None
    return result


def base_is_seen(number: int, kind: str) -> str:
    """All but the first, who cannot say, recognise the base and guess blindly of the others."""
    if number == 0:
        return ""
    return "base" if kind == "base" else "lora" if number % 2 else "full"


class TestGuesses:
    def test_a_kind_that_all_recognise(self, session: Session, study: Study) -> None:
        result = found(session, study)
        base, lora, full = result.kinds
        assert (base.words, base.bang.value) == ("Not fine-tuned", 7 / 8)
        assert base.reading == (
            "recognised more often than by chance: 88 % of its answers were taken for it, 0 % of "
            "others"
        )
        # What is told from the base is named more often than the base, if only by a blind guess.
        assert "50 % of its answers were taken for it, 25 % of others" in lora.reading
        assert "38 % of its answers were taken for it, 19 % of others" in full.reading
        assert (result.asked, result.raters, base.bang.n, base.bang.clusters) == (48, 8, 16, 8)
        assert result.right.value == pytest.approx(2 / 3)
        assert (result.right.n, result.right.clusters) == (42, 7)
        assert result.chance == pytest.approx(1 / 3, abs=0.01)
        assert result.james.low is not None

    def test_a_kind_that_is_named_whatever_is_seen(self, session: Session, study: Study) -> None:
        forget(session)
        answer(session, study, lambda number, _: "lora" if number % 4 else "full")
        _, lora, _ = found(session, study).kinds
        assert (lora.bang.low or 0) > 0
        assert "recognised" not in lora.reading

    def test_of_the_raters_that_are_left(self, session: Session, study: Study) -> None:
        result = found(session, study, ResultFilter(raters=("rater-1", "rater-2")))
        assert (result.asked, result.raters) == (12, 2)
        assert result.kinds[0].bang.reason == "fewer than 6 raters"
        assert result.kinds[0].reading == ""

    def test_of_the_items_that_are_left(self, session: Session, study: Study) -> None:
        assert found(session, study, ResultFilter(categories=("odd",))).asked == 24

    def test_not_of_those_who_failed_the_checks(self, session: Session, study: Study) -> None:
        invitations(session, study)[0].screened_out_at = now()
        session.flush()
        assert found(session, study).raters == 7
        assert found(session, study, ResultFilter(gold=Gold.ALL)).raters == 8

    def test_not_of_what_judges_in_place_of_people(self, session: Session, study: Study) -> None:
        account = session.scalars(select(Account).order_by(Account.id.desc())).first()
        assert account is not None
        account.rater_kind = RaterKind.SIMULATED
        session.flush()
        assert found(session, study).raters == 7
        chosen = ResultFilter(kind=RaterKind.SIMULATED)
        assert study_result(session, study, chosen).guesses is None

    def test_asked_and_not_answered(self, session: Session, study: Study) -> None:
        forget(session)
        result = found(session, study)
        assert (result.asked, result.raters, result.right.reason) == (0, 0, "no guesses")

    def test_not_asked(self, session: Session, study: Study) -> None:
        forget(session)
        set_session(session, study, SessionSpec(), "for a test")
        assert guesses_result(session, study, read_columns(session, study)) is None

    def test_what_was_said_stays_when_it_is_asked_no_more(
        self, session: Session, study: Study
    ) -> None:
        set_session(session, study, SessionSpec(), "for a test")
        assert found(session, study).asked == 48

    def test_a_kept_result_gives_way_to_new_guesses(self, session: Session, study: Study) -> None:
        cache, chosen = ResultCache(), ResultFilter()
        forget(session)
        before = cache.get(session, study, chosen)
        answer(session, study, base_is_seen)
        after = cache.get(session, study, chosen)
        assert before.guesses
        assert after.guesses
        assert (before.guesses.asked, after.guesses.asked) == (0, 48)
