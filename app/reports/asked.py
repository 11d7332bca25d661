"""Methods: what raters saw and were asked, and what their sessions were like."""

from collections.abc import Iterator

from app.criteria import Condition, asked_scale, shown_if
from app.reports.document import Block, Bullets, Heading, Paragraph, Quoted, paragraph
from app.reports.facts import Evidence
from app.reports.words import day, listed, lowered
from app.sessions import MOST_ITEMS
from app.studies import OnFailure, asks_kinds, session_of
from app.tables import Criterion, ItemKind, Scale
from app.wording import counted


def criteria_blocks(evidence: Evidence) -> Iterator[Block]:
    study = evidence.study
    yield Heading("What raters saw and were asked")
    yield from paragraph(_shown(evidence))
    if study.instructions and not study.imported:
        yield Quoted(study.instructions, "Instructions")
    labels = {one.key: one for one in study.criteria}
    for criterion in study.criteria:
        yield Paragraph(f"{criterion.label}: {_asked(criterion, labels)}.")
        if criterion.guidance:
            yield Quoted(criterion.guidance, f"Guidance on {lowered(criterion.label)}")


def _shown(evidence: Evidence) -> Iterator[str]:
    study = evidence.study
    if not evidence.was_judged_here:
        yield "" if study.imported else "Instructions and guidance are those that people get."
        return
    rendered = "with their Markdown rendered" if study.markdown else "as plain text"
    yield f"Answers were shown {rendered}."
    if evidence.facts.prompts.with_reference:
        yield f"Reference answers were {'shown' if study.show_reference else 'not shown'}."
    if study.mask_introductions:
        yield "Words by which an answer says who or what made it were blacked out."
    if study.strip_half:
        yield (
            "In a random half of the items answers were shown as plain text, without openers, "
            "closers and formatting; raters were not told."
        )
    if study.marks:
        yield "Raters could mark spans of an answer as wrong, unsupported or stylistic."
    yield (
        "Instructions and guidance are given word for word."
        if any(one.guidance for one in study.criteria) or study.instructions
        else "No instructions and no guidance were given."
    )


def _asked(criterion: Criterion, criteria: dict[str, Criterion]) -> str:
    scale = asked_scale(criterion)
    parts = ["a preference among the answers"] if criterion.asks_preference else []
    if scale:
        ends = f" ({scale.low} to {scale.high})" if scale.has_mean else ""
        options = f" ({'; '.join(scale.choices)})" if scale.kind is Scale.CHOICE else ""
        parts.append(f"{scale.title}{ends}{options}")
    optional = "" if criterion.required else ", optional"
    return f"{' and '.join(parts)}{optional}{_condition(shown_if(criterion), criteria)}"


def _condition(condition: Condition | None, criteria: dict[str, Criterion]) -> str:
    if condition is None or condition.criterion not in criteria:
        return ""
    other = criteria[condition.criterion]
    scale = asked_scale(other)
    words = [scale.words(value) if scale else str(value) for value in condition.values]
    return f", asked only where {lowered(other.label)} was {' or '.join(words)}"


# --- sessions -----------------------------------------------------------------------------------


def session_blocks(evidence: Evidence) -> Iterator[Block]:
    if not evidence.was_judged_here:
        return
    yield Heading("Sessions")
    yield from paragraph(_session(evidence))
    yield from paragraph(_checks(evidence))
    yield from _amendments(evidence)


def _session(evidence: Evidence) -> Iterator[str]:
    spec = session_of(evidence.study)
    yield "Consent was asked for before the first item." if spec.consent else ""
    asked = [
        f"{counted(len(questions), 'question')} {when}"
        for questions, when in (
            (spec.before, "before the first item"),
            (spec.after, "after the last"),
        )
        if questions
    ]
    yield f"The study asked {listed(asked)}." if asked else ""
    if spec.ask_guess:
        yield "At the end raters were asked whether they could tell answers of one source apart."
    if asks_kinds(evidence.study):
        yield (
            f"Then up to {MOST_ITEMS} of the items that they had judged, drawn at random, were "
            "shown once more as they had seen them, and they were asked which kind of variant had "
            "written each answer; they could say that they could not tell."
        )
    if spec.break_every:
        yield f"A break was offered after every {counted(spec.break_every, 'judgement')}."
    if spec.session_minutes:
        yield (
            f"Sessions were limited to {spec.session_minutes} minutes, followed by "
            f"{spec.rest_minutes} minutes of rest."
        )
    if spec.quota:
        yield f"A rater judged at most {counted(spec.quota, 'item')} unless given more."
    yield "Raters could change a judgement as long as the study was open; the latest one counts."


def _checks(evidence: Evidence) -> Iterator[str]:
    spec, items = session_of(evidence.study), evidence.facts.items
    training, gold = items[ItemKind.TRAINING], items[ItemKind.GOLD]
    if training:
        yield (
            f"{counted(training, 'training item')} came first and showed what was expected; they "
            "count in no result."
        )
    if gold:
        done = (
            "were kept from judging on, and their judgements were left out"
            if spec.on_failure is OnFailure.SCREEN_OUT
            else "were only flagged"
        )
        yield (
            f"{counted(gold, 'gold item')} with a known answer looked like any other; one came "
            f"after about {spec.gold_every} others, and they count in no result. Raters who passed "
            f"less than {spec.gold_percent} % of at least {spec.gold_minimum} gold items {done}."
        )


def _amendments(evidence: Evidence) -> Iterator[Block]:
    changes = [version for version in evidence.facts.history if version.number > 1]
    if changes:
        yield Paragraph(f"The study was changed {counted(len(changes), 'time')} while it was open:")
        yield Bullets(
            tuple(f"Version {one.number}, {day(one.created_at)}: {one.note}" for one in changes)
        )
