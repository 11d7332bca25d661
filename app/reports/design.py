"""Methods: what was compared, in which items, and who got which in what order."""

from collections.abc import Iterator

from app.reports.document import Block, Heading, paragraph
from app.reports.facts import Evidence
from app.reports.words import MOST_NAMES, listed
from app.studies import rule_note, rule_words
from app.tables import Coverage, Design, ItemKind, RaterKind, Study
from app.wording import counted


def design_blocks(evidence: Evidence) -> Iterator[Block]:
    yield Heading("Design")
    yield from paragraph(_design(evidence))
    yield from paragraph(_prompts(evidence))
    yield from paragraph(_orders(evidence))


def _design(evidence: Evidence) -> Iterator[str]:
    study, variants = evidence.study, evidence.result.variants
    names = [variant.name for variant in variants]
    told = f": {listed(names)}" if len(names) <= MOST_NAMES else ""
    yield f"The study compared {counted(len(names), 'variant')}{told}."
    if study.imported:
        yield "The judgements were made elsewhere and imported; Triptych showed nothing to anybody."
    yield _items(study, len(variants))
    regular = evidence.facts.items[ItemKind.REGULAR]
    yield f"This made {counted(regular, 'item')}."
    if study.strip_half:
        yield (
            "The items of a random half of the prompts were stripped of openers, closers and "
            f"formatting by deletion ({rule_words(study)}), all answers of an item alike. "
            "The half was drawn from the study’s seed, balanced within the variants that met and "
            "within categories."
        )
        yield rule_note(study)
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
    if len(categories) > MOST_NAMES:
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
