"""Drafts, opening, closing, inviting, progress."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import FACTUALITY, CriterionForm
from app.db import now
from app.errors import AppError, Conflict, NotFound
from app.ratings import next_assignment, submit
from app.studies import (
    categories,
    close_study,
    create_study,
    delete_study,
    get_study,
    get_study_by_public_id,
    invitations,
    invite,
    invite_many,
    life,
    list_raters,
    list_studies,
    open_study,
    plan_items,
    reopen_study,
    revoke_link,
    study_progress,
    update_study,
)
from app.tables import (
    Account,
    Design,
    Item,
    LiveComparison,
    Response,
    Run,
    RunState,
    StudyState,
)


class TestForm:
    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"run_variant_ids": [1]}, "at least 2"),
            ({"run_variant_ids": [1, 1]}, "only once"),
            ({"run_variant_ids": list(range(10))}, "at most 9"),
            ({"name": "  "}, "at least 1"),
            ({"ratings_per_item": 0}, "greater than or equal to 1"),
            ({"max_prompts": 0}, "greater than or equal to 1"),
            ({"criteria": []}, "at least one criterion"),
            ({"design": "blocks", "block_size": 3}, "at least 4 variants"),
            ({"design": "blocks", "run_variant_ids": [1, 2, 3, 4]}, "hold 3 to 3 of them"),
            ({"design": "pairwise", "pairs": [(1, 1)]}, "two different ones"),
            ({"design": "pairwise", "pairs": [(1, 9)]}, "two different ones"),
            ({"design": "pairwise", "run_variant_ids": [1, 2, 3], "pairs": [(1, 2)]}, "in a pair"),
            ({"adaptive": True}, "only pairs"),
            ({"adaptive": True, "design": "pairwise", "coverage": "everyone"}, "number of raters"),
            ({"reserve_minutes": 0}, "greater than or equal to 1"),
            ({"criteria": [FACTUALITY, FACTUALITY]}, "same key"),
            ({"colour": "red"}, "Extra inputs"),
        ],
    )
    def test_refuses(self, world: Any, fields: dict[str, Any], message: str) -> None:
        run = world.run()
        with pytest.raises(ValidationError, match=message):
            world.form(run, **fields)

    def test_a_criterion_must_ask_something(self) -> None:
        with pytest.raises(ValidationError, match="Idle asks for neither"):
            CriterionForm(key="x", label="Idle", asks_preference=False, scale=None)


class TestDrafts:
    def test_create(self, world: Any, session: Session) -> None:
        run = world.run(categories=("a",))
        study = world.draft(run, max_prompts=2, category="a", instructions="Read.")
        assert study.state is StudyState.DRAFT
        assert [criterion.key for criterion in study.criteria] == ["factuality", "style"]
        assert len(study.variants) == 3
        assert get_study(session, study.id) is study
        assert get_study_by_public_id(session, study.public_id) is study
        assert session.scalars(select(Item)).all() == []

    def test_newest_first(self, world: Any, session: Session) -> None:
        run = world.run()
        studies = [world.draft(run, name=name) for name in ("one", "two")]
        assert list_studies(session) == studies[::-1]

    def test_unknown(self, session: Session) -> None:
        with pytest.raises(NotFound):
            get_study(session, 99)
        with pytest.raises(NotFound):
            get_study_by_public_id(session, "nothing")

    def test_the_name_is_taken(self, world: Any) -> None:
        run = world.run()
        world.draft(run)
        with pytest.raises(Conflict, match="already a study called study"):
            world.draft(run)

    def test_the_run_is_unknown(self, world: Any, session: Session) -> None:
        form = world.form(world.run()).model_copy(update={"run_id": 99})
        with pytest.raises(NotFound):
            create_study(session, form)

    def test_variants_of_another_run(self, world: Any) -> None:
        run, other = world.run(), world.run(name="other")
        foreign = [run.variants[0].id, other.variants[0].id]
        with pytest.raises(AppError, match="does not belong to the run run"):
            world.draft(run, run_variant_ids=foreign)

    def test_update_replaces_everything(self, world: Any, session: Session) -> None:
        study = world.draft()
        other = world.run(name="other", prompts=5, variants=2)
        update_study(session, study, world.form(other, name="new", criteria=[FACTUALITY]))
        assert (study.name, study.run) == ("new", other)
        assert [criterion.key for criterion in study.criteria] == ["factuality"]
        assert {v.run_variant_id for v in study.variants} == {v.id for v in other.variants}
        assert len(open_study(session, study).items) == 5

    def test_update_keeps_its_own_name(self, world: Any, session: Session) -> None:
        run = world.run()
        study = world.draft(run)
        assert update_study(session, study, world.form(run)).name == "study"

    def test_nothing_changes_after_opening(self, world: Any, session: Session) -> None:
        run = world.run()
        study = world.opened(run)
        with pytest.raises(Conflict, match="cannot be changed"):
            update_study(session, study, world.form(run, name="new"))
        with pytest.raises(Conflict, match="cannot be deleted"):
            delete_study(session, study)
        assert study.name == "study"

    def test_delete_frees_the_names_of_study_and_raters(self, world: Any, session: Session) -> None:
        run = world.run()
        study = world.draft(run)
        invite(session, study, "Ada")
        delete_study(session, study)
        assert list_studies(session) == []
        assert session.scalars(select(Account)).all() == []
        invite(session, world.draft(run), "Ada")

    def test_delete_keeps_an_account_that_asked_something_live(
        self, world: Any, session: Session
    ) -> None:
        study = world.draft()
        ada = invite(session, study, "Ada").account
        session.add(LiveComparison(account_id=ada.id, prompt="?"))
        session.flush()
        delete_study(session, study)
        assert session.scalars(select(Account.name)).all() == ["Ada"]


class TestItems:
    def test_side_by_side_has_one_item_per_prompt(self, world: Any, session: Session) -> None:
        plan = plan_items(session, world.draft())
        assert (len(plan.items), plan.prompts, plan.skipped) == (3, 3, 0)
        assert all(len(item.response_ids) == 3 for item in plan.items)

    @pytest.mark.parametrize(("variants", "pairs"), [(2, 1), (3, 3), (4, 6)])
    def test_pairwise_has_every_pair(
        self, world: Any, session: Session, variants: int, pairs: int
    ) -> None:
        study = world.draft(world.run(variants=variants), design=Design.PAIRWISE)
        plan = plan_items(session, study)
        assert len(plan.items) == 3 * pairs
        assert len({frozenset(item.response_ids) for item in plan.items}) == 3 * pairs
        assert all(len(item.response_ids) == 2 for item in plan.items)

    def test_prompts_without_every_answer_are_left_out_and_counted(
        self, world: Any, session: Session
    ) -> None:
        run = world.run()
        _drop_answer(session, run, prompt=1)
        plan = plan_items(session, world.draft(run))
        assert (plan.prompts, plan.skipped) == (2, 1)
        assert run.prompt_set.prompts[1].id not in {item.prompt_id for item in plan.items}

    def test_a_missing_answer_of_a_variant_that_is_not_compared_is_no_loss(
        self, world: Any, session: Session
    ) -> None:
        run = world.run()
        _drop_answer(session, run, prompt=1)
        others = [member.id for member in run.variants[1:]]
        assert plan_items(session, world.draft(run, run_variant_ids=others)).skipped == 0

    def test_category_and_most_prompts(self, world: Any, session: Session) -> None:
        run = world.run(prompts=10, categories=("a", "b", None))
        assert categories(session, run) == ["a", "b"]
        assert plan_items(session, world.draft(run, category="b")).prompts == 3
        assert plan_items(session, world.draft(run, name="2", max_prompts=4)).prompts == 4
        both = world.draft(run, name="3", category="a", max_prompts=2)
        prompts = run.prompt_set.prompts
        chosen = [item.prompt_id for item in plan_items(session, both).items]
        assert chosen == [prompts[0].id, prompts[3].id]

    def test_first_samples_only(self, world: Any, session: Session) -> None:
        run = world.run()
        member, prompt = run.variants[0], run.prompt_set.prompts[0]
        second = Response(run_variant_id=member.id, prompt_id=prompt.id, sample=1, text="2nd")
        session.add(second)
        session.flush()
        items = plan_items(session, world.draft(run)).items
        used = {response for item in items for response in item.response_ids}
        assert len(used) == 9
        assert second.id not in used

    def test_several_samples(self, world: Any, session: Session) -> None:
        run = world.run(samples=3)
        items = plan_items(session, world.draft(run, samples=2)).items
        assert [(item.sample, item.prompt_id) for item in items] == [
            (sample, prompt.id) for sample in range(2) for prompt in run.prompt_set.prompts
        ]
        for item in items:
            responses = [session.get_one(Response, one) for one in item.response_ids]
            assert {response.sample for response in responses} == {item.sample}

    def test_more_samples_than_there_are(self, world: Any) -> None:
        with pytest.raises(AppError, match="has 1 answers of a variant"):
            world.draft(samples=2)

    def test_an_unknown_category(self, world: Any) -> None:
        with pytest.raises(AppError, match="has the category x") as caught:
            world.draft(world.run(categories=("a", "b")), category="x")
        assert caught.value.hint == "Its categories: a, b."

    def test_chosen_pairs(self, world: Any, session: Session) -> None:
        run = world.run()
        base, lora, full = (member.id for member in run.variants)
        study = world.draft(run, design=Design.PAIRWISE, pairs=[(full, base), (lora, full)])
        assert plan_items(session, study).meetings == {(0, 2): 3, (1, 2): 3}

    def test_blocks(self, world: Any, session: Session) -> None:
        run = world.run(prompts=10, variants=5)
        study = world.draft(run, design=Design.BLOCKS, block_size=3, blocks_per_prompt=1)
        plan = plan_items(session, study)
        assert plan.appearances == dict.fromkeys(range(5), 6)
        assert all(len(item.response_ids) == 3 for item in plan.items)

    def test_stratified(self, world: Any, session: Session) -> None:
        run = world.run(prompts=30, categories=("a", "a", "b"))
        study = world.draft(run, max_prompts=9, stratified=True)
        chosen = {item.prompt_id for item in plan_items(session, study).items}
        prompts = [prompt for prompt in run.prompt_set.prompts if prompt.id in chosen]
        assert Counter(prompt.category for prompt in prompts) == {"a": 6, "b": 3}
        assert chosen != {prompt.id for prompt in run.prompt_set.prompts[:9]}


class TestLife:
    def test_open_makes_the_items_of_the_plan(self, world: Any, session: Session) -> None:
        study = world.draft()
        plan = open_study(session, study)
        stored = session.scalars(select(Item).order_by(Item.position)).all()
        made = [(i.prompt_id, tuple(r.response_id for r in i.responses)) for i in stored]
        assert made == [(item.prompt_id, item.response_ids) for item in plan.items]
        assert (study.state, study.opened_at is None) == (StudyState.OPEN, False)

    def test_items_that_are_made_in_several_batches(
        self, world: Any, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(life, "_BATCH", 4)
        study = world.opened(world.run(prompts=3), design=Design.PAIRWISE)
        items = session.scalars(
            select(Item).where(Item.study_id == study.id).order_by(Item.position)
        ).all()
        made = [(i.position, i.prompt_id, [r.response_id for r in i.responses]) for i in items]
        wanted = enumerate(plan_items(session, study).items)
        assert made == [(n, item.prompt_id, [*item.response_ids]) for n, item in wanted]
        assert len(made) == 9

    def test_open_twice(self, world: Any, session: Session) -> None:
        study = world.opened()
        with pytest.raises(Conflict, match="open already"):
            open_study(session, study)
        assert len(session.scalars(select(Item)).all()) == 3

    @pytest.mark.parametrize("state", [RunState.RUNNING, RunState.PENDING])
    def test_not_while_the_run_is_being_answered(
        self, world: Any, session: Session, state: RunState
    ) -> None:
        study = world.draft(world.run(state=state))
        with pytest.raises(Conflict, match="still being answered"):
            open_study(session, study)
        assert study.state is StudyState.DRAFT

    def test_not_without_a_complete_prompt(self, world: Any, session: Session) -> None:
        run = world.run(prompts=1)
        _drop_answer(session, run, prompt=0)
        study = world.draft(run)
        with pytest.raises(AppError, match="no prompt that all chosen variants") as error:
            open_study(session, study)
        assert error.value.hint
        assert study.state is StudyState.DRAFT

    def test_close_and_reopen(self, world: Any) -> None:
        study = world.opened()
        close_study(study)
        assert study.state is StudyState.CLOSED
        assert study.closed_at is not None
        with pytest.raises(Conflict):
            close_study(study)
        reopen_study(study)
        assert (study.state, study.closed_at) == (StudyState.OPEN, None)
        with pytest.raises(Conflict):
            reopen_study(study)

    def test_a_draft_is_neither_closed_nor_reopened(self, world: Any) -> None:
        study = world.draft()
        with pytest.raises(Conflict):
            close_study(study)
        with pytest.raises(Conflict):
            reopen_study(study)


class TestPeople:
    def test_invite(self, world: Any, session: Session) -> None:
        study = world.draft()
        invitation = invite(session, study, "  Ada ")
        assert invitation.account.name == "Ada"
        assert invitations(session, study) == [invitation]

    @pytest.mark.parametrize("name", ["", "   ", "x" * 201])
    def test_a_name_is_needed(self, world: Any, session: Session, name: str) -> None:
        with pytest.raises(AppError, match="1 to 200"):
            invite(session, world.draft(), name)

    def test_the_name_is_taken(self, world: Any, session: Session) -> None:
        study = world.draft()
        invite(session, study, "Ada")
        with pytest.raises(Conflict, match="somebody called Ada"):
            invite(session, study, "Ada")

    def test_nobody_is_invited_to_a_closed_study(self, world: Any, session: Session) -> None:
        study = world.opened()
        close_study(study)
        with pytest.raises(Conflict, match="closed"):
            invite(session, study, "Ada")

    def test_invite_many_numbers_on(self, world: Any, session: Session) -> None:
        study = world.draft()
        invite_many(session, study, 2)
        invite_many(session, study, 1)
        names = [invitation.account.name for invitation in invitations(session, study)]
        assert [name.partition(" (")[0] for name in names] == ["rater 1", "rater 2", "rater 3"]
        assert len({i.nonce for i in invitations(session, study)}) == 3

    @pytest.mark.parametrize("count", [-1, 0, 501])
    def test_invite_many_in_bounds(self, world: Any, session: Session, count: int) -> None:
        with pytest.raises(AppError, match="between 1 and 500"):
            invite_many(session, world.draft(), count)

    def test_revoke_ends_sessions_and_keeps_the_time(self, world: Any, session: Session) -> None:
        study = world.draft()
        invitation = invite(session, study, "Ada")
        epoch = invitation.account.session_epoch
        revoke_link(session, study, invitation.id)
        first = invitation.revoked_at
        revoke_link(session, study, invitation.id)
        assert invitation.revoked_at == first is not None
        assert invitation.account.session_epoch > epoch

    def test_revoke_of_another_study(self, world: Any, session: Session) -> None:
        run = world.run()
        one, two = world.draft(run), world.draft(run, name="two")
        invitation = invite(session, one, "Ada")
        with pytest.raises(NotFound):
            revoke_link(session, two, invitation.id)
        assert invitation.revoked_at is None


class TestProgress:
    def test_counts(self, world: Any, session: Session, judgements: Any) -> None:
        study = world.opened(ratings_per_item=2)
        ada, bob, eve = (world.rater(study, name) for name in ("Ada", "Bob", "Eve"))
        for _ in range(2):
            assignment = next_assignment(session, ada)
            assert assignment is not None
            submit(session, ada, assignment, judgements.both_good(3))
        next_assignment(session, bob)
        lying = next_assignment(session, eve)
        assert lying is not None
        lying.expires_at = now() - timedelta(seconds=1)
        session.flush()
        progress = study_progress(session, study)
        assert (progress.items, progress.wanted) == (3, 6)
        assert (progress.done, progress.reserved) == (2, 1)
        assert progress.raters == 3
        raters = list_raters(session, study)
        assert [(r.name, r.done) for r in raters] == [("Ada", 2), ("Bob", 0), ("Eve", 0)]
        assert raters[0].last_at is not None

    def test_a_draft(self, world: Any, session: Session) -> None:
        progress = study_progress(session, world.draft())
        assert (progress.items, progress.wanted, progress.done, progress.raters) == (0, 0, 0, 0)

    def test_other_studies_do_not_count(
        self, world: Any, session: Session, judgements: Any
    ) -> None:
        run = world.run()
        one, two = world.opened(run), world.opened(run, name="two")
        ada = world.rater(one)
        assignment = next_assignment(session, ada)
        assert assignment is not None
        submit(session, ada, assignment, judgements.both_good(3))
        assert study_progress(session, two).done == 0


def _drop_answer(session: Session, run: Run, *, prompt: int) -> None:
    session.delete(
        session.scalars(
            select(Response).where(
                Response.run_variant_id == run.variants[0].id,
                Response.prompt_id == run.prompt_set.prompts[prompt].id,
            )
        ).one()
    )
    session.flush()
