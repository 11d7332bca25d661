"""What the judgements of a study are about: fixed when it is opened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.results.arrays import LARGEST, chunks, fetch, named
from app.results.columns import FEATURES, Booleans, Floats, PromptRef, ResponseColumns
from app.results.features import feature_table
from app.results.lookup import Lookup
from app.results.packing import Integers, Number
from app.results.records import VariantRef, study_variants
from app.stripping import strip
from app.tables import Item, ItemKind, ItemResponse, Prompt, Response, Study

_TEXTS = 1000  # answers in memory at a time


@dataclass(frozen=True)
class Outline:
    """Regular items only. Shape (items,): `item` the sorted ids, `position` from 0, `prompt` places
    in `prompts`, `stripped` whether they are shown so. `criteria`: the id of each by its key.
    `slots`: answers of an item at most.
    """

    variants: tuple[VariantRef, ...]
    criteria: dict[str, int]
    prompts: tuple[PromptRef, ...]
    responses: ResponseColumns
    item: Integers
    position: Integers
    prompt: Integers
    stripped: Booleans
    slots: int


def read_outline(session: Session, study: Study) -> Outline:
    variants = study_variants(session, study)
    items = _items(session, study)
    prompt_ids = np.unique(items[:, 2])
    of_items = Number(ItemResponse.response_id, 0, LARGEST)
    answers = fetch(session, ItemResponse.item_id, items[:, 0], of_items)
    return Outline(
        variants=tuple(variants.values()),
        criteria={one.key: one.id for one in study.criteria},
        prompts=_prompts(session, prompt_ids),
        responses=_responses(
            session,
            np.unique(answers[:, 1]),
            list(variants),
            prompt_ids,
            set(items[items[:, 3] == 1, 2].tolist()),
        ),
        item=items[:, 0],
        position=items[:, 1],
        prompt=Lookup(prompt_ids).of(items[:, 2]),
        stripped=items[:, 3] == 1,
        slots=int(np.bincount(Lookup(items[:, 0]).of(answers[:, 0])).max(initial=0)),
    )


def _items(session: Session, study: Study) -> Integers:
    """Shape (items, 4): id, position, prompt's id, 1 where it is stripped; by id."""
    columns = (
        Number(case((Item.kind == ItemKind.REGULAR, 0), else_=1), 0, 1),
        *(Number(column, 0, LARGEST) for column in (Item.id, Item.position, Item.prompt_id)),
        Number(case((Item.is_stripped, 1), else_=0), 0, 1),
    )
    rows = fetch(session, Item.study_id, np.array([study.id]), *columns)
    rows = rows[rows[:, 1] == 0, 2:]
    return np.asarray(rows[np.argsort(rows[:, 0])])


def _prompts(session: Session, ids: Integers) -> tuple[PromptRef, ...]:
    """In the order of the ids, which is that of the prompt set."""
    return tuple(
        PromptRef(key, category)
        for chunk in chunks(ids)
        for key, category in session.execute(
            select(Prompt.key, Prompt.category).where(named(Prompt.id, chunk)).order_by(Prompt.id)
        )
    )


def _responses(
    session: Session,
    ids: Integers,
    members: list[int],
    prompt_ids: Integers,
    stripped: Collection[int],
) -> ResponseColumns:
    """By prompt, then variant. `members`: the run variants, in the study's order; `stripped`: the
    prompts whose answers are shown so."""
    facts, features = [np.empty((0, 4), dtype=np.int64)], [np.empty((0, len(FEATURES)))]
    deleted = [np.empty(0)]
    for chunk in chunks(ids):
        query = (
            select(
                Response.id,
                Response.run_variant_id,
                Response.prompt_id,
                Response.introduces_itself.is_not(None),
                Response.text,
            )
            .where(named(Response.id, chunk))
            .order_by(Response.id)
        )
        for rows in session.execute(query).partitions(_TEXTS):
            facts.append(np.array([row[:4] for row in rows], dtype=np.int64))
            shown = [strip(row[4]).text if row[2] in stripped else row[4] for row in rows]
            features.append(feature_table(shown))
            deleted.append(_deleted([row[4] for row in rows], shown))
    id_, member, of_prompt, introduces = np.concatenate(facts).T
    variant, prompt = Lookup(np.array(members)).of(member), Lookup(prompt_ids).of(of_prompt)
    order = np.lexsort((id_, variant, prompt))
    return ResponseColumns(
        id=id_[order],
        variant=variant[order],
        prompt=prompt[order],
        introduces_itself=introduces[order].astype(np.bool_),
        features=np.concatenate(features)[order],
        deleted=np.concatenate(deleted)[order],
    )


def _deleted(stored: Sequence[str], shown: Sequence[str]) -> Floats:
    """The share of each text's characters that is not shown."""
    lengths = np.array([(len(one), len(other)) for one, other in zip(stored, shown, strict=True)])
    before, after = lengths.reshape(-1, 2).T
    return np.asarray((before - after) / np.maximum(before, 1), dtype=np.float64)
