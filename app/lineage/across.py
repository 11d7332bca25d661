"""Several studies side by side: each variant recognised by what it is, nothing pooled."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy.orm import Session

from app.analysis.differences import difference
from app.criteria import AskedScale
from app.errors import AppError
from app.lineage.cells import Seen, score_cell, share_cell
from app.lineage.chosen import chosen, criteria_of, opponent, scale_of, variants_of
from app.lineage.conditions import notices, prompt_groups
from app.lineage.members import Member, members_of
from app.lineage.model import AcrossResult, Cell, ComparedStudy, Row, Wanted
from app.results import ResultFilter, StudyResult, study_result
from app.tables import Study, StudyState

Look = Callable[[Study], StudyResult]
NOT_COMPARABLE = "different prompts: not comparable directly"


def across_studies(
    session: Session,
    studies: Sequence[Study],
    wanted: Wanted | None = None,
    look: Look | None = None,
) -> AcrossResult:
    """In the order of time. `look` gives the results of a study, with raters of `wanted.kind`.

    Raises AppError for fewer than two studies, NotFound for a criterion or an opponent that none of
    them has.
    """
    wanted = wanted or Wanted()
    studies = sorted(
        dict.fromkeys(studies), key=lambda one: (one.opened_at or one.created_at, one.id)
    )
    if len(studies) < 2:
        raise AppError("Choose two or more studies.", hint="Tick them in the list of studies.")
    groups = prompt_groups(session, studies)
    look = look or (lambda study: study_result(session, study, ResultFilter(kind=wanted.kind)))
    seen = [Seen(look(s), members_of(s), g) for s, g in zip(studies, groups, strict=True)]
    criteria, opponents = criteria_of(studies), variants_of(seen)
    criterion = chosen(criteria, wanted.criterion)
    against = opponent(opponents, seen, wanted.against)
    scale = scale_of(seen, criterion.key)
    return AcrossResult(
        studies=tuple(map(_compared, studies, seen)),
        wanted=wanted,
        criteria=criteria,
        criterion=criterion,
        opponents=opponents,
        against=against,
        shares=tuple(_shares(seen, opponents, criterion.key, against)) if against else (),
        scores=tuple(_scores(seen, opponents, criterion.key, scale)) if scale else (),
        scale=scale.title if scale else "",
        notices=tuple(notices(session, studies, groups, criterion.key, wanted.kind)),
    )


def _compared(study: Study, seen: Seen) -> ComparedStudy:
    return ComparedStudy(
        id=study.id,
        name=study.name,
        opened_at=study.opened_at or study.created_at,
        is_open=study.state is StudyState.OPEN,
        prompts=seen.group,
        judgements=seen.result.judgements,
        raters=seen.result.raters,
        members=seen.members,
    )


def _shares(
    seen: Sequence[Seen], variants: Sequence[Member], key: str, against: Member
) -> Iterable[Row]:
    for variant in variants:
        if variant.identity != against.identity:
            cells = [share_cell(one, key, variant.identity, against) for one in seen]
            yield _row(variant, cells, seen)


def _scores(
    seen: Sequence[Seen], variants: Sequence[Member], key: str, scale: AskedScale
) -> Iterable[Row]:
    for variant in variants:
        cells = [score_cell(one, key, variant.identity, scale) for one in seen]
        yield _row(variant, cells, seen)


def _row(variant: Member, cells: Sequence[Cell], seen: Sequence[Seen]) -> Row:
    return Row(variant, tuple(cells), _difference(cells, [one.group for one in seen]))


def _difference(cells: Sequence[Cell], groups: Sequence[str]) -> Cell:
    """The last estimate less the first; only of the same prompts."""
    known = [(cell, group) for cell, group in zip(cells, groups, strict=True) if cell.estimate]
    if len(known) < 2:
        return Cell(None, reason="in one study only" if known else "nothing to compare")
    (earlier, before), (later, after) = known[0], known[-1]
    if before != after:
        return Cell(later.name, reason=NOT_COMPARABLE)
    assert earlier.estimate
    assert later.estimate
    return Cell(later.name, difference(later.estimate, earlier.estimate))
