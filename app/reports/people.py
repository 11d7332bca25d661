"""Methods: who judged, and what did not count."""

from collections import Counter
from collections.abc import Iterator

from app.reports.document import Block, Heading, Paragraph, Table, paragraph
from app.reports.facts import Evidence
from app.reports.words import listed, lowered, whole
from app.results import Flag, Form, Gold, ResultFilter
from app.studies import session_of
from app.tables import Entry, ItemKind, RaterKind
from app.wording import counted

_ENTRIES = {
    Entry.PERSONAL: "by a personal link",
    Entry.SHARED: "by a link that was shared",
    Entry.PANEL: "from a panel",
}
_FLAGS = {
    Flag.INTRODUCTIONS: "judgements of items with an answer that introduces itself",
    Flag.FAST: "judgements of items in view for less than three seconds",
    Flag.REVISED: "judgements that their rater changed later",
}
_FORMS = {
    Form.AS_IS: "only answers shown as they are",
    Form.STRIPPED: "only answers shown stripped of openers and formatting",
}
_GOLDS = {
    Gold.ALL: "raters who failed the checks are counted like the others",
    Gold.FAILED: "only raters who failed the checks are looked at",
}


def rater_blocks(evidence: Evidence) -> Iterator[Block]:
    yield Heading("Raters")
    match evidence.kind:
        case RaterKind.HUMAN:
            yield from paragraph(_people(evidence))
        case RaterKind.JUDGE:
            yield from paragraph(_judges(evidence))
        case RaterKind.SIMULATED:
            yield from paragraph(_simulated(evidence))


def _people(evidence: Evidence) -> Iterator[str]:
    raters, study = evidence.facts.raters, evidence.study
    judged = [rater for rater in raters if rater.done]
    if study.imported:
        yield f"The imported judgements are of {counted(len(judged), 'rater')}."
        yield _counted_raters(evidence)
        return
    yield f"{counted(len(raters), 'rater was', 'raters were')} let in"
    entries = Counter(rater.invitation.entry for rater in raters)
    ways = [f"{entries[entry]} {_ENTRIES[entry]}" for entry in Entry if entries[entry]]
    yield f"({listed(ways)});" if ways else ";"
    yield f"{len(judged)} judged at least one item."
    if session_of(study).consent:
        consented = sum(rater.invitation.consented_at is not None for rater in raters)
        yield f"{consented} gave consent."
    completed = sum(rater.invitation.completed_at is not None for rater in raters)
    yield f"{completed} came to the end of their items." if completed else ""
    yield _checked(evidence)
    yield _counted_raters(evidence)
    yield "Raters appear under pseudonyms only."


def _checked(evidence: Evidence) -> str:
    raters = evidence.facts.raters
    if not evidence.facts.items[ItemKind.GOLD]:
        return ""
    out = sum(rater.invitation.screened_out_at is not None for rater in raters)
    below = sum(rater.is_below for rater in raters)
    again = sum(rater.invitation.let_in_at is not None for rater in raters)
    let_in = f", and {again} were let in again by hand" if again else ""
    return f"{below} stayed below the threshold of the gold items; {out} are screened out{let_in}."


def _counted_raters(evidence: Evidence) -> str:
    result = evidence.result
    judged = f"{whole(result.items_judged)} of {counted(result.items, 'item')}"
    if not result.knows_raters:
        return (
            f"Counted here are {counted(result.judgements, 'judgement')} on {judged}; the import "
            "does not say who gave them."
        )
    each = result.judgements / result.raters
    return (
        f"Counted here are {counted(result.judgements, 'judgement')} of "
        f"{counted(result.raters, 'rater')}, {each:,.1f} each on average, on "
        f"{judged}."
    )


def _judges(evidence: Evidence) -> Iterator[str]:
    yield "No person is counted here: the judgements are those of language models."
    for judge in evidence.facts.judges:
        version = judge.provenance.get("vllm_version")
        served = f", served by vLLM {version}" if version else ""
        related = f"; it is of a kind with {listed(judge.related)}" if judge.related else ""
        yield (
            f"{judge.name} is {judge.variant.name} (content hash {judge.variant.content_hash[:12]}"
            f"{served}), asked with wording {judge.wording}{related}."
        )
    if evidence.facts.judges:
        yield "Each judge counts as two raters, one per order of the answers."
    yield _counted_raters(evidence)


def _simulated(evidence: Evidence) -> Iterator[str]:
    yield (
        "No person is counted here. The judgements were drawn from a stated formula: an answer’s "
        "worth is a sum of its criterion’s effect, an effect of the answer, the rater’s leaning, "
        "slot and length biases, and noise."
    )
    specs = [rater.invitation.external.get("spec") for rater in evidence.facts.raters]
    known = next((spec for spec in specs if isinstance(spec, dict)), {})
    settings = [f"{name} {value}" for name, value in known.items()]
    yield f"Its settings were: {', '.join(settings)}." if settings else ""
    yield _counted_raters(evidence)


# --- exclusions ---------------------------------------------------------------------------------


def exclusion_blocks(evidence: Evidence) -> Iterator[Block]:
    yield Heading("What was left out")
    chosen = words_of_filter(evidence.result.chosen)
    if chosen:
        yield Paragraph(f"This report is about a part of the judgements: {listed(chosen)}.")
    yield Table(
        "What was left out, by rule",
        ("Rule", "Count"),
        tuple((words, whole(count)) for _, words, count in exclusions(evidence)),
        "Nothing is deleted: all of it is stored and can be counted again.",
    )


def exclusions(evidence: Evidence) -> Iterator[tuple[str, str, int]]:
    """(rule, in words, how many); every rule, also where nothing was left out by it."""
    result, facts = evidence.result, evidence.facts
    yield (
        "earlier_revisions",
        "Earlier revisions of judgements that the same rater changed later",
        facts.superseded,
    )
    yield "screened_out", "Judgements of raters who failed the study’s checks", result.screened_out
    yield "filtered", "Further judgements that the report’s filter leaves out", result.filtered
    for criterion in result.criteria:
        yield (
            f"cannot_judge:{criterion.key}",
            f"Judgements that say “cannot judge” on {lowered(criterion.label)}",
            criterion.cannot_judge,
        )
    for kind in (ItemKind.TRAINING, ItemKind.GOLD):
        yield (
            f"{kind}_items",
            f"{kind.capitalize()} items, which are no part of the results",
            (facts.items[kind]),
        )


def words_of_filter(chosen: ResultFilter) -> list[str]:
    """What is looked at alone, or left out; empty where all that usually counts is counted."""
    parts = []
    if chosen.raters:
        parts.append(f"only {listed(chosen.raters)}")
    if chosen.categories:
        names = [name or "no category" for name in chosen.categories]
        parts.append(f"only prompts of {listed(names)}")
    parts += [f"without {_FLAGS[flag]}" for flag in chosen.without]
    if chosen.form in _FORMS:
        parts.append(_FORMS[chosen.form])
    if chosen.gold in _GOLDS:
        parts.append(_GOLDS[chosen.gold])
    return parts
