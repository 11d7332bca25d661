"""What simulated raters see of a study: its answers as columns, and where the rules hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.simulation.rules import Place, Rule, longest_sentence
from app.stripping import Stripped
from app.studies import shown_form
from app.tables import Item, ItemKind, ItemResponse, Prompt, Response, Study

Integers = NDArray[np.integer[Any]]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ItemAnswers:
    """`places`: of its answers among all, in the order of the variants. `is_stripped`: they are
    shown without openers and formatting."""

    id: int
    position: int
    is_stripped: bool
    places: tuple[int, ...]


@dataclass(frozen=True)
class Answers:
    """R answers, in the order of the items. `variants`: names, in the study's order.

    (R,): `response` (ids), `variant` (place in `variants`), `doublings` (log2 of the words),
    `meets[criterion]` (the criterion's rule holds), all of what raters are shown: R of `shown`, and
    of `wrong`, where in it a mark goes if it is wrong.
    """

    variants: tuple[str, ...]
    items: tuple[ItemAnswers, ...]
    response: Integers
    variant: Integers
    doublings: Floats
    shown: tuple[Stripped, ...]
    wrong: tuple[tuple[int, int], ...]
    meets: Mapping[str, Booleans]


def read_answers(
    session: Session, study: Study, rules: Mapping[str, Rule], wrong: Place = longest_sentence
) -> Answers:
    """Those of the study's regular items."""
    members = {one.run_variant_id: place for place, one in enumerate(study.variants)}
    found: dict[int, tuple[Prompt, Stripped, int]] = {}
    items: dict[tuple[int, int, bool], list[int]] = {}
    for *item, response, member, text, prompt in session.execute(_query(study)):
        key = (item[0], item[1], item[2])
        if response not in found:
            shown = shown_form(study, text, is_stripped=item[2])
            found[response] = (prompt, shown, members[member])
        items.setdefault(key, []).append(response)
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
        doublings=np.array([log2(1 + len(one.text.split())) for _, one, _ in found.values()]),
        shown=tuple(one for _, one, _ in found.values()),
        wrong=tuple(wrong(prompt, one.text) for prompt, one, _ in found.values()),
        meets={
            key: np.array(
                [rule(prompt, one.text) for prompt, one, _ in found.values()], dtype=np.bool_
            )
            for key, rule in rules.items()
            if key in asked
        },
    )


def _query(study: Study) -> Any:
    of_item = (Item.id, Item.position, Item.is_stripped)
    return (
        select(*of_item, Response.id, Response.run_variant_id, Response.text, Prompt)
        .join(ItemResponse, ItemResponse.item_id == Item.id)
        .join(Response, Response.id == ItemResponse.response_id)
        .join(Prompt, Prompt.id == Item.prompt_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
        .order_by(Item.position, ItemResponse.position)
    )
