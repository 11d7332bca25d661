"""A whole report from a study's results."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import now
from app.errors import Conflict
from app.exports.kinds import NOTES
from app.exports.manifest import software_version
from app.figures import Figure
from app.figures.of_results import figures_of
from app.figures.token_evidence import token_figures
from app.lineage import checkpoint_figures, specs_of
from app.reports.asked import criteria_blocks, session_blocks
from app.reports.design import design_blocks
from app.reports.document import Bullets, Notice, Paragraph, Quoted, Report, Section, numbered
from app.reports.estimators import estimator_blocks
from app.reports.experiment import experiment_section
from app.reports.facts import Evidence, read_facts
from app.reports.limits import limits_section
from app.reports.outcomes import (
    categories_section,
    checkpoints_section,
    ledgers_section,
    marks_section,
    scores_section,
)
from app.reports.people import exclusion_blocks, rater_blocks, words_of_filter
from app.reports.preferences import preferences_section
from app.reports.references import cited
from app.reports.sources import software_blocks, variant_blocks
from app.reports.tokens import tokens_section
from app.reports.trust import agreement_section, bias_section, raters_section
from app.reports.words import day, listed, moment, named, whole
from app.results import StudyResult
from app.results.tokens import TokenEvidence
from app.tables import RaterKind, Study, StudyState
from app.wording import counted

WHO = {
    RaterKind.HUMAN: "people",
    RaterKind.JUDGE: "judge models",
    RaterKind.SIMULATED: "simulated raters",
}


def evidence_of(
    session: Session, study: Study, result: StudyResult, tokens: TokenEvidence | None = None
) -> Evidence:
    """Raises Conflict where there is nothing to report: with what can be done about it."""
    _require_judgements(study, result)
    return Evidence(study, result, read_facts(session, study, result.chosen.kind), tokens)


def report_of(evidence: Evidence) -> Report:
    result = evidence.result
    figures = figures_of(result) | checkpoint_figures(result, specs_of(evidence.study))
    if evidence.tokens:
        figures |= token_figures(result.variants, evidence.tokens)
    sections = list(_sections(evidence, figures))
    references = cited(_texts(sections))
    sections.append(Section("references", "References", (Bullets(references),)))
    return Report(
        title=evidence.study.name,
        facts=tuple(_facts(evidence)),
        notices=tuple(_notices(evidence)),
        findings=tuple(one.headline for one in evidence.result.criteria if one.pairs),
        sections=numbered(sections),
    )


def _sections(evidence: Evidence, figures: Mapping[str, Figure]) -> Iterator[Section]:
    yield preferences_section(evidence, figures)
    yield experiment_section(evidence)
    yield ledgers_section(evidence, figures)
    yield checkpoints_section(figures)
    yield scores_section(evidence, figures)
    yield categories_section(evidence, figures)
    yield agreement_section(evidence, figures)
    yield bias_section(evidence, figures)
    yield raters_section(evidence)
    yield marks_section(evidence)
    yield tokens_section(evidence, figures)
    yield _methods(evidence)
    yield limits_section(evidence)


def _methods(evidence: Evidence) -> Section:
    return Section(
        "methods",
        "Methods",
        (
            *design_blocks(evidence),
            *variant_blocks(evidence),
            *criteria_blocks(evidence),
            *session_blocks(evidence),
            *rater_blocks(evidence),
            *exclusion_blocks(evidence),
            *estimator_blocks(evidence),
            *software_blocks(),
        ),
    )


def _texts(sections: list[Section]) -> Iterator[str]:
    """Of Triptych's own words; what a study quotes cites nothing."""
    for section in sections:
        for block in section.blocks:
            match block:
                case Paragraph(text=text):
                    yield text
                case Bullets(items=items):
                    yield from items
                case Quoted():
                    pass
                case other:
                    yield getattr(other, "note", "")


# --- what stands above everything ---------------------------------------------------------------


def _facts(evidence: Evidence) -> Iterator[tuple[str, str]]:
    study, result = evidence.study, evidence.result
    yield "Compared", named([variant.name for variant in result.variants], "variant")
    yield "Judged by", f"{counted(result.raters, 'rater')} ({WHO[evidence.kind]})"
    yield "Judgements", f"{whole(result.judgements)} of {counted(result.items_judged, 'item')}"
    yield "Study", f"{study.state}, version {study.version}, seed {study.seed}"
    if study.opened_at and not study.imported:
        yield "Open", _period(study.opened_at, study.closed_at)
    if result.last_at:
        yield "Last judgement", moment(result.last_at)
    yield "Reported", moment(now())
    yield "Software", f"Triptych {software_version()}"
    if chosen := words_of_filter(result.chosen):
        yield "Filter", listed(chosen)


def _period(opened: datetime, closed: datetime | None) -> str:
    if closed is None:
        return f"since {day(opened)}"
    return day(opened) if day(opened) == day(closed) else f"{day(opened)} to {day(closed)}"


def _notices(evidence: Evidence) -> Iterator[Notice]:
    study, result = evidence.study, evidence.result
    if evidence.kind is RaterKind.SIMULATED:
        text = "Their answers were drawn from stated rules and noise: nothing here is a finding."
        yield Notice(NOTES[evidence.kind], text)
    if evidence.kind is RaterKind.JUDGE:
        text = "They are never counted together with people; see the limits at the end."
        yield Notice(NOTES[evidence.kind], text)
    others = [WHO[kind] for kind in result.choices.kinds if kind is not evidence.kind]
    if others:
        text = f"It was judged by {listed(others)}, too; a report of theirs stands alone."
        yield Notice(f"Only the judgements of {WHO[evidence.kind]} are counted.", text)
    if study.state is StudyState.OPEN:
        text = "These are the results as they stood when this was written, not the end of it."
        yield Notice("The study is open.", text)
    if chosen := words_of_filter(result.chosen):
        yield Notice("A part of the judgements.", f"This report has {listed(chosen)}.")


def _require_judgements(study: Study, result: StudyResult) -> None:
    if result.judgements:
        return
    others = [kind for kind in result.choices.kinds if kind is not result.chosen.kind]
    if result.filtered or result.screened_out:
        left_out = result.filtered + result.screened_out
        raise Conflict(
            f"All {counted(left_out, 'judgement')} of {study.name} are left out, so there is "
            "nothing to report.",
            hint=f"Leave out less. {_choices(result)}",
        )
    hint = (
        f"Ask for the report of {listed([WHO[kind] for kind in others])} instead "
        f"({' or '.join(f'--kind {kind}' for kind in others)})."
        if others
        else "Invite raters on the study’s page, and report when the first judgements are in."
    )
    who = WHO[result.chosen.kind]
    raise Conflict(f"No judgements of {who} are in {study.name} yet: nothing to report.", hint=hint)


def _choices(result: StudyResult) -> str:
    categories = ", ".join(filter(None, result.choices.categories)) or "none"
    return f"Raters: {', '.join(result.choices.raters)}. Categories: {categories}."
