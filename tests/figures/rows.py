"""Rows for every builder, from names of variants and one estimate."""

from collections.abc import Callable, Sequence
from itertools import combinations

from app import figures
from app.analysis.intervals import Estimate
from app.figures import (
    AgreementRow,
    CategoryRow,
    CheckpointRow,
    ClassRow,
    Figure,
    JudgeRow,
    NamedRow,
    PairRow,
    PlaneRow,
    PositionRow,
    ScoreRow,
    StrengthRow,
    in_order,
)

QUESTION = "What do the raters say?"
SURE = Estimate(0.61, 0.52, 0.7, 120, 60)
Names = Sequence[str]
Maker = Callable[[Names, Estimate], Figure]
KINDS = ("base", "lora", "full", "other")


def variants(names: Names) -> tuple[figures.Variant, ...]:
    return in_order((name, KINDS[place % 4]) for place, name in enumerate(names))


def preference(names: Names, estimate: Estimate) -> Figure:
    pairs = combinations(variants(names), 2)
    rows = [PairRow(one, other, 50, 5, 6, 7, 40, estimate, estimate) for one, other in pairs]
    return figures.preference_bars(QUESTION, rows)


def plane(names: Names, estimate: Estimate) -> Figure:
    rows = [PlaneRow(variant, estimate, estimate) for variant in variants(names)]
    return figures.plane(QUESTION, rows, "Factuality", "Style")


def scores(names: Names, estimate: Estimate) -> Figure:
    bars = [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    rows = [ScoreRow(variant, (3, 0, 9), estimate) for variant in variants(names)]
    return figures.score_distributions(QUESTION, rows, bars)


def by_category(names: Names, estimate: Estimate) -> Figure:
    pairs = combinations(variants(names)[:3], 2)
    rows = [CategoryRow(one, other, name, estimate) for one, other in pairs for name in names]
    return figures.by_category(QUESTION, rows)


def strengths(names: Names, estimate: Estimate) -> Figure:
    rows = [StrengthRow(variant, estimate) for variant in variants(names)]
    return figures.strengths(QUESTION, rows)


def positions(names: Names, estimate: Estimate) -> Figure:
    return figures.positions(QUESTION, [NamedRow(name, estimate, "Raters") for name in names])


def agreement(names: Names, estimate: Estimate) -> Figure:
    return figures.agreement(QUESTION, [AgreementRow(name, estimate, estimate) for name in names])


def cross_table(names: Names, estimate: Estimate) -> Figure:
    first, second = (*variants(names), *variants(["x", "y"]))[:2]
    counts = ((4, 2, 1), (0, 3, 2), (1, 1, 9)) if names else ((0, 0, 0),) * 3
    return figures.cross_table(QUESTION, counts, first, second, parted=estimate)


def checkpoints(names: Names, estimate: Estimate) -> Figure:
    rows = [
        CheckpointRow(variant, step, f"{variant.name}-{step}", estimate)
        for variant in variants(names)
        for step in (100, 200)
    ]
    return figures.checkpoints(QUESTION, rows, "Factuality")


def style_coefficients(names: Names, estimate: Estimate) -> Figure:
    return figures.style_coefficients(QUESTION, [NamedRow(name, estimate) for name in names])


def judge_agreement(names: Names, estimate: Estimate) -> Figure:
    return figures.judge_agreement(QUESTION, [JudgeRow(n, estimate, estimate) for n in names])


def shift_by_position(names: Names, estimate: Estimate) -> Figure:
    return figures.shift_by_position(QUESTION, _at_positions(names, estimate))


def kl_by_position(names: Names, estimate: Estimate) -> Figure:
    return figures.kl_by_position(QUESTION, _at_positions(names, estimate))


def _at_positions(names: Names, estimate: Estimate) -> list[PositionRow]:
    return [PositionRow(variant, at, estimate) for variant in variants(names) for at in range(5)]


def token_classes(names: Names, estimate: Estimate) -> Figure:
    [base] = variants(["base"])
    rows = [
        ClassRow(variant, base, part, estimate, estimate, estimate)
        for variant in variants(names)
        for part in ("All tokens", "First 5 tokens", "Later tokens")
    ]
    return figures.token_classes(QUESTION, rows)


MAKERS: tuple[Maker, ...] = (
    preference,
    plane,
    scores,
    by_category,
    strengths,
    positions,
    agreement,
    cross_table,
    checkpoints,
    style_coefficients,
    judge_agreement,
    shift_by_position,
    kl_by_position,
    token_classes,
)
