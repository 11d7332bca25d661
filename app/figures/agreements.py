"""Whether people agree with each other, and whether a judge agrees with them."""

from collections.abc import Iterator, Sequence
from functools import partial

from app.analysis.intervals import Estimate
from app.figures.cells import COLUMNS, cells
from app.figures.dots import Dot, height, number_dots, share_dots
from app.figures.figure import Figure
from app.figures.shapes import AgreementRow, JudgeRow
from app.figures.strips import QUIET
from app.figures.words import PROMPTS, bounds, caption, value_of

ACCENT = ("accent", "circle")
# Krippendorff, Content Analysis (2nd edition, 2004), chapter 11.
TENTATIVE, RELIABLE = 0.667, 0.8


def agreement(
    question: str, rows: Sequence[AgreementRow], *, name: str = "agreement", method: str = PROMPTS
) -> Figure:
    """Alpha of each criterion, and under it how often two judgements are the same."""
    dots = list(_criteria(rows))
    estimates = [estimate for row in rows for estimate in (row.alpha, row.raw)]
    text = caption(
        "Krippendorff’s alpha: 1 is full agreement, 0 what chance gives. Dashed: 0.667 and 0.8, his"
        " bounds for tentative and for reliable conclusions. Raw: share of pairs of judgements of"
        " the same answers that agree, chance included.",
        method,
        estimates=estimates,
    )
    table = tuple(
        (row.criterion, measure, *cells(estimate))
        for row in rows
        for measure, estimate in (("alpha", row.alpha), ("raw agreement", row.raw))
    )
    low = min([0.0, *(end for estimate in estimates for end in _ends(estimate))])
    domain = (1.06 * low, 1.0)
    draw = partial(
        number_dots, dots, "Agreement: more to the right", domain, references=(TENTATIVE, RELIABLE)
    )
    columns = ("criterion", "measure", "value", *COLUMNS)
    return Figure(name, question, text, columns, table, draw, height(dots))


def _ends(estimate: Estimate) -> list[float]:
    known = [*(bounds(estimate) or ()), value_of(estimate)]
    return [end for end in known if end is not None]


def _criteria(rows: Sequence[AgreementRow]) -> Iterator[Dot]:
    for row in rows:
        yield Dot(row.criterion)
        told = {"Criterion": row.criterion}
        yield Dot("alpha", row.alpha, ACCENT, told)
        yield Dot("raw", row.raw, QUIET, told)


def judge_agreement(
    question: str, rows: Sequence[JudgeRow], *, name: str = "judge-agreement", method: str = PROMPTS
) -> Figure:
    """How often a judge says what a person says, beside how often two people do."""
    dots = list(_judged(rows))
    text = caption(
        "Share of pairs of judgements of the same answers that agree. Where people agree with a"
        " judge less than with each other, it does not stand in for a person.",
        method,
        estimates=[estimate for row in rows for estimate in (row.people, row.judge)],
    )
    table = tuple(
        (row.criterion, who, *cells(estimate))
        for row in rows
        for who, estimate in (("people", row.people), (row.judge_name, row.judge))
    )
    columns = ("criterion", "with people", "agreement", *COLUMNS)
    draw = partial(share_dots, dots, "Share of pairs of judgements that agree", references=())
    return Figure(name, question, text, columns, table, draw, height(dots))


def _judged(rows: Sequence[JudgeRow]) -> Iterator[Dot]:
    seen: set[str] = set()
    for row in rows:
        told = {"Criterion": row.criterion}
        if row.criterion not in seen:
            seen.add(row.criterion)
            yield Dot(row.criterion)
            yield Dot("people with people", row.people, QUIET, told)
        yield Dot(f"{row.judge_name} with people", row.judge, ("accent", "diamond"), told)
