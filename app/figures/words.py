"""How figures write numbers: as the pages do, and never a number that is not there."""

from collections.abc import Callable, Iterable
from math import isfinite

from app.analysis.intervals import Estimate
from app.results.sentences import hundredths
from app.results.sentences import percent as percent  # one way to round, everywhere

PROMPTS = "Bands: 95 % intervals that resample prompts."
Written = Callable[[float], str]


def decimal(value: float) -> str:
    """Two places, with a minus sign that is not a hyphen."""
    return f"{round(value, 2) + 0:.2f}".replace("-", "−")  # + 0: no minus before 0.00


def tenths(value: float) -> str:
    """One place: for scales of a hundred points."""
    return f"{value:.1f}".replace("-", "−")


def value_of(estimate: Estimate) -> float | None:
    """The value where it is a finite number."""
    return estimate.value if estimate.value is not None and isfinite(estimate.value) else None


def bounds(estimate: Estimate | None) -> tuple[float, float] | None:
    """The interval where it has two finite ends and a value."""
    if estimate is None or value_of(estimate) is None:
        return None
    low, high = estimate.low, estimate.high
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return None
    return low, high


def interval(estimate: Estimate | None, written: Written = percent) -> str:
    """`52 % to 69 %`, or why there is no interval."""
    ends = bounds(estimate)
    if ends:
        return f"{written(ends[0])} to {written(ends[1])}"
    reason = estimate.reason if estimate else None
    return f"no interval: {reason}" if reason else "no interval"


def in_short(estimate: Estimate, written: Written = percent) -> str:
    """`61 % (52–69)`, `0.40 (−0.10 to 0.90)`, `61 % (no interval)`, `no data`."""
    value, ends = value_of(estimate), bounds(estimate)
    if value is None:
        return "no data"
    if ends is None:
        return f"{written(value)} (no interval)"
    if written is percent:
        return f"{written(value)} ({hundredths(ends[0])}–{hundredths(ends[1])})"
    return f"{written(value)} ({written(ends[0])} to {written(ends[1])})"


def excludes(estimate: Estimate | None, value: float) -> bool:
    ends = bounds(estimate)
    return ends is not None and not ends[0] <= value <= ends[1]


def caption(*sentences: str, estimates: Iterable[Estimate] = ()) -> str:
    """Sentences, then why intervals are missing where they are."""
    missing = [estimate for estimate in estimates if bounds(estimate) is None]
    reasons = dict.fromkeys(estimate.reason for estimate in missing if estimate.reason)
    last = f"No interval: {'; '.join(reasons)}." if reasons else ""
    return " ".join(sentence for sentence in (*sentences, last) if sentence)
