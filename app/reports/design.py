"""Methods: what was compared, in which items, in which order, and what raters were asked."""

from collections.abc import Iterator

from app.criteria import Condition, asked_scale, shown_if
from app.reports.document import Block, Bullets, Heading, Paragraph, Quoted, paragraph
from app.reports.facts import Evidence
from app.reports.words import counted, day, listed, lowered
from app.studies import OnFailure, session_of
from app.tables import Coverage, Criterion, Design, ItemKind, RaterKind, Scale, Study

_MOST_LISTED = 12  # categories that a sentence can name


def design_blocks(evidence: Evidence) -> Iterator[Block]:
    yield Heading("Design")
    yield from paragraph(_design(evidence))
    yield from paragraph(_prompts(evidence))
    yield from paragraph(_orders(evidence))


def _design(evidence: Evidence) -> Iterator[str]:
    study, variants = evidence.study, evidence.result.variants
    names = listed([variant.name for variant in variants])
    yield f"The study compared {counted(len(variants), 'variant')}: {names}."
    if study.imported:
        yield "The judgements were made elsewhere and imported; Triptych showed nothing to anybody."
    yield _items(study, len(variants))
    regular = evidence.facts.items[ItemKind.REGULAR]
    yield f"This made {counted(regular, 'item')}."
    if evidence.was_judged_here:
        yield (
            "All answers were there before the first was judged. Raters saw them as numbered "
            "answers, and nothing in their browsers named a variant until the study was closed."
        )


def _items(study: Study, variants: int) -> str:
    """What stood together."""
    match study.design:
        case Design.PAIRWISE:
            return f"An item showed two answers to one prompt. {_pairs(study, variants)}"
        case Design.BLOCKS:
            return (
                f"An item showed {study.block_size} of the {variants} variants’ answers to one "
                f"prompt (incomplete blocks){_some(study, 'blocks')}. A ranking counts as one "
                "comparison per pair."
            )
        case Design.SIDE_BY_SIDE:
            ranking = "" if variants == 2 else " A ranking counts as one comparison per pair."
            return (
                f"An item showed the answers of all {variants} variants to one prompt side by side."
                f"{ranking}"
            )


def _pairs(study: Study, variants: int) -> str:
    names = {one.run_variant_id: one.run_variant.variant.name for one in study.variants}
    if study.pairs:
        chosen = listed([" with ".join(names[one] for one in pair) for pair in study.pairs])
        return f"These pairs were chosen: {chosen}{_some(study, 'pairs')}."
    possible = variants * (variants - 1) // 2
    return f"{counted(possible, 'pair was', 'pairs were')} possible{_some(study, 'pairs')}."


def _some(study: Study, what: str) -> str:
    count = study.blocks_per_prompt
    if count is None:
        return f", and each prompt got all {what}" if what == "blocks" else ""
    return f"; each prompt got {count} of these {what}, balanced and drawn from the study’s seed"


def _prompts(evidence: Evidence) -> Iterator[str]:
    study, prompts = evidence.study, evidence.facts.prompts
    prompt_set = study.run.prompt_set
    yield (
        f"Prompts came from the set “{prompt_set.name}” ({counted(prompts.in_set, 'prompt')}, "
        f"content hash {prompt_set.content_hash[:12]}); {prompts.used} of them stood in items"
        f"{_narrowed(study)}."
    )
    yield _categories(prompts.categories)
    carried = [
        f"{count} {'has' if count == 1 else 'have'} {what}"
        for count, what in (
            (prompts.with_system, "a system text"),
            (prompts.with_turns, "earlier turns"),
            (prompts.with_reference, "a reference answer"),
        )
        if count
    ]
    yield f"Of these, {listed(carried)}." if carried else ""
    yield (
        "Each variant gave one answer to each prompt."
        if study.samples == 1
        else f"Each variant gave {study.samples} answers to each prompt, in items of their own."
    )


def _narrowed(study: Study) -> str:
    parts = []
    if study.category is not None:
        parts.append(f"those of the category “{study.category}”")
    if study.max_prompts:
        drawn = "drawn by category" if study.stratified else "the first of the set"
        parts.append(f"at most {study.max_prompts}, {drawn}")
    return f" ({'; '.join(parts)})" if parts else ""


def _categories(categories: tuple[tuple[str, int], ...]) -> str:
    if len(categories) < 2:
        return ""
    if len(categories) > _MOST_LISTED:
        return f"They fall into {len(categories)} categories."
    named = [f"{name or 'without a category'} ({count})" for name, count in categories]
    return f"By category: {listed(named)}."


# --- who got what, in which order ---------------------------------------------------------------


def _orders(evidence: Evidence) -> Iterator[str]:
    study = evidence.study
    if study.imported:
        return
    if evidence.kind is RaterKind.JUDGE:
        yield (
            "Every judge judged an item twice: once with its answers in an order drawn from the "
            f"study’s seed ({study.seed}), once in the reverse order."
        )
        return
    if evidence.kind is RaterKind.HUMAN:
        yield _coverage(study)
        if study.adaptive:
            yield (
                "The next pair was the one whose share was known least at that moment "
                "(uncertainty sampling; Lewis and Gale, 1994)."
            )
    yield (
        "The order of the answers was chosen for every rater and item so that each rater saw each "
        "variant in each slot as evenly as possible; among equal orders the study’s seed "
        f"({study.seed}) decided."
    )


def _coverage(study: Study) -> str:
    match study.coverage:
        case Coverage.BALANCED:
            return (
                f"Every item was to be judged by {counted(study.ratings_per_item, 'rater')}; a "
                "rater got an item with the fewest judgements so far, drawn from the seed among "
                "equals, and not the prompt just seen where another was left."
            )
        case Coverage.EVERYONE:
            return "Every rater was to judge every item."
        case Coverage.LISTED:
            return "A list made beforehand fixed who judged which item."


# --- what raters saw and were asked -------------------------------------------------------------


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
