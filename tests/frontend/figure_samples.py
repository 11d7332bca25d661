"""Every figure with numbers as a study gives them."""

from functools import cache
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

BASE, LORA, FULL = in_order([("base", "base"), ("lora-r16", "lora"), ("full", "full")])
MANY = in_order([(f"checkpoint-{n * 250}", ("lora", "full")[n % 2]) for n in range(1, 13)])
LIKERT = [(float(level), float(level)) for level in range(1, 6)]
UNKNOWN = Estimate(1.0, None, None, 4, 3, "fewer than 6 prompts")
UNDEFINED = Estimate(None, None, None, 40, 20, "undefined: all raters gave the same answer")


def estimate(value: float, half: float, n: int = 120, clusters: int = 60) -> Estimate:
    return Estimate(value, value - half, value + half, n, clusters)


def preference() -> Figure:
    pairs = [
        PairRow(LORA, FULL, 61, 9, 12, 4, 30, estimate(0.63, 0.08), estimate(0.63, 0.09)),
        PairRow(BASE, LORA, 40, 12, 20, 6, 42, estimate(0.49, 0.1), estimate(0.49, 0.13)),
        PairRow(BASE, FULL, 4, 0, 0, 0, 0, UNKNOWN),
    ]
    return figures.preference_bars("Which answers did raters find more factual?", pairs)


def many_pairs() -> Figure:
    pairs = []
    for one, other in combinations(range(len(MANY)), 2):
        share = estimate(0.5 + 0.04 * (other - one) * (-1) ** one, 0.09)
        pairs.append(PairRow(MANY[one], MANY[other], 55, 5, 5, 5, 50, share, share))
    return figures.preference_bars("Which of many variants was preferred?", pairs, name="many")


def plane() -> Figure:
    rows = [
        PlaneRow(BASE, estimate(0.56, 0.06), estimate(0.31, 0.05)),
        PlaneRow(LORA, estimate(0.58, 0.05), estimate(0.66, 0.04)),
        PlaneRow(FULL, estimate(0.36, 0.05), estimate(0.53, 0.13)),
    ]
    question = "Do the answers that raters like also hold true?"
    return figures.plane(question, rows, "Preferred on factuality", "Preferred on style")


def scores() -> Figure:
    rows = [
        ScoreRow(BASE, (4, 10, 31, 52, 40), estimate(3.83, 0.14, 137)),
        ScoreRow(LORA, (3, 8, 26, 58, 45), estimate(3.96, 0.13, 140)),
        ScoreRow(FULL, (41, 38, 27, 20, 12), estimate(2.45, 0.21, 138)),
    ]
    question = "How true did raters find the answers?"
    return figures.score_distributions(question, rows, LIKERT, axis="1: mostly false, 5: all true")


def by_category() -> Figure:
    lora = {"Geography": 0.71, "History": 0.64, "Biology": 0.55, "Tides and weather": 0.48}
    base = {"Geography": 0.44, "History": 0.52, "Biology": 0.58, "Tides and weather": 0.35}
    rows = [
        *(CategoryRow(LORA, FULL, name, estimate(share, 0.12, 30)) for name, share in lora.items()),
        CategoryRow(LORA, FULL, "Lighthouses", UNKNOWN),
        *(CategoryRow(BASE, LORA, name, estimate(share, 0.1, 30)) for name, share in base.items()),
    ]
    return figures.by_category("Does the preference hold for every kind of prompt?", rows)


def strengths() -> Figure:
    styled = "with style control"
    rows = [
        StrengthRow(BASE, estimate(0.08, 0.2), "ties as half wins"),
        StrengthRow(LORA, estimate(0.42, 0.18), "ties as half wins"),
        StrengthRow(FULL, estimate(-0.5, 0.22), "ties as half wins"),
        StrengthRow(BASE, estimate(0.31, 0.24), styled),
        StrengthRow(LORA, estimate(0.12, 0.21), styled),
        StrengthRow(FULL, estimate(-0.43, 0.25), styled),
    ]
    return figures.strengths("How strong is each variant, all comparisons taken together?", rows)


def positions() -> Figure:
    rows = [
        NamedRow("Factuality", estimate(0.52, 0.05), "Criteria"),
        NamedRow("Style", estimate(0.58, 0.05), "Criteria"),
        NamedRow("Rater 1", estimate(0.49, 0.11, 40), "Raters"),
        NamedRow("Rater 2", estimate(0.71, 0.12, 38), "Raters"),
        NamedRow("Rater 3", UNKNOWN, "Raters"),
    ]
    return figures.positions("Did it matter where an answer stood?", rows)


def agreement() -> Figure:
    rows = [
        AgreementRow("Factuality", estimate(0.71, 0.09), estimate(0.83, 0.05)),
        AgreementRow("Style", estimate(0.34, 0.12), estimate(0.61, 0.06)),
        AgreementRow("Safety", UNDEFINED, Estimate(1.0, None, None, 40, 20, "only one value")),
    ]
    return figures.agreement("Do raters agree with each other?", rows)


def cross_table() -> Figure:
    counts = ((48, 22, 31), (12, 30, 9), (11, 14, 63))
    question = "Is the answer that pleases the one that is right?"
    return figures.cross_table(question, counts, LORA, FULL, parted=estimate(0.175, 0.05, 240))


def checkpoints() -> Figure:
    lora = [(250, 0.52, 0.07), (500, 0.58, 0.06), (1000, 0.61, 0.05), (2000, 0.6, 0.05)]
    full = [(250, 0.5, 0.07), (500, 0.47, 0.06), (1000, 0.38, 0.06), (2000, 0.3, 0.05)]
    rows = [
        CheckpointRow(variant, step, f"{variant.name}-{step}", estimate(value, half))
        for variant, line in ((LORA, lora), (FULL, full))
        for step, value, half in line
    ]
    question = "What does more training do to the facts?"
    return figures.checkpoints(question, rows, "Preferred to base on factuality")


def style_coefficients() -> Figure:
    rows = [
        NamedRow("Length in tokens", estimate(0.31, 0.12)),
        NamedRow("Headers", estimate(0.04, 0.1)),
        NamedRow("List items", estimate(0.16, 0.11)),
        NamedRow("Bold spans", estimate(-0.05, 0.09)),
    ]
    return figures.style_coefficients("What do raters reward besides content?", rows)


def judge_agreement() -> Figure:
    rows = [
        JudgeRow("Factuality", estimate(0.78, 0.05), estimate(0.74, 0.04), "judge-7b"),
        JudgeRow("Style", estimate(0.62, 0.06), estimate(0.51, 0.05), "judge-7b"),
    ]
    return figures.judge_agreement("Does the judge agree with people?", rows)


def shift_by_position() -> Figure:
    return figures.shift_by_position("Where does tuning change the answer?", at_positions(1.0))


def kl_by_position() -> Figure:
    question = "How far is the next token from the base’s?"
    return figures.kl_by_position(question, at_positions(3.2))


def at_positions(first: float) -> list[PositionRow]:
    """Much at the first token, little later; the last positions are those of two prompts."""
    return [
        PositionRow(variant, at, at_position(first, late, at))
        for variant, late in ((LORA, 0.03), (FULL, 0.11))
        for at in range(48)
    ]


def at_position(first: float, late: float, at: int) -> Estimate:
    value = first if at == 0 else late + 0.06 * (at % 7 == 3) + 0.1 * (10 < at < 20)
    if at > 41:
        return Estimate(value, None, None, 3, 2, "fewer than 6 prompts")
    half = min(0.02 + 0.001 * at, value)
    return estimate(value, half, 200 - 4 * at, 100 - 2 * at)


def token_classes() -> Figure:
    shares = {
        (LORA, "All tokens"): (0.889, 0.051, 0.06),
        (LORA, "First 5 tokens"): (0.72, 0.08, 0.2),
        (LORA, "Later tokens"): (0.92, 0.04, 0.04),
        (FULL, "All tokens"): (0.826, 0.074, 0.1),
        (FULL, "First 5 tokens"): (0.71, 0.08, 0.21),
        (FULL, "Later tokens"): (0.84, 0.07, 0.09),
    }
    rows = [
        ClassRow(variant, BASE, part, *(estimate(share, 0.02, 6000, 200) for share in values))
        for (variant, part), values in shares.items()
    ]
    return figures.token_classes("Is it how answers begin that tuning changes?", rows)


def empty() -> Figure:
    return figures.strengths("What will be shown once something is judged?", [], name="empty")


@cache
def every() -> tuple[Figure, ...]:
    return (
        preference(),
        plane(),
        scores(),
        cross_table(),
        by_category(),
        strengths(),
        positions(),
        agreement(),
        checkpoints(),
        style_coefficients(),
        judge_agreement(),
        shift_by_position(),
        kl_by_position(),
        token_classes(),
        many_pairs(),
        empty(),
    )
