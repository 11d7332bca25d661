"""The study as a rater would see it, for the admin; works on drafts and stores nothing."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.assignment import slot_order
from app.blinding import RatingPage, preview_page
from app.errors import NotFound
from app.studies import plan_items
from app.tables import Prompt, Response, Study


@dataclass(frozen=True)
class Previewed:
    """One of so many `items`. `is_stripped`: raters see it without openers and formatting."""

    page: RatingPage
    items: int
    is_stripped: bool


def preview(
    session: Session, study: Study, number: int, *, stripped: bool | None = None
) -> Previewed:
    """Item `number`, from 1, as raters see it or in the form asked for. Raises NotFound."""
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
    prompt = session.get_one(Prompt, item.prompt_id)
    shown = item.is_stripped if stripped is None else stripped
    page = preview_page(study, prompt, shuffled, is_stripped=shown)
    return Previewed(page, len(items), item.is_stripped)
