"""The study as a rater would see it, for the admin; works on drafts and stores nothing."""

from sqlalchemy.orm import Session

from app.assignment import slot_order
from app.blinding import RatingPage, preview_page
from app.errors import NotFound
from app.studies import plan_items
from app.tables import Prompt, Response, Study


def preview(session: Session, study: Study, number: int) -> tuple[RatingPage, int]:
    """-> (the page of item `number`, from 1; how many items there are). Raises NotFound."""
    items = plan_items(session, study).items
    if not 1 <= number <= len(items):
        raise NotFound(
            "There is no such item to preview.",
            hint="Items need a prompt that all chosen variants have answered.",
        )
    item = items[number - 1]
    responses = [session.get_one(Response, response_id) for response_id in item.response_ids]
    members = [response.run_variant_id for response in responses]
    order = slot_order(members, {}, {}, seed=study.seed, item=number - 1, rater="preview")
    shuffled = [responses[index] for index in order]
    return preview_page(study, session.get_one(Prompt, item.prompt_id), shuffled), len(items)
