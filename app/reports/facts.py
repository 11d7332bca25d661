"""What a report says beside the results: who was asked, about what, and what did not count."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import AppError
from app.judges import judges_of
from app.registry import SamplingSpec
from app.results import StudyResult
from app.results.tokens import TokenEvidence
from app.runs import effective_sampling
from app.studies import RaterRow, is_counted, list_raters, versions
from app.tables import (
    Assignment,
    Item,
    ItemKind,
    Judge,
    Judgement,
    Prompt,
    RaterKind,
    RunVariant,
    Study,
    StudyVersion,
)
from app.variants import spec_of


@dataclass(frozen=True)
class PromptFacts:
    """Of the prompts that stand in items; `in_set` counts all of the set. `categories`: (name,
    prompts), "" for those without one."""

    in_set: int
    used: int
    categories: tuple[tuple[str, int], ...]
    with_reference: int
    with_system: int
    with_turns: int


@dataclass(frozen=True)
class Member:
    """A variant of the study as its run has it; `sampling` is None where it was recorded."""

    name: str
    kind: str
    content_hash: str
    spec: dict[str, Any]
    provenance: dict[str, Any]
    sampling: SamplingSpec | None

    @property
    def is_recorded(self) -> bool:
        return bool(self.spec.get("recorded"))


@dataclass(frozen=True)
class Facts:
    """`superseded` counts earlier revisions of judgements that count, as exports do."""

    prompts: PromptFacts
    items: dict[ItemKind, int]
    raters: tuple[RaterRow, ...]
    superseded: int
    members: tuple[Member, ...]
    history: tuple[StudyVersion, ...]
    judges: tuple[Judge, ...]


@dataclass(frozen=True)
class Evidence:
    """All that a report is written from. `tokens`: None where the run is under no lens."""

    study: Study
    result: StudyResult
    facts: Facts
    tokens: TokenEvidence | None = None

    @property
    def kind(self) -> RaterKind:
        return self.result.chosen.kind

    @property
    def was_judged_here(self) -> bool:
        """By people, through Triptych's own pages."""
        return self.kind is RaterKind.HUMAN and not self.study.imported


def read_facts(session: Session, study: Study, kind: RaterKind) -> Facts:
    """`kind`: whose judgements the report is about."""
    return Facts(
        prompts=_prompts(session, study),
        items=_items(session, study),
        raters=tuple(list_raters(session, study, kind)),
        superseded=_superseded(session, study, kind),
        members=tuple(_member(one.run_variant) for one in study.variants),
        history=tuple(reversed(versions(session, study))),
        judges=tuple(judges_of(session, study)) if kind is RaterKind.JUDGE else (),
    )


def _prompts(session: Session, study: Study) -> PromptFacts:
    stands_in_items = select(Item.prompt_id).where(
        Item.study_id == study.id, Item.kind == ItemKind.REGULAR
    )
    used = Prompt.id.in_(stands_in_items)
    by_category = (
        select(func.coalesce(Prompt.category, ""), func.count(Prompt.id))
        .where(used)
        .group_by(func.coalesce(Prompt.category, ""))
    )
    categories = tuple(sorted((name, count) for name, count in session.execute(by_category)))
    columns = select(Prompt.turns, Prompt.reference.is_not(None), Prompt.system.is_not(None))
    rows = session.execute(columns.where(used)).all()
    in_set = select(func.count(Prompt.id)).where(Prompt.prompt_set_id == study.run.prompt_set_id)
    return PromptFacts(
        in_set=session.scalar(in_set) or 0,
        used=len(rows),
        categories=categories,
        with_reference=sum(bool(reference) for _, reference, _ in rows),
        with_system=sum(bool(system) for _, _, system in rows),
        with_turns=sum(bool(turns) for turns, _, _ in rows),
    )


def _items(session: Session, study: Study) -> dict[ItemKind, int]:
    query = (
        select(Item.kind, func.count(Item.id)).where(Item.study_id == study.id).group_by(Item.kind)
    )
    found = {kind: count for kind, count in session.execute(query)}  # noqa: C416 (rows)
    return {kind: found.get(kind, 0) for kind in ItemKind}


def _superseded(session: Session, study: Study, kind: RaterKind) -> int:
    query = (
        select(func.count(Judgement.id) - func.count(Assignment.id.distinct()))
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR, is_counted(study, kind))
    )
    return session.scalar(query) or 0


def _member(member: RunVariant) -> Member:
    variant = member.variant
    return Member(
        name=variant.name,
        kind=variant.kind.value,
        content_hash=variant.content_hash,
        spec=variant.spec,
        provenance=member.provenance,
        sampling=_sampling(member),
    )


def _sampling(member: RunVariant) -> SamplingSpec | None:
    try:
        return effective_sampling(member.run, spec_of(member.variant))
    except AppError:  # nothing can be asked again: the answers were recorded
        return None
