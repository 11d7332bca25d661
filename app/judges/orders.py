"""The two orders in which a judge sees an item: one drawn, one its reverse."""

from sqlalchemy.orm import Session

from app.assignment import slot_order
from app.blinding import RatingPage, preview_page
from app.tables import Item, Judge, Response, Study


def in_order(judge: Judge, item: Item, *, is_reversed: bool) -> list[Response]:
    """The item's responses as the judge sees them: the same whenever it is asked for."""
    responses = [member.response for member in item.responses]
    members = [response.run_variant_id for response in responses]
    order = slot_order(
        members, {}, {}, seed=judge.study.seed, item=item.position, rater=judge.drawn.public_id
    )
    shown = [responses[place] for place in order]
    return shown[::-1] if is_reversed else shown


def judge_page(session: Session, judge: Judge, item: Item, *, is_reversed: bool) -> RatingPage:
    """What a rater would see in this order; the judge's prompt is made of nothing else."""
    study = session.get_one(Study, judge.study_id)
    shown = in_order(judge, item, is_reversed=is_reversed)
    return preview_page(study, item.prompt, shown, is_stripped=item.is_stripped)
