"""How far the judgements can be trusted: agreement, bias and blinding, one row per rater."""

from collections.abc import Iterator

from app.analysis.agreement import Agreement
from app.reports.document import MOST_ROWS, Block, Heading, Paragraph, Section, Table, paragraph
from app.reports.facts import Evidence
from app.reports.preferences import Figures, drawn
from app.reports.words import (
    NONE,
    mean,
    seconds,
    share,
    whole,
)
from app.results import CriterionResult, RaterResult, StudyResult
from app.results.sentences import percent
from app.wording import counted

_EVEN = 0.005  # would be written as 0 %


def agreement_section(evidence: Evidence, figures: Figures) -> Section:
    rows = tuple(_agreements(evidence.result))
    if not rows:
        return Section("agreement", "Agreement of raters", ())
    table = Table(
        "Agreement by criterion",
        (
            "Criterion",
            "Krippendorff’s alpha",
            "Said the same",
            "Without ties",
            "Judged by two or more",
        ),
        rows,
        "Alpha is 1 where all agree and 0 where they agree as often as chance would. Of "
        "preferences a unit is a pair of variants on an item, of scales an answer or an item.",
    )
    return Section("agreement", "Agreement of raters", (*drawn(figures, "agreement"), table))


def _agreements(result: StudyResult) -> Iterator[tuple[str, ...]]:
    for criterion in result.criteria:
        for what, found in (
            ("preference", criterion.agreement),
            ("scale", criterion.scale_agreement),
        ):
            if found:
                yield f"{criterion.label}, {what}", *_agreement(found)


def _agreement(found: Agreement) -> tuple[str, ...]:
    none = found.alpha.reason or NONE
    alpha = mean(found.alpha) if found.alpha.value is not None else none
    return alpha, share(found.raw), share(found.raw_without_ties), whole(found.units)


# --- bias ---------------------------------------------------------------------------------------


def bias_section(evidence: Evidence, figures: Figures) -> Section:
    criteria = [one for one in evidence.result.criteria if one.pairs]
    blocks: list[Block] = [*drawn(figures, "positions")]
    if criteria:
        blocks.append(_shares(criteria))
    blocks += drawn(figures, *(f"style-{one.key}" for one in criteria))
    return Section("bias", "Bias and blinding", (*blocks, *_slots(evidence), *_blinding(evidence)))


def _shares(criteria: list[CriterionResult]) -> Table:
    return Table(
        "Shares that would be 50 % without bias",
        ("Criterion", "Won by the answer shown first", "Won by the longer answer"),
        tuple((one.label, share(one.first_slot), share(one.longer)) for one in criteria),
        "Of the decided comparisons. Longer answers may be better ones: the second share alone is "
        "no bias.",
    )


def _slots(evidence: Evidence) -> Iterator[Block]:
    bias = evidence.result.bias
    count = max((len(row.counts) for row in bias.slots), default=0)
    yield Table(
        "How often each variant stood in each slot",
        ("Variant", *(f"Answer {slot}" for slot in range(1, count + 1))),
        tuple((row.variant.name, *map(whole, row.counts)) for row in bias.slots),
    )
    if bias.largest_deviation is not None and bias.largest_deviation >= _EVEN:
        explained = "does not explain" if bias.is_surprising else "explains"
        yield Paragraph(
            f"The cell farthest from equal shares was off by {percent(bias.largest_deviation)}, "
            f"which chance {explained} (95 %, corrected for the number of cells)."
        )


def _blinding(evidence: Evidence) -> Iterator[Block]:
    bias = evidence.result.bias
    yield Heading("Blinding and time")
    yield from paragraph([_told_apart(evidence), _times(evidence)])
    yield from _guesses(evidence)
    yield Table(
        "Answers that say who or what made them",
        ("Variant", "Share of its answers"),
        tuple((variant.name, share(found)) for variant, found in bias.introductions),
    )


def _guesses(evidence: Evidence) -> Iterator[Block]:
    found = evidence.result.guesses
    if found is None or not found.asked:
        yield from paragraph([_no_guesses(evidence)])
        return
    yield Table(
        "What raters took the answers of each kind of variant for",
        ("Kind", "Bang’s index", "Answers asked of", "Raters", "In words"),
        tuple(
            (
                one.words,
                mean(one.bang),
                whole(one.bang.n),
                whole(one.bang.clusters),
                one.reading or NONE,
            )
            for one in found.kinds
        ),
        "The index is 1 where a kind is always recognised (the blinding did not hold), and 0 for "
        "blind guesses that name all kinds equally often. The words compare how often a kind was "
        "named on its own answers and on others.",
    )
    yield Paragraph(
        f"After their last judgement {counted(found.raters, 'rater was', 'raters were')} asked of "
        f"{counted(found.asked, 'answer')} which kind of variant had written it. James’ index, 1 "
        f"where nobody can tell and 0.5 where all guess blindly: {mean(found.james)}. Right "
        f"guesses: {share(found.right)}, {percent(found.chance)} by chance."
    )


def _no_guesses(evidence: Evidence) -> str:
    if not evidence.was_judged_here:
        return ""
    if evidence.result.guesses is None:
        return "Raters were not asked which answer came from which kind of variant."
    return "Nobody has said yet which answer came from which kind of variant."


def _told_apart(evidence: Evidence) -> str:
    told = evidence.result.told_apart
    if not told:
        never = "Raters were not asked whether they could tell the variants apart."
        return never if evidence.was_judged_here else ""
    answers = "; ".join(f"{counted(n, 'rater')} said {words}, {share(s)}" for words, n, s in told)
    return (
        "Everybody who came to the end was asked which answers came from the same source: could "
        f"they tell? {answers}."
    )


def _times(evidence: Evidence) -> str:
    times = evidence.result.bias.times
    median = times.median
    if median.value is None:
        return "How long judgements took is not known."
    interval = (
        f"95 % interval {seconds(median.low)} to {seconds(median.high)}, raters resampled"
        if median.low is not None
        else f"no interval: {median.reason}"
    )
    return (
        f"The median judgement took {seconds(median.value)} ({interval}), the middle half "
        f"{seconds(times.lower_quartile)} to {seconds(times.upper_quartile)}."
    )


# --- raters -------------------------------------------------------------------------------------


def raters_section(evidence: Evidence) -> Section:
    table = Table(
        "One row per rater, by pseudonym",
        (
            "Rater",
            "Judged",
            "Agrees with others",
            "Median time",
            "Won by the first shown",
            "Ties",
            "Gold passed",
            "Notes",
        ),
        tuple(map(_rater, _in_order(evidence.result.rater_reports))),
        "Intervals are Wilson’s (Wilson, 1927), each prompt counting once. Notes are made at 95 % "
        "for all raters together; a note is a reason to look, not a rule of exclusion.",
    )
    return Section("raters", "Raters one by one", (table,))


def _in_order(raters: tuple[RaterResult, ...]) -> list[RaterResult]:
    """As they were invited; who judged most comes first where not all can be shown."""
    if len(raters) <= MOST_ROWS:
        return list(raters)
    return sorted(raters, key=lambda rater: -rater.report.judgements)


def _rater(rater: RaterResult) -> tuple[str, ...]:
    report = rater.report
    return (
        rater.name,
        whole(report.judgements),
        share(report.agreement),
        seconds(report.seconds),
        share(report.left),
        percent(report.ties) if report.ties is not None else NONE,
        f"{report.gold_passed} of {report.gold_seen}" if report.gold_seen else NONE,
        "; ".join(report.notes) or NONE,
    )
