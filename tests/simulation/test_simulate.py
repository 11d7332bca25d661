"""Simulated raters in a study: once, topped up, with rows like those of people."""

from collections import Counter
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth import Signer, account_for, invitation_for
from app.criteria import DEFAULT_CRITERIA, CriterionForm
from app.errors import AppError, Conflict, NotFound, SignInRequired
from app.ratings import enter
from app.simulation import LABEL, SimulatedSpec, simulate, simulated_raters
from app.studies import StudyForm, close_study, create_study
from app.tables import (
    Account,
    Assignment,
    Design,
    Item,
    Judgement,
    Mark,
    Outcome,
    Prompt,
    RaterKind,
    Response,
    Scale,
    Slot,
    SlotVerdict,
    Study,
    StudyState,
    Verdict,
)
from tests.simulation.conftest import opened

QUIET = SimulatedSpec(cannot_judge=0, sloppy_share=0)


def count(session: Session, column: object) -> int:
    return session.scalar(select(func.count(column))) or 0  # type: ignore[arg-type]


class TestAdding:
    def test_every_rater_judges_every_item(self, session: Session, study: Study) -> None:
        told = simulate(session, study, 4)
        assert (told.raters, told.added, told.judgements) == (4, 4, 4 * 12)
        assert count(session, Judgement.id) == 4 * 12
        assert count(session, Verdict.id) == 2 * 4 * 12
        assert count(session, Slot.id) == 3 * 4 * 12

    def test_a_share_of_the_items(self, session: Session, study: Study) -> None:
        told = simulate(session, study, 4, spec=SimulatedSpec(share=0.3))
        assert told.judgements == 4 * 4
        items = session.scalars(select(Assignment.item_id)).all()
        assert len(set(items)) > 4

    def test_asking_again_changes_nothing(self, session: Session, study: Study) -> None:
        simulate(session, study, 4)
        for fewer_or_as_many in (4, 2):
            told = simulate(session, study, fewer_or_as_many)
            assert (told.raters, told.added, told.judgements) == (4, 0, 0)
        assert count(session, Judgement.id) == 4 * 12

    def test_a_larger_number_tops_up(self, session: Session, study: Study) -> None:
        simulate(session, study, 2)
        told = simulate(session, study, 5)
        assert (told.raters, told.added, told.judgements) == (5, 3, 3 * 12)
        assert [one.external["number"] for one in simulated_raters(session, study)] == [
            *range(1, 6)
        ]

    def test_topping_up_says_what_asking_at_once_says(self, session: Session) -> None:
        once, twice = opened(session, name="once"), opened(session, name="twice")
        simulate(session, once, 5)
        simulate(session, twice, 2)
        simulate(session, twice, 5)
        assert said(session, once) == said(session, twice)

    def test_another_seed_says_something_else(self, session: Session) -> None:
        one, other = opened(session, name="one"), opened(session, name="other")
        simulate(session, one, 2)
        simulate(session, other, 2, spec=SimulatedSpec(seed=8))
        assert said(session, one) != said(session, other)

    def test_other_raters_than_before_are_refused(self, session: Session, study: Study) -> None:
        simulate(session, study, 2)
        with pytest.raises(Conflict, match="simulated raters of another kind"):
            simulate(session, study, 3, spec=SimulatedSpec(seed=8))

    def test_those_who_come_later_are_like_the_first(self, session: Session, study: Study) -> None:
        simulate(session, study, 2, spec=QUIET)
        assert simulate(session, study, 3).spec == QUIET

    @pytest.mark.parametrize("number", [0, -1, 1001])
    def test_a_number_out_of_bounds(self, session: Session, study: Study, number: int) -> None:
        with pytest.raises(AppError, match="between 1 and 1000"):
            simulate(session, study, number)

    def test_a_draft_has_nothing_to_judge(self, session: Session, study: Study) -> None:
        members = [member.run_variant_id for member in study.variants]
        form = StudyForm(name="draft", run_id=study.run_id, run_variant_ids=members)
        with pytest.raises(Conflict, match="is a draft"):
            simulate(session, create_study(session, form), 2)

    def test_without_references_there_are_no_facts(self, session: Session) -> None:
        with pytest.raises(AppError, match="No prompt of Meres has a reference"):
            simulate(session, opened(session, reference=False), 2)

    def test_a_closed_study_stays_closed(self, session: Session, study: Study) -> None:
        close_study(study)
        assert simulate(session, study, 2).added == 2
        assert study.state is StudyState.CLOSED


class TestAccounts:
    def test_are_simulated_and_keep_the_truth(self, session: Session, study: Study) -> None:
        spec = SimulatedSpec(sloppy_share=0.5)
        simulate(session, study, 4, spec=spec)
        raters = simulated_raters(session, study)
        assert {one.account.rater_kind for one in raters} == {RaterKind.SIMULATED}
        assert [one.external["is_sloppy"] for one in raters] == [False, True, False, True]
        assert SimulatedSpec(**raters[0].external["spec"]) == spec

    def test_nobody_can_come_in_as_one(self, session: Session, study: Study) -> None:
        simulate(session, study, 1)
        [invitation] = simulated_raters(session, study)
        account, signer = invitation.account, Signer("key")
        nonce = signer.read_rater_link(signer.rater_link(invitation))
        with pytest.raises(NotFound):
            invitation_for(session, nonce)
        with pytest.raises(SignInRequired):
            account_for(session, *signer.read_session(signer.session(account)))
        with pytest.raises(NotFound):
            enter(session, study.public_id, account)
        assert account.password_hash is None

    def test_two_studies_have_their_own(self, session: Session) -> None:
        for name in ("one", "other"):
            assert simulate(session, opened(session, name=name), 2).added == 2
        assert count(session, Account.id) == 4


class TestOrders:
    @pytest.mark.parametrize("design", [Design.SIDE_BY_SIDE, Design.PAIRWISE])
    def test_are_balanced_within_every_rater(self, session: Session, design: Design) -> None:
        simulate(session, opened(session, design=design), 3)
        for places in shown(session).values():
            used = Counter((pair, variant, slot) for pair, variant, slot in places)
            assert max(used.values()) - min(used.values()) <= 1

    def test_differ_over_the_raters_of_an_item(self, session: Session, study: Study) -> None:
        simulate(session, study, 3)
        simulate(session, study, 6)
        query = (
            select(Assignment.item_id, Slot.response_id, func.count(Slot.id))
            .join(Slot, Slot.assignment_id == Assignment.id)
            .where(Slot.number == 1)
            .group_by(Assignment.item_id, Slot.response_id)
        )
        first = [number for *_, number in session.execute(query)]
        assert np.mean(first) == pytest.approx(2, abs=0.3)

    def test_items_come_in_another_order_for_each(self, session: Session, study: Study) -> None:
        simulate(session, study, 2)
        query = select(Assignment.account_id, Assignment.item_id).order_by(
            Assignment.account_id, Assignment.position
        )
        rows = groupby(session.execute(query).all(), key=lambda row: row[0])
        first, second = ([item for _, item in group] for _, group in rows)
        assert first != second
        assert sorted(first) == sorted(second)


class TestJudgements:
    def test_stand_between_the_opening_and_now(self, session: Session, study: Study) -> None:
        simulate(session, study, 2)
        times = session.scalars(select(Judgement.submitted_at)).all()
        assert study.opened_at is not None
        assert min(times) > study.opened_at
        assert len(set(times)) > 12

    def test_take_the_time_that_the_spec_says(self, session: Session, study: Study) -> None:
        simulate(session, study, 20, spec=SimulatedSpec(sloppy_share=0.5, seconds=40))
        sloppy = {
            one.account_id: one.external["is_sloppy"] for one in simulated_raters(session, study)
        }
        times: dict[bool, list[int]] = {True: [], False: []}
        query = select(Assignment.account_id, Judgement.duration_ms).join(
            Judgement, Judgement.assignment_id == Assignment.id
        )
        for account, duration in session.execute(query):
            times[sloppy[account]].append(duration or 0)
        assert np.median(times[False]) == pytest.approx(40_000, rel=0.15)
        assert np.median(times[True]) == pytest.approx(12_000, rel=0.15)

    def test_some_verdicts_are_withheld(self, session: Session, study: Study) -> None:
        simulate(session, study, 20, spec=SimulatedSpec(cannot_judge=0.2))
        outcomes = Counter(session.scalars(select(Verdict.outcome)))
        assert outcomes[Outcome.CANNOT_JUDGE] / outcomes.total() == pytest.approx(0.2, abs=0.05)
        assert all(outcomes[one] for one in Outcome)

    def test_wrong_answers_are_marked_where_that_is_asked(self, session: Session) -> None:
        study = opened(session, marks=True)
        simulate(session, study, 4, spec=SimulatedSpec(sloppy_share=0.25))
        marks = session.scalars(select(Mark)).all()
        texts = {mark.slot.response.text[mark.start : mark.end] for mark in marks}
        assert texts == {"It is known for red tiles."}
        assert {_rater(session, mark) for mark in marks} == {1, 2, 3}

    def test_a_mark_goes_where_it_is_told_to(self, session: Session) -> None:
        study = opened(session, marks=True)

        def tiles(_: Prompt, text: str) -> tuple[int, int]:
            start = max(text.find("red tiles"), 0)
            return start, start + len("red tiles")

        simulate(session, study, 4, wrong=tiles)
        marks = session.scalars(select(Mark)).all()
        texts = {mark.slot.response.text[mark.start : mark.end] for mark in marks}
        assert texts == {"red tiles"}

    def test_nothing_is_marked_where_it_is_not_asked(self, session: Session, study: Study) -> None:
        simulate(session, study, 4)
        assert count(session, Mark.id) == 0

    def test_every_kind_of_criterion_is_answered(self, session: Session) -> None:
        other = CriterionForm(
            key="note", label="Note", asks_preference=False, scale=Scale.TEXT, per_answer=False
        )
        study = opened(session, criteria=[*DEFAULT_CRITERIA, other])
        simulate(session, study, 2)
        assert LABEL in session.scalars(select(Verdict.text)).all()

    def test_right_answers_get_better_scores(self, session: Session, study: Study) -> None:
        simulate(session, study, 10, spec=QUIET)
        query = (
            select(Response.text, SlotVerdict.score)
            .join(Slot, Slot.id == SlotVerdict.slot_id)
            .join(Response, Response.id == Slot.response_id)
            .join(Verdict, Verdict.id == SlotVerdict.verdict_id)
            .where(Verdict.criterion_id == study.criteria[0].id)
        )
        scores: dict[bool, list[int]] = {True: [], False: []}
        for text, score in session.execute(query):
            scores["red tiles" not in text].append(score or 0)
        assert np.mean(scores[True]) > np.mean(scores[False]) + 1

    def test_without_noise_only_the_rule_speaks(self, session: Session, study: Study) -> None:
        exact = replace(QUIET, prompt_sd=0, rater_sd=0, noise_sd=0, left_bias=0, length_bias=0)
        simulate(session, study, 2, spec=exact)
        query = (
            select(SlotVerdict.rank, Response.text)
            .join(Slot, Slot.id == SlotVerdict.slot_id)
            .join(Response, Response.id == Slot.response_id)
            .join(Verdict, Verdict.id == SlotVerdict.verdict_id)
            .where(Verdict.criterion_id == study.criteria[1].id, Verdict.outcome == Outcome.RANKED)
        )
        ranks = {(rank, not text.startswith("It is")) for rank, text in session.execute(query)}
        assert ranks == {(1, True), (2, False)}


def said(session: Session, study: Study) -> list[tuple[object, ...]]:
    """Everything, by numbers that do not depend on ids."""
    query = (
        select(
            Account.name,
            Assignment.position,
            Item.position,
            Slot.number,
            Response.text,
            Verdict.outcome,
            SlotVerdict.rank,
            SlotVerdict.score,
            Judgement.duration_ms,
        )
        .join(Assignment, Assignment.account_id == Account.id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Judgement, Judgement.assignment_id == Assignment.id)
        .join(Verdict, Verdict.judgement_id == Judgement.id)
        .join(SlotVerdict, SlotVerdict.verdict_id == Verdict.id)
        .join(Slot, Slot.id == SlotVerdict.slot_id)
        .join(Response, Response.id == Slot.response_id)
        .where(Item.study_id == study.id)
    )
    return sorted((name.split("(")[0], *row) for name, *row in session.execute(query))


def shown(session: Session) -> dict[int, list[tuple[frozenset[int], int, int]]]:
    """account -> (variants of the item, variant, slot) of everything they saw."""
    query = (
        select(Assignment.account_id, Assignment.id, Response.run_variant_id, Slot.number)
        .join(Slot, Slot.assignment_id == Assignment.id)
        .join(Response, Response.id == Slot.response_id)
        .order_by(Assignment.id)
    )
    found: dict[int, list[tuple[frozenset[int], int, int]]] = {}
    for (account, _), group in groupby(session.execute(query), key=lambda row: (row[0], row[1])):
        slots = [(variant, number) for *_, variant, number in group]
        members = frozenset(variant for variant, _ in slots)
        found.setdefault(account, []).extend((members, *slot) for slot in slots)
    return found


def _rater(session: Session, mark: Mark) -> int:
    query = (
        select(Account.name)
        .join(Assignment, Assignment.account_id == Account.id)
        .join(Judgement, Judgement.assignment_id == Assignment.id)
        .where(Judgement.id == mark.judgement_id)
    )
    return int((session.scalar(query) or "").split()[2])
