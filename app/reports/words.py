"""How reports write numbers: as the results page does, and never one without its uncertainty."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app.analysis import Strength
from app.analysis.intervals import Estimate
from app.figures.words import decimal
from app.results.sentences import percent
from app.wording import counted

NONE = "–"
SPACE = "\N{NO-BREAK SPACE}"  # a line ends before an interval, never within it
Written = Callable[[float], str]


def share(estimate: Estimate | None) -> str:
    """`61 % (52 % to 69 %)`, `61 % (no interval: only one prompt)`, or a dash."""
    return _written(estimate, percent)


def mean(estimate: Estimate | None) -> str:
    return _written(estimate, decimal)


def share_interval(estimate: Estimate | None) -> str:
    return _interval(estimate, percent)


def mean_interval(estimate: Estimate | None) -> str:
    return _interval(estimate, decimal)


def strength(found: Strength) -> str:
    return f"{signed(found.value)} ({strength_interval(found)})"


def strength_interval(found: Strength) -> str:
    return SPACE.join((signed(found.low), "to", signed(found.high)))


def signed(value: float) -> str:
    written = decimal(value)
    return f"+{written}" if float(f"{value:.2f}") > 0 else written


def _written(estimate: Estimate | None, written: Written) -> str:
    if estimate is None or estimate.value is None:
        return NONE
    value = written(estimate.value).replace(" ", SPACE)
    return f"{value} ({_interval(estimate, written)})"


def _interval(estimate: Estimate | None, written: Written) -> str:
    if estimate is None:
        return NONE
    if estimate.low is None or estimate.high is None:
        return f"no interval: {estimate.reason}" if estimate.reason else "no interval"
    ends = written(estimate.low), written(estimate.high)
    return f"{ends[0]} to {ends[1]}".replace(" ", SPACE)


def whole(number: int) -> str:
    return f"{number:,}"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


MOST_NAMES = 12
"""That a sentence can hold."""


def named(names: Sequence[str], noun: str) -> str:
    """`a, b and c`, or how many there are: `59 variants`."""
    return listed(names) if len(names) <= MOST_NAMES else counted(len(names), noun)


def day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%B %Y}" if moment else "unknown"


def moment(at: datetime) -> str:
    return f"{day(at)}, {at:%H:%M} UTC"


def seconds(time: float | None) -> str:
    """`4.2 s`, `1 min 20 s`."""
    if time is None:
        return NONE
    if time < 60:
        return f"{time:.1f} s"
    return f"{int(time) // 60} min {int(time) % 60} s"


def lowered(label: str) -> str:
    """A label within a sentence."""
    return label.lower()
