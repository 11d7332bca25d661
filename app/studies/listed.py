"""An explicit list of who judges what, from a file with the columns rater and prompt."""

from collections import defaultdict
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.readers import Row, Rows, read_rows
from app.tables import (
    Account,
    Coverage,
    Invitation,
    Item,
    ItemKind,
    ListedItem,
    Prompt,
    RaterKind,
    Study,
    StudyState,
)

Pairs = list[tuple[int, int]]  # (account, item)


def import_list(
    session: Session, study: Study, *, filename: str, data: BinaryIO | Path | bytes
) -> int:
    """Adds to the study's list, all of the file or nothing -> how many items were listed.

    Each row gives a rater all items of a prompt, in the order of the file. Raises Conflict where
    the study has no list or is not open, InvalidInput naming every bad line.
    """
    if study.coverage is not Coverage.LISTED or study.state is not StudyState.OPEN:
        raise Conflict(
            f"{study.name} takes no list now.",
            hint="Choose 'By a list' in the draft, open the study and invite the raters first.",
        )
    rows = read_rows(filename, data)
    pairs = _pairs(session, study, rows)
    rows.raise_if_any()
    _store(session, study, pairs)
    return len(pairs)


def _pairs(session: Session, study: Study, rows: Rows) -> Pairs:
    raters, items = _raters(session, study), _items(session, study)
    seen = _listed(session, study)
    pairs: Pairs = []
    for row in rows.rows:
        account, found = raters.get(_text(row, "rater")), items.get(_text(row, "prompt"), [])
        if _is_sound(rows, row, account, found) and account is not None:
            new = [(account, item) for item in found if (account, item) not in seen]
            if len(new) < len(found):
                rows.problem(row.where, "gives this rater this prompt again.", "Remove the line.")
            pairs += new
            seen.update(new)
    return pairs


def _is_sound(rows: Rows, row: Row, account: int | None, items: list[int]) -> bool:
    if account is None:
        hint = "Use the name on the study's page; invite the rater first."
        rows.problem(row.where, f"rater: nobody is called {_text(row, 'rater')!r} here.", hint)
    if not items:
        hint = "Use the prompt's id as the prompt set shows it."
        rows.problem(row.where, f"prompt: there is no item of {_text(row, 'prompt')!r}.", hint)
    return account is not None and bool(items)


def _text(row: Row, column: str) -> str:
    value = row.values.get(column)
    return "" if value is None else str(value).strip()


def _raters(session: Session, study: Study) -> dict[str, int]:
    query = (
        select(Account.name, Account.id)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(
            Invitation.study_id == study.id,
            Invitation.revoked_at.is_(None),
            Account.rater_kind == RaterKind.HUMAN,
        )
    )
    return {name: account for name, account in session.execute(query)}  # noqa: C416 (rows)


def _items(session: Session, study: Study) -> dict[str, list[int]]:
    query = (
        select(Prompt.key, Item.id)
        .join(Prompt, Prompt.id == Item.prompt_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
        .order_by(Item.position)
    )
    items: defaultdict[str, list[int]] = defaultdict(list)
    for key, item in session.execute(query):
        items[key].append(item)
    return items


def _listed(session: Session, study: Study) -> set[tuple[int, int]]:
    query = (
        select(ListedItem.account_id, ListedItem.item_id)
        .join(Item, Item.id == ListedItem.item_id)
        .where(Item.study_id == study.id)
    )
    return {(account, item) for account, item in session.execute(query)}


def _store(session: Session, study: Study, pairs: Pairs) -> None:
    last = select(func.max(ListedItem.position)).join(Item, Item.id == ListedItem.item_id)
    start = session.scalar(last.where(Item.study_id == study.id))
    first = 0 if start is None else start + 1
    session.execute(
        insert(ListedItem),
        [
            {"account_id": account, "item_id": item, "position": position}
            for position, (account, item) in enumerate(pairs, first)
        ],
    )
