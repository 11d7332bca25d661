"""Choosing the next pair by uncertainty: what is known so far about every pair of variants."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from app.assignment import Candidate, uncertainty
from app.studies import is_counted, is_of
from app.tables import (
    Assignment,
    Criterion,
    Item,
    ItemKind,
    ItemResponse,
    Judgement,
    Outcome,
    RaterKind,
    Response,
    Slot,
    SlotVerdict,
    Study,
    Verdict,
)

Pair = tuple[int, ...]  # run variants, sorted
Standing = tuple[float, float]  # comparisons, and points of the first: a win 1, a tie 1/2


def most_uncertain(
    session: Session, study: Study, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates of the pair that is known least on the criterion that is known least."""
    everywhere = _pairs(session, study)
    pairs = {one.item_id: everywhere[one.item_id] for one in candidates}
    standings = _standings(session, study)
    pending = _pending(session, study)

    def doubt(pair: Pair) -> float:
        known = standings.get(pair, {}).values() or [(0.0, 0.0)]
        waiting = pending.get(pair, 0)  # as ties: who judges now will add to it
        return max(uncertainty(n + waiting, points + waiting / 2) for n, points in known)

    doubts = {pair: doubt(pair) for pair in set(pairs.values())}
    highest = max(doubts.values(), default=0.0)
    return [one for one in candidates if doubts[pairs[one.item_id]] == highest]


def _pairs(session: Session, study: Study) -> dict[int, Pair]:
    """item -> its pair. Of the whole study: databases take only so many ids in one query."""
    query = (
        select(ItemResponse.item_id, Response.run_variant_id)
        .join(Response, Response.id == ItemResponse.response_id)
        .join(Item, Item.id == ItemResponse.item_id)
        .where(Item.study_id == study.id)
    )
    members: defaultdict[int, list[int]] = defaultdict(list)
    for item, variant in session.execute(query):
        members[item].append(variant)
    return {item: tuple(sorted(variants)) for item, variants in members.items()}


def _pending(session: Session, study: Study) -> dict[Pair, int]:
    """pair -> items of it that somebody is judging now."""
    query = (
        select(Assignment.id, Response.run_variant_id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Slot, Slot.assignment_id == Assignment.id)
        .join(Response, Response.id == Slot.response_id)
        .where(
            Item.study_id == study.id,
            Assignment.submitted_at.is_(None),
            is_of(study, RaterKind.HUMAN),
        )
    )
    shown: defaultdict[int, list[int]] = defaultdict(list)
    for assignment, variant in session.execute(query):
        shown[assignment].append(variant)
    counts: defaultdict[Pair, int] = defaultdict(int)
    for variants in shown.values():
        counts[tuple(sorted(variants))] += 1
    return counts


def _standings(session: Session, study: Study) -> dict[Pair, dict[int, Standing]]:
    """pair -> criterion -> how it stands, by the latest revisions."""
    said: defaultdict[tuple[int, int], list[tuple[int, int | None]]] = defaultdict(list)
    for assignment, criterion, variant, rank in session.execute(_ranks(study)):
        said[assignment, criterion].append((variant, rank))
    standings: defaultdict[Pair, dict[int, Standing]] = defaultdict(dict)
    for (_, criterion), ranks in said.items():
        (first, mine), (second, other) = sorted(ranks)
        if mine is not None and other is not None:
            n, points = standings[first, second].get(criterion, (0.0, 0.0))
            won = 0.5 if mine == other else float(mine < other)
            standings[first, second][criterion] = (n + 1, points + won)
    return standings


def _ranks(study: Study) -> Select[int, int, int, int | None]:
    """(assignment, criterion, run variant, rank) of the judgements that count."""
    newest = (
        select(Judgement.assignment_id, func.max(Judgement.revision).label("revision"))
        .join(Assignment, Assignment.id == Judgement.assignment_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR, is_counted(study))
        .group_by(Judgement.assignment_id)
        .subquery()
    )
    this = and_(
        Judgement.assignment_id == newest.c.assignment_id,
        Judgement.revision == newest.c.revision,
    )
    return (
        select(
            Judgement.assignment_id, Verdict.criterion_id, Response.run_variant_id, SlotVerdict.rank
        )
        .join(newest, this)
        .join(Verdict, Verdict.judgement_id == Judgement.id)
        .join(Criterion, Criterion.id == Verdict.criterion_id)
        .join(SlotVerdict, SlotVerdict.verdict_id == Verdict.id)
        .join(Slot, Slot.id == SlotVerdict.slot_id)
        .join(Response, Response.id == Slot.response_id)
        .where(Criterion.asks_preference, Verdict.outcome != Outcome.CANNOT_JUDGE)
    )
