"""A file of judgements becomes a closed study: all of it, or nothing and a list of its slips."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.judged.files import read_files
from app.judged.plan import Plan, make_plan
from app.judged.shapes import Batch
from app.judged.write import Progress, Writer
from app.prompts import check_name
from app.readers import Source
from app.tables import Run, Study


@dataclass(frozen=True)
class JudgementsReport:
    """What was imported. `ignored` counts what was left out, by the reason; `columns` not used.

    `judgements` counts the latest revisions, `superseded` the earlier ones.
    """

    study: Study
    layout: str
    judgements: int
    superseded: int
    items: int
    raters: int
    variants: int
    ignored: tuple[tuple[str, int], ...]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def _silent(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True)
class Judgements:
    """Files that were read and found sound, to be stored."""

    batch: Batch
    plan: Plan


def read_judgements(files: Sequence[Source], layout: str | None = None) -> Judgements:
    """Needs no database. `layout` is one of `LAYOUTS`; by default the content tells.

    Raises InvalidInput naming every bad line.
    """
    batch = read_files(files, layout)
    batch.raise_if_any()
    plan = make_plan(batch)
    if not plan.assignments and not batch.problems:
        batch.refuse_all()
    batch.raise_if_any()
    return Judgements(batch, plan)


def store_judgements(
    session: Session, judged: Judgements, *, name: str, progress: Progress = _silent
) -> JudgementsReport:
    """A closed study, with a run and a prompt set of its name.

    Raises InvalidInput for what cannot be a name, Conflict when it is taken.
    """
    name = _free_name(session, name)
    study = Writer(session, judged.plan, judged.batch, progress).write(name)
    return _report(study, judged.plan, judged.batch)


def _free_name(session: Session, name: str) -> str:
    name = check_name(session, name)
    for kind, table in (("study", Study), ("run", Run)):
        if session.scalar(select(table.id).where(table.name == name)):
            raise Conflict(f"There is a {kind} '{name}' already.", hint="Choose another name.")
    return name


def _report(study: Study, plan: Plan, batch: Batch) -> JudgementsReport:
    revisions = sum(len(one.revisions) for one in plan.assignments)
    return JudgementsReport(
        study=study,
        layout=batch.layout,
        judgements=len(plan.assignments),
        superseded=revisions - len(plan.assignments),
        items=len(plan.items),
        raters=len(plan.raters),
        variants=len(plan.variants),
        ignored=tuple(sorted(batch.ignored.items())),
        columns=tuple(dict.fromkeys(batch.columns)),
        notes=tuple(_notes(plan, batch)),
    )


def _notes(plan: Plan, batch: Batch) -> list[str]:
    notes = []
    without_text = sum(response.text is None for response in plan.responses)
    if without_text:
        notes.append(
            f"{without_text} of {len(plan.responses)} answers have no text in the file: they are "
            "empty here, and pairs of them are left out of exports for training."
        )
    if plan.unknown_raters:
        notes.append(
            f"{plan.unknown_raters} judgements do not say who judged: the number of raters, and "
            "how far raters agree, mean nothing here."
        )
    if plan.others:
        kinds = " and ".join(sorted({kind.value for kind in plan.others.values()}))
        notes.append(
            f"{len(plan.others)} of the raters are no people but of kind {kinds}: results and "
            "exports never count them together with people."
        )
    timeless = sum(ballot.at is None for ballot in batch.ballots)
    if timeless:
        notes.append(f"{timeless} judgements have no time: they carry the time of the import.")
    return notes
