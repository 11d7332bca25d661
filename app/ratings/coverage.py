"""Which items are open to a rater: by the study's coverage, and not had by them yet."""

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import aliased

from app.ratings.access import Rater
from app.studies import is_counted
from app.tables import Assignment, Coverage, Item, ItemKind, ListedItem, Study


def had(rater: Rater) -> ColumnElement[bool]:
    """Of an `Item`: this rater judged or reserved it."""
    theirs = aliased(Assignment)
    return (
        exists()
        .where(theirs.item_id == Item.id, theirs.account_id == rater.account.id)
        .correlate(Item)
    )


def taken(study: Study) -> ColumnElement[int]:
    """Of an `Item`: judgements that count, and reservations."""
    count = select(func.count(Assignment.id)).where(
        Assignment.item_id == Item.id, is_counted(study)
    )
    return count.correlate(Item).scalar_subquery()


def may_have_more(rater: Rater, regular: int) -> bool:
    """So many regular items were had: the rater's quota allows another."""
    quota = rater.invitation.quota
    return quota is None or regular < quota


def is_open(rater: Rater) -> ColumnElement[bool]:
    """Of an `Item`: it waits for a judgement of this rater."""
    regular = and_(Item.study_id == rater.study.id, Item.kind == ItemKind.REGULAR, ~had(rater))
    match rater.study.coverage:
        case Coverage.EVERYONE:
            return regular
        case Coverage.LISTED:
            return and_(regular, _is_listed(rater))
        case Coverage.BALANCED:
            return and_(regular, taken(rater.study) < rater.study.ratings_per_item)


def _is_listed(rater: Rater) -> ColumnElement[bool]:
    listed = exists().where(
        ListedItem.item_id == Item.id, ListedItem.account_id == rater.account.id
    )
    return listed.correlate(Item)
