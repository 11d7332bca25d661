"""Columns say what records say, judgement by judgement."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import FACTUALITY, STYLE, CriterionForm
from app.db import Database, now
from app.ratings import RatingForm, enter, next_assignment, submit
from app.ratings.form import VerdictForm
from app.readers import Source
from app.recorded import import_responses
from app.results.columns import FEATURES
from app.results.features import features_of
from app.results.read import read_columns
from app.results.records import read_records
from app.studies import (
    SessionSpec,
    StudyForm,
    create_study,
    import_checks,
    invite,
    list_raters,
    open_study,
    set_session,
)
from app.tables import (
    Account,
    Assignment,
    Design,
    Invitation,
    Judgement,
    Mark,
    MarkKind,
    Outcome,
    RaterKind,
    Response,
    SlotVerdict,
    Study,
    Verdict,
)
from tests.judged.conftest import import_into
from tests.judged.test_arena import WINNERS, battle, lines
from tests.results import test_scales as every_scale
from tests.results.judged_study import VARIANTS, judge_all, mixed_judge, opened_study
from tests.results.kept_study import judged_study
from tests.results.told import by_columns, by_records


def agree(session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN) -> int:
    """How many judgements columns and records agree on."""
    told = by_records(read_records(session, study, kind=kind))
    assert by_columns(read_columns(session, study, kind)) == told
    return len(told)


def raters_of(session: Session, study: Study) -> list[Invitation]:
    mine = select(Invitation).where(Invitation.study_id == study.id).order_by(Invitation.id)
    return list(session.scalars(mine))


class TestDesigns:
    @pytest.mark.parametrize("design", [Design.PAIRWISE, Design.SIDE_BY_SIDE])
    def test_of_three_variants(self, session: Session, design: Design) -> None:
        study = judged_study(session, design, prompts=4)
        assert agree(session, study) == (36 if design is Design.PAIRWISE else 12)

    def test_blocks_of_four_variants(self, session: Session) -> None:
        names = [*VARIANTS, "other"]
        run = opened_study(session, prompts=4, variants=names).run
        form = StudyForm(
            name="blocks",
            run_id=run.id,
            run_variant_ids=[member.id for member in reversed(run.variants)],
            design=Design.BLOCKS,
            block_size=3,
            ratings_per_item=2,
            seed=2,
        )
        study = create_study(session, form)
        open_study(session, study)
        judge_all(session, study, first_is_best)
        assert agree(session, study) == 32
        columns = read_columns(session, study)
        assert (columns.slots, columns.items) == (3, 16)
        assert [one.name for one in columns.variants] == list(reversed(names))

    def test_several_samples(self, session: Session) -> None:
        rows = [
            {"prompt": f"Q{n}", "variant": name, "sample": sample, "response": f"{name} {sample}"}
            for n in range(4)
            for name in ("base", "lora")
            for sample in range(2)
        ]
        source = Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
        run = import_responses(session, name="samples", files=[source]).run
        members = [member.id for member in run.variants]
        form = StudyForm(name="s", run_id=run.id, run_variant_ids=members, samples=2, seed=1)
        study = create_study(session, form)
        open_study(session, study)
        judge_all(session, study, first_is_best)
        assert agree(session, study) == 8

    def test_every_scale(self, session: Session) -> None:
        study = judged_study(
            session, prompts=4, criteria=every_scale.CRITERIA, judge=every_scale.judge
        )
        assert agree(session, study) == 12
        assert {0, 100} < set(read_columns(session, study).criterion("sure").values)

    def test_only_scores_or_only_preferences(self, session: Session) -> None:
        criteria = [
            FACTUALITY.model_copy(update={"asks_preference": False}),
            STYLE.model_copy(update={"scale": None}),
        ]
        assert agree(session, judged_study(session, prompts=4, criteria=criteria)) == 12

    def test_an_import(self, session: Session) -> None:
        battles = [battle(n, WINNERS[n % 5][0], f"judge {n % 3}") for n in range(20)]
        study = import_into(session, lines(*battles)).study
        kinds = set(session.scalars(select(Account.rater_kind)))
        assert sum(agree(session, study, kind) for kind in kinds) == 20

    def test_nothing_judged_yet(self, session: Session) -> None:
        study = opened_study(session, prompts=4)
        invite(session, study, "Ann")
        columns = read_columns(session, study)
        assert (len(columns), columns.slots, columns.items) == (0, 3, 4)
        assert columns.shown.shape == columns.criteria[0].scores.shape == (0, 3)
        assert [rater.name for rater in columns.raters] == ["rater-1"]

    def test_a_draft(self, session: Session) -> None:
        run = opened_study(session).run
        form = StudyForm(name="draft", run_id=run.id, run_variant_ids=[m.id for m in run.variants])
        columns = read_columns(session, create_study(session, form))
        assert (len(columns), columns.slots, columns.items, columns.prompts) == (0, 0, 0, ())
        assert [one.key for one in columns.criteria] == ["factuality", "style"]


def first_is_best(_: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> Any:
    ranks = {slot: slot for slot in shown}
    return VerdictForm(key=criterion.key, outcome=Outcome.RANKED, ranks=ranks)


class TestJudgements:
    def test_the_latest_of_many_revisions(self, session: Session) -> None:
        study = opened_study(session, prompts=3)
        judge_all(session, study, mixed_judge, revised=1)
        assert agree(session, study) == 9
        assert set(read_columns(session, study).revision) == {2}

    def test_revised_long_after(self, session: Session) -> None:
        """Its verdicts are far from those of its neighbours."""
        study = judged_study(session, prompts=4)
        first = session.scalars(select(Judgement).order_by(Judgement.id)).first()
        assert first is not None
        session.add(
            Judgement(
                id=1_000_000,
                assignment_id=first.assignment_id,
                revision=9,
                verdicts=[
                    Verdict(
                        id=2_000_000,
                        criterion_id=study.criteria[0].id,
                        outcome=Outcome.RANKED,
                        slots=[
                            SlotVerdict(slot_id=one.slot_id, rank=n + 1, score=5 - n)
                            for n, one in enumerate(first.verdicts[0].slots)
                        ],
                    )
                ],
            )
        )
        session.flush()
        assert agree(session, study) == 12
        assert read_columns(session, study).revision.max() == 9

    def test_times_to_the_microsecond(self, session: Session) -> None:
        study = judged_study(session, prompts=4)
        for number, judgement in enumerate(session.scalars(select(Judgement))):
            micro = [0, 1, 499_999, 500_000, 999_500, 999_999][number % 6]
            judgement.submitted_at = datetime(2026, 2, 28, 23, 59, 59, micro, UTC)
        session.flush()
        assert agree(session, study) == 12

    @pytest.mark.parametrize("year", [1, 1969, 9999])
    def test_times_far_from_now(self, session: Session, year: int) -> None:
        study = judged_study(session, prompts=4)
        time = datetime(year, 6, 1, 12, tzinfo=UTC)
        for judgement in session.scalars(select(Judgement)):
            judgement.submitted_at = time
        session.flush()
        assert agree(session, study) == 12
        assert read_columns(session, study).last_at() == time

    def test_revisions_that_another_tool_numbered(self, session: Session) -> None:
        study = judged_study(session, prompts=4)
        first = session.scalars(select(Judgement)).first()
        assert first is not None
        first.revision, first.duration_ms = 2**31 - 1, 2**31 - 1
        session.flush()
        assert agree(session, study) == 12

    def test_marks(self, session: Session) -> None:
        study = judged_study(session, prompts=4)
        for assignment in session.scalars(select(Assignment)):
            assignment.judgements[-1].marks = [
                Mark(slot_id=slot.id, start=n, end=n + 3, kind=kind)
                for slot in assignment.slots
                for n, kind in enumerate(MarkKind)
            ]
        session.flush()
        assert agree(session, study) == 12
        assert len(read_columns(session, study).marks.judgement) == 108

    def test_two_studies_at_once(self, session: Session) -> None:
        """Raters of both take turns, so that rows of one stand between rows of the other."""
        studies = [opened_study(session, name=name, prompts=5) for name in ("one", "two")]
        raters = [enter(session, s.public_id, invite(session, s, s.name).account) for s in studies]
        for _ in range(5):
            for rater in raters:
                assignment = next_assignment(session, rater)
                assert assignment is not None
                said = tuple(
                    first_is_best(random.Random(), c, {1: "", 2: "", 3: ""})
                    for c in rater.study.criteria
                )
                submit(session, rater, assignment, RatingForm(verdicts=said))
        assert [agree(session, study) for study in studies] == [5, 5]

    def test_in_small_chunks(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        study = judged_study(session, Design.PAIRWISE, prompts=4)
        monkeypatch.setattr("app.results.arrays._CHUNK", 7)
        assert agree(session, study) == 36

    def test_two_chunks_at_a_time(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On connections of their own, where nothing is being written."""
        with database.writing() as session:
            key = judged_study(session, Design.PAIRWISE, prompts=4).id
        monkeypatch.setattr("app.results.arrays._CHUNK", 7)
        with database.reading() as session:
            assert agree(session, session.get_one(Study, key)) == 36


class TestRaters:
    def test_kinds_never_mix(self, session: Session) -> None:
        study = opened_study(session, prompts=4)
        judge_all(session, study, mixed_judge, raters=4)
        for invitation, kind in zip(
            raters_of(session, study),
            (RaterKind.JUDGE, RaterKind.HUMAN, RaterKind.SIMULATED, RaterKind.HUMAN),
            strict=True,
        ):
            invitation.account.rater_kind = kind
        session.flush()
        assert [agree(session, study, kind) for kind in RaterKind] == [4, 4, 4]
        names = [[r.name for r in read_columns(session, study, k).raters] for k in RaterKind]
        assert names == [["rater-1", "rater-2"], ["judge-1"], ["simulated-1"]]

    def test_those_who_failed_the_checks_are_there(self, session: Session) -> None:
        study = judged_study(session, prompts=4)
        everyone = by_records(read_records(session, study))
        raters_of(session, study)[1].screened_out_at = now()
        session.flush()
        columns = read_columns(session, study)
        assert by_columns(columns) == everyone
        assert [rater.screened_out for rater in columns.raters] == [False, True, False]
        kept = columns.take(columns.rater != 1)
        assert by_columns(kept) == by_records(read_records(session, study))

    def test_gold_items_are_counted_apart(self, session: Session) -> None:
        run = opened_study(session, name="run", prompts=6).run
        form = StudyForm(
            name="gold",
            run_id=run.id,
            run_variant_ids=[member.id for member in run.variants],
            ratings_per_item=2,
            seed=4,
        )
        study = create_study(session, form)
        rows = [
            {
                "kind": "gold",
                "prompt": f"Gold {n}?",
                "answers": ["a", "b", "c"],
                "expected": {"factuality": "2 > 1 = 3"},
            }
            for n in range(3)
        ]
        data = "\n".join(map(json.dumps, rows)).encode()
        import_checks(session, study, filename="gold.jsonl", data=data)
        set_session(session, study, SessionSpec(gold_every=1, gold_minimum=3), "")
        open_study(session, study)
        judge_all(session, study, gold_judge, raters=2)
        assert agree(session, study) == 12
        columns = read_columns(session, study)
        rows_of = {row.invitation.id: row for row in list_raters(session, study)}
        for rater, invitation in zip(columns.raters, raters_of(session, study), strict=True):
            row = rows_of[invitation.id]
            assert (rater.gold_passed, rater.gold_seen) == (row.gold_passed, 3)
            assert rater.below_gold is row.is_below
        assert columns.items == 6
        assert int(columns.item.min()) == 4


def gold_judge(rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> Any:
    """By chance, so that some gold items are passed and some are not."""
    best = rng.choice(list(shown))
    ranks = {slot: 1 if slot == best else 2 for slot in shown}
    return VerdictForm(key=criterion.key, outcome=Outcome.RANKED, ranks=ranks)


class TestResponses:
    def test_every_answer_of_regular_items_once(self, session: Session) -> None:
        study = opened_study(session, Design.PAIRWISE, prompts=5)
        responses = read_columns(session, study).responses
        stored = session.scalars(select(Response).order_by(Response.prompt_id, Response.id)).all()
        assert responses.id.tolist() == [one.id for one in stored]
        assert responses.prompt.tolist() == [n for n in range(5) for _ in VARIANTS]
        assert responses.variant.tolist() == [0, 1, 2] * 5
        assert responses.features.shape == (15, len(FEATURES))
        assert responses.features.tolist() == [list(features_of(one.text)) for one in stored]

    def test_introductions(self, session: Session) -> None:
        study = judged_study(session, prompts=3)
        one = session.scalars(select(Response)).all()[4]
        one.introduces_itself = "I am"
        session.flush()
        responses = read_columns(session, study).responses
        assert responses.id[responses.introduces_itself].tolist() == [one.id]
        assert agree(session, study) == 9


class TestArrays:
    def test_how_they_are_kept(self, session: Session) -> None:
        """Small types: a million judgements have to fit beside everything else."""
        columns = read_columns(session, judged_study(session, prompts=2))
        one = columns.criteria[0]
        sizes = [a.itemsize for a in (columns.shown, columns.response, one.ranks, one.scores)]
        assert sizes == [2, 4, 1, 2]
        assert np.diff(columns.item).min() >= 0
