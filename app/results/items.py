"""The items of a study with everything said about them, unblinded: for analysts only."""

import enum
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import AskedScale, asked_scale
from app.markup import plain_to_html, to_html
from app.results.columns import (
    NOTHING,
    OUTCOMES,
    CriterionColumns,
    Integers,
    JudgementColumns,
)
from app.results.disagreement import Disagreement, disagreement
from app.results.records import VariantRef
from app.results.votes import votes_on
from app.stripping import strip
from app.studies import rule_note
from app.tables import Criterion, Item, ItemKind, MarkKind, Outcome, Prompt, Response, Study


class Order(enum.StrEnum):
    """How the browser is sorted; items that fewer than two raters judged come last."""

    DISAGREEMENT = "disagreement"
    AGREEMENT = "agreement"
    ITEM = "item"


@dataclass(frozen=True)
class MarkedView:
    """A marked span in the words of the answer."""

    kind: MarkKind
    text: str
    rater: str


@dataclass(frozen=True)
class AnswerView:
    variant: VariantRef
    html: Markup
    introduces_itself: str | None
    marks: tuple[MarkedView, ...]


@dataclass(frozen=True)
class SaidView:
    """One rater on one criterion. `groups`: places of variants from best to worst, those of a group
    tie; `outcome` says which kind of tie, or that it could not be judged; `scores` in words, by
    variant; `value` of the item as a whole.
    """

    outcome: Outcome | None
    groups: tuple[tuple[VariantRef, ...], ...]
    scores: tuple[tuple[VariantRef, str], ...]
    value: str | None


@dataclass(frozen=True)
class JudgedView:
    """`said` is in the order of the study's criteria."""

    rater: str
    said: tuple[SaidView, ...]


@dataclass(frozen=True)
class ItemView:
    """`disagreement`: the share of `pairs` of raters who differ; None where nobody can.
    `is_stripped`: raters saw the answers without openers and formatting, as they stand here."""

    number: int
    prompt: str
    category: str | None
    reference: str | None
    disagreement: float | None
    pairs: int
    answers: tuple[AnswerView, ...]
    judgements: tuple[JudgedView, ...]
    is_stripped: bool = False


@dataclass(frozen=True)
class ItemsPage:
    """`total` counts the judged items that the filter leaves. `rule_note`: see `StudyResult`."""

    items: tuple[ItemView, ...]
    total: int
    offset: int
    limit: int
    order: Order
    criterion: str | None
    rule_note: str = ""


def items_page(
    session: Session,
    study: Study,
    columns: JudgementColumns,
    *,
    criterion: str | None = None,
    order: Order = Order.DISAGREEMENT,
    offset: int = 0,
    limit: int = 10,
) -> ItemsPage:
    """`columns` are what the filter left; `criterion` by which items are sorted, else the first
    that asks for a preference."""
    asked = [one.key for one in study.criteria if one.asks_preference]
    chosen = criterion if criterion in asked else next(iter(asked), None)
    found = disagreement(votes_on(columns, columns.criterion(chosen))) if chosen else None
    numbers = _sorted(columns, found, order)
    shown = numbers[offset : offset + limit]
    views = _views(session, study, columns, shown, found)
    note = rule_note(study)
    return ItemsPage(tuple(views), len(numbers), offset, limit, order, chosen, note)


def _sorted(columns: JudgementColumns, found: Disagreement | None, order: Order) -> list[int]:
    numbers = np.unique(columns.item)
    if found is None or order is Order.ITEM:
        return [int(number) for number in numbers]
    sign = -1 if order is Order.DISAGREEMENT else 1
    share = dict(zip(found.item.tolist(), (sign * found.share).tolist(), strict=True))
    pairs = dict(zip(found.item.tolist(), found.pairs.tolist(), strict=True))
    last = 2.0  # behind every share
    return sorted(
        map(int, numbers),
        key=lambda number: (share.get(number, last), -pairs.get(number, 0), number),
    )


def _views(
    session: Session,
    study: Study,
    columns: JudgementColumns,
    numbers: Sequence[int],
    found: Disagreement | None,
) -> Iterator[ItemView]:
    prompts = _prompts(session, study, numbers)
    places = np.flatnonzero(np.isin(columns.item, np.array(numbers, dtype=np.int64)))
    of_item: defaultdict[int, list[int]] = defaultdict(list)
    for place in places.tolist():
        of_item[int(columns.item[place])].append(place)
    texts = _texts(session, columns, places)
    differ = {} if found is None else dict(zip(found.item.tolist(), found.share, strict=True))
    pairs = {} if found is None else dict(zip(found.item.tolist(), found.pairs, strict=True))
    for number in numbers:
        prompt, judged = prompts[number], of_item[number]
        is_stripped = bool(columns.stripped[judged[0]])
        yield ItemView(
            number,
            prompt.text,
            prompt.category,
            prompt.reference,
            None if number not in differ else float(differ[number]),
            int(pairs.get(number, 0)),
            tuple(_answers(columns, judged, texts, is_stripped)),
            tuple(_judged(columns, place, study.criteria) for place in judged),
            is_stripped,
        )


def _prompts(session: Session, study: Study, numbers: Sequence[int]) -> dict[int, Prompt]:
    query = (
        select(Item.position, Prompt)
        .join(Prompt, Prompt.id == Item.prompt_id)
        .where(
            Item.study_id == study.id,
            Item.kind == ItemKind.REGULAR,
            Item.position.in_([number - 1 for number in numbers]),
        )
    )
    return {position + 1: prompt for position, prompt in session.execute(query)}


Texts = Mapping[int, tuple[str, str | None]]
"""Place of a response -> its text and the words by which it introduces itself."""


def _texts(session: Session, columns: JudgementColumns, places: Integers) -> Texts:
    shown = np.unique(columns.response[places])
    shown = shown[shown != NOTHING]
    at = dict(zip(columns.responses.id[shown].tolist(), shown.tolist(), strict=True))
    query = select(Response.id, Response.text, Response.introduces_itself).where(
        Response.id.in_(list(at))
    )
    return {at[key]: (text, phrase) for key, text, phrase in session.execute(query)}


def _answers(
    columns: JudgementColumns, judged: Sequence[int], texts: Texts, is_stripped: bool
) -> Iterator[AnswerView]:
    """Of the item, in the order of the study's variants."""
    shown = np.unique(columns.response[judged])
    responses = shown[shown != NOTHING].tolist()
    for response in sorted(responses, key=lambda one: int(columns.responses.variant[one])):
        text, phrase = texts[response]
        marks = tuple(_marked(columns, judged, response, text))
        variant = columns.variants[int(columns.responses.variant[response])]
        html = plain_to_html(strip(text).text) if is_stripped else to_html(text)
        yield AnswerView(variant, html, phrase, marks)


def _marked(
    columns: JudgementColumns, judged: Sequence[int], response: int, text: str
) -> Iterator[MarkedView]:
    marks, kinds = columns.marks, list(MarkKind)
    for place in np.flatnonzero(np.isin(marks.judgement, judged)).tolist():
        judgement = int(marks.judgement[place])
        if int(columns.response[judgement, int(marks.slot[place])]) == response:
            span = text[int(marks.start[place]) : int(marks.end[place])]
            rater = columns.raters[int(columns.rater[judgement])].name
            yield MarkedView(kinds[int(marks.kind[place])], span, rater)


def _judged(columns: JudgementColumns, place: int, criteria: Sequence[Criterion]) -> JudgedView:
    said = tuple(
        _said(columns, place, columns.criterion(one.key), asked_scale(one)) for one in criteria
    )
    return JudgedView(columns.raters[int(columns.rater[place])].name, said)


def _said(
    columns: JudgementColumns, place: int, criterion: CriterionColumns, scale: AskedScale | None
) -> SaidView:
    slots = np.flatnonzero(columns.shown[place] != NOTHING).tolist()
    variants = {slot: columns.variants[int(columns.shown[place, slot])] for slot in slots}
    ranks = {slot: int(criterion.ranks[place, slot]) for slot in slots}
    value = int(criterion.values[place])
    return SaidView(
        OUTCOMES[int(criterion.outcome[place])],
        tuple(
            tuple(variants[slot] for slot in slots if ranks[slot] == rank)
            for rank in sorted({rank for rank in ranks.values() if rank})
        ),
        tuple(
            (variants[slot], scale.words(int(criterion.scores[place, slot])))
            for slot in sorted(slots, key=lambda slot: int(columns.shown[place, slot]))
            if scale and criterion.scores[place, slot] != NOTHING
        ),
        scale.words(value) if scale and value != NOTHING else None,
    )
