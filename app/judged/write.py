"""A plan into the database, in bulk. Everything has been checked before."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bulk import Rows, add_leaves, add_rows
from app.db import Base, now
from app.judged.plan import Plan, PlannedAssignment, Revision
from app.judged.shapes import Batch, Said
from app.prompts import add_prompt_set
from app.tables import (
    Account,
    Assignment,
    Criterion,
    Invitation,
    Item,
    ItemResponse,
    Judgement,
    Mark,
    Prompt,
    RaterKind,
    Response,
    Role,
    Run,
    RunState,
    RunVariant,
    Slot,
    SlotVerdict,
    Study,
    StudyState,
    StudyVariant,
    Variant,
    VariantKind,
    Verdict,
)

NO_TEXT = "no text in the file"

Progress = Callable[[int, int], None]
"""Told (rows written, rows in all), now and then."""


class Writer:
    """Rows, not objects: an import has more than a million."""

    def __init__(self, session: Session, plan: Plan, batch: Batch, progress: Progress) -> None:
        self._session = session
        self._plan = plan
        self._batch = batch
        self._progress = progress
        self._done = 0
        self._total = _size(plan)
        self._now = now()

    def write(self, name: str) -> Study:
        """The study, closed, with all that it stands on."""
        run = self._run(name)
        members = self._variants(run)
        responses = self._responses(run, members)
        study = self._study(name, run, members)
        items = self._items(study, run, responses)
        raters = self._raters(study)
        slots = self._assignments(items, raters, responses)
        self._judgements(study, slots)
        self._progress(self._total, self._total)
        return study

    # --- what was answered ------------------------------------------------------------------------

    def _run(self, name: str) -> Run:
        prompts = add_prompt_set(
            self._session, name=name, source=self._batch.name, prompts=self._plan.prompts
        )
        run = Run(
            name=name,
            prompt_set=prompts,
            samples=1 + max(response.sample for response in self._plan.responses),
            imported=True,
            state=RunState.DONE,
            started_at=self._now,
            finished_at=self._now,
        )
        self._session.add(run)
        return run

    def _variants(self, run: Run) -> list[RunVariant]:
        for position, (name, kind) in enumerate(self._plan.variants.items()):
            source = {"recorded": True, "files": self._batch.files}
            member = RunVariant(
                variant=self._frozen(name, kind, {**source, "name": name, "kind": kind.value}),
                position=position,
                state=RunState.DONE,
                provenance=source,
            )
            run.variants.append(member)
        self._session.flush()
        return list(run.variants)

    def _frozen(self, name: str, kind: VariantKind, spec: dict[str, Any]) -> Variant:
        """The same files imported again are the same variant."""
        digest = hashlib.sha256(json.dumps(spec, sort_keys=True).encode()).hexdigest()
        same = (Variant.name == name, Variant.content_hash == digest)
        found = self._session.scalar(select(Variant).where(*same))
        return found or Variant(name=name, kind=kind, content_hash=digest, spec=spec)

    def _prompt_ids(self, run: Run) -> list[int]:
        mine = Prompt.prompt_set_id == run.prompt_set.id
        return list(self._session.scalars(select(Prompt.id).where(mine).order_by(Prompt.position)))

    def _responses(self, run: Run, members: Sequence[RunVariant]) -> list[int]:
        prompts = self._prompt_ids(run)
        rows = (
            {
                "run_variant_id": members[response.variant].id,
                "prompt_id": prompts[response.prompt],
                "sample": response.sample,
                "text": response.text or "",
                "finish_reason": NO_TEXT if response.text is None else None,
                "introduces_itself": response.introduces_itself,
            }
            for response in self._plan.responses
        )
        return self._add(Response, rows, "run_variant_id", "prompt_id", "sample")

    # --- the study --------------------------------------------------------------------------------

    def _study(self, name: str, run: Run, members: Sequence[RunVariant]) -> Study:
        plan, told, times = self._plan, self._batch.definition, self._times()
        study = Study(
            public_id=secrets.token_urlsafe(12),
            name=name,
            run_id=run.id,
            state=StudyState.CLOSED,
            design=plan.design,
            block_size=plan.block_size,
            ratings_per_item=told.ratings_per_item or plan.most_raters,
            instructions=told.instructions,
            show_reference=told.show_reference,
            markdown=told.markdown,
            strip_half=any(item.is_stripped for item in plan.items),
            stripping_rule=told.stripping_rule,
            imported=True,
            seed=0,
            version=1,
            opened_at=min(times, default=self._now),
            closed_at=max(times, default=self._now),
        )
        study.criteria = [
            Criterion(position=position, **form.model_dump())
            for position, form in enumerate(plan.criteria.values())
        ]
        study.variants = [
            StudyVariant(position=position, run_variant_id=member.id)
            for position, member in enumerate(members)
        ]
        self._session.add(study)
        self._session.flush()
        return study

    def _times(self) -> list[datetime]:
        return [ballot.at for ballot in self._batch.ballots if ballot.at is not None]

    def _items(self, study: Study, run: Run, responses: Sequence[int]) -> list[int]:
        prompts = self._prompt_ids(run)
        items = self._plan.items
        ids = self._add(
            Item,
            (
                {
                    "study_id": study.id,
                    "prompt_id": prompts[item.prompt],
                    "position": item.position,
                    "is_stripped": item.is_stripped,
                }
                for item in items
            ),
            "position",
        )
        self._add_leaves(
            ItemResponse,
            (
                {"item_id": item_id, "response_id": responses[response], "position": place}
                for item_id, item in zip(ids, items, strict=True)
                for place, response in enumerate(item.responses)
            ),
        )
        return ids

    # --- who said what ----------------------------------------------------------------------------

    def _raters(self, study: Study) -> list[int]:
        """Pseudonyms that nobody can sign in as; the admin finds the file's name beside them."""
        tag = secrets.token_hex(4)  # keeps pseudonyms unique over studies
        accounts = self._add(
            Account,
            (
                {
                    "role": Role.RATER,
                    "rater_kind": self._plan.others.get(name or "", RaterKind.HUMAN),
                    "name": f"rater {number} ({tag})",
                    "session_epoch": 1,
                    "disabled_at": self._now,
                }
                for number, name in enumerate(self._plan.raters, start=1)
            ),
            "name",
        )
        # Membership in the study, without a link: it is revoked from the beginning.
        self._add_leaves(
            Invitation,
            (
                {
                    "study_id": study.id,
                    "account_id": account,
                    "external_id": name,
                    "revoked_at": self._now,
                }
                for account, name in zip(accounts, self._plan.raters, strict=True)
            ),
        )
        return accounts

    def _assignments(
        self, items: Sequence[int], raters: Sequence[int], responses: Sequence[int]
    ) -> list[tuple[int, list[int]]]:
        """(assignment id, the ids of its slots) for each of the plan."""
        planned = self._plan.assignments
        ids = self._add(
            Assignment,
            (
                {
                    "item_id": items[one.item],
                    "account_id": raters[one.rater],
                    "position": self._plan.items[one.item].position,
                    "submitted_at": self._first_time(one),
                }
                for one in planned
            ),
            "item_id",
            "account_id",
        )
        slots = self._add(
            Slot,
            (
                {"assignment_id": assignment, "number": number, "response_id": responses[response]}
                for assignment, one in zip(ids, planned, strict=True)
                for number, response in enumerate(one.shown, start=1)
            ),
            "assignment_id",
            "number",
        )
        numbers = iter(slots)
        return [
            (assignment, list(islice(numbers, len(one.shown))))
            for assignment, one in zip(ids, planned, strict=True)
        ]

    def _first_time(self, planned: PlannedAssignment) -> datetime:
        return planned.revisions[0].ballot.at or self._now

    def _judgements(self, study: Study, slots: Sequence[tuple[int, list[int]]]) -> None:
        criteria = {c.key: c.id for c in study.criteria}
        keys = {name: criteria[form.key] for name, form in self._plan.criteria.items()}
        told = [
            (assignment, mine, revision)
            for (assignment, mine), planned in zip(slots, self._plan.assignments, strict=True)
            for revision in planned.revisions
        ]
        judgements = self._add(
            Judgement, (self._judgement(a, r) for a, _, r in told), "assignment_id", "revision"
        )
        said = [
            (judgement, name, verdict, mine, revision.slots)
            for judgement, (_, mine, revision) in zip(judgements, told, strict=True)
            for name, verdict in revision.ballot.said.items()
        ]
        verdicts = self._add(
            Verdict,
            (
                {
                    "judgement_id": judgement,
                    "criterion_id": keys[name],
                    "outcome": verdict.outcome,
                    "value": verdict.value,
                    "text": verdict.text,
                }
                for judgement, name, verdict, _, _ in said
            ),
            "judgement_id",
            "criterion_id",
        )
        said_of_slots = (
            row
            for verdict_id, (_, _, verdict, mine, order) in zip(verdicts, said, strict=True)
            for row in _slot_rows(verdict_id, verdict, mine, order)
        )
        self._add_leaves(SlotVerdict, said_of_slots)
        marks = (
            row
            for judgement, (_, mine, revision) in zip(judgements, told, strict=True)
            for row in _mark_rows(judgement, revision, mine)
        )
        self._add_leaves(Mark, marks)

    def _judgement(self, assignment: int, revision: Revision) -> dict[str, Any]:
        ballot = revision.ballot
        return {
            "assignment_id": assignment,
            "revision": revision.number,
            "comment": ballot.comment,
            "duration_ms": ballot.duration_ms,
            "submitted_at": ballot.at or self._now,
        }

    def _add(self, table: type[Base], rows: Rows, *key: str) -> list[int]:
        return add_rows(self._session, table, rows, *key, tell=self._tell)

    def _add_leaves(self, table: type[Base], rows: Rows) -> None:
        add_leaves(self._session, table, rows, tell=self._tell)

    def _tell(self, count: int) -> None:
        self._done += count
        self._progress(min(self._done, self._total), self._total)


def _size(plan: Plan) -> int:
    """Rows that are told of: all but a few."""
    responses = len(plan.responses) + 2 * len(plan.raters)
    items = sum(1 + len(item.responses) for item in plan.items)
    assignments = sum(1 + len(one.shown) for one in plan.assignments)
    revisions = [revision.ballot for one in plan.assignments for revision in one.revisions]
    verdicts = sum(1 + len(b.said) * (1 + len(b.shown)) for b in revisions)
    return responses + items + assignments + verdicts + sum(len(b.marks) for b in revisions)


def _mark_rows(
    judgement: int, revision: Revision, slots: Sequence[int]
) -> Iterator[dict[str, Any]]:
    for mark in revision.ballot.marks:
        slot = slots[revision.slots.index(mark.answer - 1)]
        yield {"judgement_id": judgement, "slot_id": slot, **mark.model_dump(exclude={"answer"})}


def _slot_rows(
    verdict_id: int, said: Said, slots: Sequence[int], order: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """`order`: for each slot, the place of its answer in the ballot."""
    for slot, place in zip(slots, order, strict=True):
        told = {"rank": said.ranks[place], "score": said.scores[place], "text": said.texts[place]}
        if any(value is not None for value in told.values()):
            yield {"verdict_id": verdict_id, "slot_id": slot, **told}
