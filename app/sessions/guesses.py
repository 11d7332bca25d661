"""Which answer came from which kind of variant? Asked of a few items that the rater has judged."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.assignment import draw
from app.db import now
from app.errors import InvalidInput, Problem
from app.i18n import gettext
from app.ratings import Rater
from app.studies import asks_kinds, kinds_of
from app.tables import (
    Account,
    Assignment,
    Guess,
    Invitation,
    Item,
    ItemKind,
    Part,
    QuestionnaireReply,
    RaterKind,
    Response,
    RunVariant,
    Slot,
    Study,
    Variant,
    VariantKind,
)

MOST_ITEMS = 5


@dataclass(frozen=True)
class GuessRow:
    """What a rater took an answer for; `item` counts from 1, None is "I cannot say"."""

    account: int
    item: int
    slot: int
    variant: str
    kind: VariantKind
    guess: VariantKind | None


def tell_kinds(rater: Rater) -> None:
    """Notes that the rater is asked for kinds now, which tells them: they judge no more."""
    if asks_kinds(rater.study):
        rater.invitation.told_kinds_at = rater.invitation.told_kinds_at or now()


def items_to_guess(session: Session, rater: Rater) -> list[Assignment]:
    """At most five regular items that the rater judged, drawn by the study's seed; none where the
    study does not ask."""
    if not asks_kinds(rater.study):
        return []
    query = (
        select(Item.position, Assignment.id)
        .join(Assignment, Assignment.item_id == Item.id)
        .where(
            Item.study_id == rater.study.id,
            Item.kind == ItemKind.REGULAR,
            Assignment.account_id == rater.account.id,
            Assignment.submitted_at.is_not(None),
        )
    )
    seed, name = rater.study.seed, rater.account.public_id
    judged = sorted(session.execute(query), key=lambda row: draw(seed, name, "kinds", row[0]))
    return [session.get_one(Assignment, key) for _, key in judged[:MOST_ITEMS]]


def parse_guesses(
    session: Session, rater: Rater, fields: Mapping[str, str]
) -> dict[int, VariantKind | None]:
    """Slot -> what was said of the answer in it, of those that the form asked of. An empty field is
    "I cannot say". Raises InvalidInput for what is no kind of the study."""
    kinds = {"": None, **{kind.value: kind for kind in kinds_of(rater.study)}}
    said = {
        slot: fields.get(f"kind-{own.public_id}-{slot.number}")
        for own in items_to_guess(session, rater)
        for slot in own.slots
    }
    wrong = [slot.number for slot, kind in said.items() if kind is not None and kind not in kinds]
    if wrong:
        where = gettext("Answer %(number)s") % {"number": wrong[0]}
        problem = Problem(where, gettext("choose one of the options."))
        raise InvalidInput(gettext("Some answers are missing."), [problem])
    return {slot.id: kinds[kind] for slot, kind in said.items() if kind is not None}


def read_guesses(session: Session, study: Study) -> list[GuessRow]:
    """Those sent with the newest reply of each person, by rater, item and slot."""
    newest = (
        select(func.max(QuestionnaireReply.id))
        .join(Invitation, Invitation.id == QuestionnaireReply.invitation_id)
        .where(Invitation.study_id == study.id, QuestionnaireReply.part == Part.AFTER)
        .group_by(QuestionnaireReply.invitation_id)
    )
    query = (
        select(
            Assignment.account_id,
            Item.position + 1,
            Slot.number,
            Variant.name,
            Variant.kind,
            Guess.kind,
        )
        .join(Slot, Slot.id == Guess.slot_id)
        .join(Assignment, Assignment.id == Slot.assignment_id)
        .join(Account, Account.id == Assignment.account_id)
        .join(Item, Item.id == Assignment.item_id)
        .join(Response, Response.id == Slot.response_id)
        .join(RunVariant, RunVariant.id == Response.run_variant_id)
        .join(Variant, Variant.id == RunVariant.variant_id)
        .where(Guess.reply_id.in_(newest), Account.rater_kind == RaterKind.HUMAN)
        .order_by(Account.id, Item.position, Slot.number)
    )
    return [GuessRow(*row) for row in session.execute(query)]
