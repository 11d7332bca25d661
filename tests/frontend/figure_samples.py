"""Every figure with numbers as a study gives them."""

from app.analysis.intervals import Estimate
from app.figures import Figure, PairRow, in_order, preference_bars

BASE, LORA, FULL = in_order([("base", "base"), ("lora-r16", "lora"), ("full", "full")])
UNKNOWN = Estimate(1.0, None, None, 4, 3, "fewer than 6 prompts")


def estimate(value: float, half: float, n: int = 120, clusters: int = 60) -> Estimate:
    return Estimate(value, value - half, value + half, n, clusters)


def preference() -> Figure:
    return preference_bars(
        "Which answers did raters find more factual?",
        [
            PairRow(LORA, FULL, 61, 9, 12, 4, 30, estimate(0.63, 0.08), estimate(0.63, 0.09)),
            PairRow(BASE, LORA, 40, 12, 20, 6, 42, estimate(0.49, 0.1), estimate(0.49, 0.13)),
            PairRow(BASE, FULL, 4, 0, 0, 0, 0, UNKNOWN),
        ],
    )


def every() -> list[Figure]:
    return [preference()]
