"""Under which conditions studies were judged: what may differ beside the variants."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from string import ascii_uppercase

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lineage.members import Member, differing_parts, members_of
from app.lineage.model import Notice
from app.studies import is_counted
from app.tables import (
    Assignment,
    Criterion,
    Design,
    Invitation,
    Item,
    ItemKind,
    Prompt,
    RaterKind,
    Study,
)

_DESIGNS = {
    Design.PAIRWISE: "pairs",
    Design.BLOCKS: "blocks",
    Design.SIDE_BY_SIDE: "all answers side by side",
}


def prompt_groups(session: Session, studies: Sequence[Study]) -> list[str]:
    """A, B, ... for each study, the same for those whose items have the same prompts."""
    letters: dict[str, str] = {}
    return [
        letters.setdefault(_prompts(session, study), _letter(len(letters))) for study in studies
    ]


def _letter(number: int) -> str:
    """A to Z, then A1 to Z1, ..."""
    again, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(again) if again else "")


def _prompts(session: Session, study: Study) -> str:
    """The prompt set's content and what the study takes of it."""
    used = (
        select(Prompt.key)
        .join(Item, Item.prompt_id == Prompt.id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
        .distinct()
    )
    keys = "\0".join(sorted(session.scalars(used)))
    content = f"{study.run.prompt_set.content_hash}\0{keys}"
    return hashlib.sha256(content.encode()).hexdigest()


def notices(
    session: Session, studies: Sequence[Study], groups: Sequence[str], key: str, kind: RaterKind
) -> Iterator[Notice]:
    """`groups` are those of `prompt_groups`, `key` the criterion's."""
    yield Notice("Prompts", _of_prompts(studies, groups))
    yield Notice("Raters", _of_raters(session, studies, kind))
    if rubric := _of_rubric(studies, key):
        yield Notice("Rubric", rubric)
    if design := _of_design(studies):
        yield Notice("Design", design)
    if forms := _of_forms(studies):
        yield Notice("Answers", forms)
    yield from (Notice("Names", text) for text in _of_names(studies))


def _of_prompts(studies: Sequence[Study], groups: Sequence[str]) -> str:
    if len(set(groups)) == 1:
        return f"{named(studies)} have the same prompts."
    alike = [
        [study for study, one in zip(studies, groups, strict=True) if one == group]
        for group in dict.fromkeys(groups)
    ]
    told = "; ".join(
        f"{named(some)} {'have the same' if len(some) > 1 else 'has its own'}" for some in alike
    )
    return f"{told}. Numbers from different prompts are not comparable directly."


def _of_raters(session: Session, studies: Sequence[Study], kind: RaterKind) -> str:
    """Accounts are made for one study each; only panels say who a person is."""
    seen = Counter(rater for study in studies for rater in _raters(session, study, kind))
    again = sum(times > 1 for times in seen.values())
    if again:
        return (
            f"{again} of {len(seen)} raters judged in more than one of them, as panels call them."
        )
    return "Each study has its own: a difference between studies may be one between raters."


def _raters(session: Session, study: Study, kind: RaterKind) -> set[str | int]:
    """Those who judged: as their panel calls them, else by account."""
    query = (
        select(Invitation.external_id, Invitation.account_id)
        .join(Assignment, Assignment.account_id == Invitation.account_id)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Invitation.study_id == study.id,
            Item.study_id == study.id,
            Item.kind == ItemKind.REGULAR,
            Assignment.submitted_at.is_not(None),
            is_counted(study, kind),
        )
        .distinct()
    )
    return {external or account for external, account in session.execute(query)}


def _of_rubric(studies: Sequence[Study], key: str) -> str:
    asked = [(study, one) for study in studies for one in study.criteria if one.key == key]
    changed = [
        f"from {before.name} to {after.name}"
        for (before, old), (after, new) in pairwise(asked)
        if _words(old) != _words(new)
    ]
    return f"What raters read about it was changed {', '.join(changed)}." if changed else ""


def _words(criterion: Criterion) -> tuple[str, str]:
    return criterion.label, criterion.guidance.strip()


def _of_design(studies: Sequence[Study]) -> str:
    if len({study.design for study in studies}) == 1:
        return ""
    told = "; ".join(f"{study.name}: {_DESIGNS[study.design]}" for study in studies)
    return f"Raters saw different sets of answers at once. {told}."


def _of_forms(studies: Sequence[Study]) -> str:
    stripping = [study for study in studies if study.strip_half]
    if not stripping:
        return ""
    return (
        f"In {named(stripping)} a random half of the items was shown stripped of openers and "
        "formatting. Both halves are counted."
    )


def _of_names(studies: Sequence[Study]) -> Iterator[str]:
    by_name: defaultdict[str, dict[str, Member]] = defaultdict(dict)
    for study in studies:
        for member in members_of(study):
            by_name[member.name].setdefault(member.identity, member)
    for name, meant in by_name.items():
        if len(meant) > 1:
            parts = ", ".join(differing_parts(meant.values()))
            yield f"{name} is not the same variant everywhere; it differs in: {parts}."
    recorded = [name for name, meant in by_name.items() if any(m.recorded for m in meant.values())]
    if recorded:
        yield f"Of recorded answers only the name tells whose they are: {', '.join(recorded)}."


def named(studies: Sequence[Study]) -> str:
    *others, last = (study.name for study in studies)
    return f"{', '.join(others)} and {last}" if others else last
