"""What simulated raters see of a study: its answers as columns, and where the rules hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.simulation.rules import Rule
from app.tables import Item, ItemKind, ItemResponse, Prompt, Response, Study

Integers = NDArray[np.integer[Any]]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ItemAnswers:
    """`places`: of its answers among all, in the order of the variants."""

    id: int
    position: int
    places: tuple[int, ...]


@dataclass(frozen=True)
class Answers:
    """R answers, in the order of the items. `variants`: names, in the study's order.

    (R,): `response` (ids), `variant` (place in `variants`), `doublings` (log2 of the words),
    `meets[criterion]` (the criterion's rule holds). `texts`: R of them.
    """

    variants: tuple[str, ...]
    items: tuple[ItemAnswers, ...]
    response: Integers
    variant: Integers
    doublings: Floats
    texts: tuple[str, ...]
    meets: Mapping[str, Booleans]


def read_answers(session: Session, study: Study, rules: Mapping[str, Rule]) -> Answers:
    """Those of the study's regular items."""
    members = {one.run_variant_id: place for place, one in enumerate(study.variants)}
    found: dict[int, tuple[Prompt, str, int]] = {}
    items: dict[tuple[int, int], list[int]] = {}
    for item, position, response, member, text, prompt in session.execute(_query(study)):
        found.setdefault(response, (prompt, text, members[member]))
        items.setdefault((item, position), []).append(response)
    place = {response: number for number, response in enumerate(found)}
    asked = {criterion.key for criterion in study.criteria}
    return Answers(
        variants=tuple(one.run_variant.variant.name for one in study.variants),
        items=tuple(
            ItemAnswers(*key, tuple(place[one] for one in responses))
            for key, responses in items.items()
        ),
        response=np.array(list(found), dtype=np.int64),
        variant=np.array([variant for _, _, variant in found.values()], dtype=np.intp),
        doublings=np.array([log2(1 + len(text.split())) for _, text, _ in found.values()]),
        texts=tuple(text for _, text, _ in found.values()),
        meets={
            key: np.array(
                [rule(prompt, text) for prompt, text, _ in found.values()], dtype=np.bool_
            )
            for key, rule in rules.items()
            if key in asked
        },
    )


def _query(study: Study) -> Any:
    return (
        select(Item.id, Item.position, Response.id, Response.run_variant_id, Response.text, Prompt)
        .join(ItemResponse, ItemResponse.item_id == Item.id)
        .join(Response, Response.id == ItemResponse.response_id)
        .join(Prompt, Prompt.id == Item.prompt_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
        .order_by(Item.position, ItemResponse.position)
    )
