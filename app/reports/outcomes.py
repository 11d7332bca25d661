"""What else was found: two ledgers, scales, categories, marked spans."""

from collections.abc import Iterator

from app.criteria import AskedScale
from app.figures.of_results import cross_name
from app.reports.document import Block, Heading, Paragraph, Section, Table
from app.reports.facts import Evidence
from app.reports.preferences import Figures, drawn
from app.reports.words import lowered, mean, mean_interval, share, whole
from app.results import CountsResult, CriterionResult, LedgersResult, ScoreResult, VariantRef
from app.results.sentences import percent
from app.tables import MarkKind
from app.wording import counted

_ALL = "all answers together"


def ledgers_section(evidence: Evidence, figures: Figures) -> Section:
    ledgers = evidence.result.ledgers
    blocks = tuple(_ledgers(ledgers, figures)) if ledgers else ()
    return Section("ledgers", "Two ledgers", blocks)


def _ledgers(ledgers: LedgersResult, figures: Figures) -> Iterator[Block]:
    x, y = lowered(ledgers.x), lowered(ledgers.y)
    yield Paragraph(f"{ledgers.x} and {y} are shown side by side and never merged.")
    yield from drawn(figures, "plane")
    yield Table(
        f"Preferred on {y}, rated worse on {x}",
        (
            "Pair",
            f"Preferred on {y}, worse on {x}",
            "Where the first was preferred",
            "Where the second was",
            f"If {x} and {y} were unrelated",
        ),
        tuple(
            (
                f"{first.name} and {second.name}",
                share(table.share),
                share(table.first_wins),
                share(table.second_wins),
                percent(table.expected) if table.expected is not None else "–",
            )
            for first, second, table in ledgers.tables
        ),
        f"Shares of the comparisons decided on {y}.",
    )
    names = (cross_name(first, second, ledgers) for first, second, _ in ledgers.tables)
    yield from drawn(figures, *names)


# --- scales -------------------------------------------------------------------------------------


def scores_section(evidence: Evidence, figures: Figures) -> Section:
    blocks: list[Block] = []
    for criterion in evidence.result.criteria:
        if criterion.scale and (criterion.scores or criterion.counts):
            blocks += [Heading(criterion.label), *_scale(criterion, criterion.scale, figures)]
    return Section("scores", "Scores", tuple(blocks))


def _scale(criterion: CriterionResult, scale: AskedScale, figures: Figures) -> Iterator[Block]:
    on = lowered(criterion.label)
    yield from drawn(figures, f"scores-{criterion.key}")
    if criterion.scores:
        yield Table(
            f"Mean scores on {on}",
            (
                "Variant",
                "Mean, prompts resampled",
                "Raters resampled",
                "Difference to the base",
                "Scores",
            ),
            tuple(map(_score, criterion.scores)),
            f"{scale.lowest}: {scale.low}; {scale.highest}: {scale.high}. Scores are ordered, not "
            "measured: a mean takes the steps between them as equal.",
        )
    if criterion.counts:
        options = criterion.counts[0].options
        yield Table(
            f"Answers on {on}",
            ("Variant", *(option.words for option in options), "Answers"),
            tuple(map(_count, criterion.counts)),
        )


def _whose(variant: VariantRef | None) -> str:
    return variant.name if variant else _ALL


def _score(score: ScoreResult) -> tuple[str, ...]:
    return (
        _whose(score.variant),
        mean(score.mean),
        mean_interval(score.by_rater),
        mean(score.to_base),
        whole(score.count),
    )


def _count(row: CountsResult) -> tuple[str, ...]:
    shares = (share(option.share) for option in row.options)
    return (_whose(row.variant), *shares, whole(row.count))


# --- categories ---------------------------------------------------------------------------------


def categories_section(evidence: Evidence, figures: Figures) -> Section:
    names = [f"categories-{criterion.key}" for criterion in evidence.result.criteria]
    found = tuple(drawn(figures, *names))
    note = "The more categories there are, the more of them differ by chance."
    blocks: tuple[Block, ...] = (Paragraph(note), *found) if found else ()
    return Section("categories", "By category of prompt", blocks)


def checkpoints_section(figures: Figures) -> Section:
    names = [name for name in figures if name.startswith("checkpoint")]
    return Section("checkpoints", "Over training", tuple(drawn(figures, *names)))


# --- marks --------------------------------------------------------------------------------------

_MARKS = {
    MarkKind.WRONG: "Wrong",
    MarkKind.UNSUPPORTED: "Unsupported",
    MarkKind.STYLE: "Stylistic",
}


def marks_section(evidence: Evidence) -> Section:
    marks = evidence.result.marks
    if not marks:
        return Section("marks", "Marked spans", ())
    names = list(dict.fromkeys(mark.variant.name for mark in marks))
    found = {(mark.variant.name, mark.kind): mark for mark in marks}
    rows = (
        (
            name,
            *(
                f"{share(mark.share)}, {counted(mark.marks, 'mark')}"
                for kind in MarkKind
                if (mark := found.get((name, kind)))
            ),
        )
        for name in names
    )
    table = Table(
        "Judged answers with at least one marked span",
        ("Variant", *(_MARKS[kind] for kind in MarkKind)),
        tuple(rows),
        "Shares of the answers, as often as each was judged.",
    )
    return Section("marks", "Marked spans", (table,))
