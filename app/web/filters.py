"""How numbers, times and sizes are written on every page."""

from collections.abc import Callable
from datetime import datetime

from app.analysis.intervals import Estimate
from app.db import now
from app.lens import sentences
from app.results.sentences import percent as in_percent
from app.results.style_effects import points
from app.results.tokens import What
from app.results.tokens.sentences import nats
from app.results.tokens.sentences import points as token_points
from app.wording import counted


def ago(moment: datetime | None) -> str:
    """`just now`, `5 min ago`, `3 h ago`, `12 May 2026`."""
    if moment is None:
        return "never"
    seconds = (now() - moment).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 24 * 3600:
        return f"{int(seconds // 3600)} h ago"
    return f"{moment.day} {moment:%B %Y}"


def iso(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def duration(seconds: float | None) -> str:
    """`4 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds is None:
        return "unknown"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def number(value: float | None) -> str:
    """`1,234`, `0.25`, `−0.10`, or a dash for nothing."""
    if value is None:
        return "–"
    written = f"{value:,}" if isinstance(value, int) else f"{round(value, 2) + 0:,.2f}"
    return written.replace("-", "−")  # + 0: no minus before 0.00


def signed(value: float | None) -> str:
    """`+0.25`, `−1.10`: with a minus sign that is none of the hyphens."""
    return "–" if value is None else f"{value:+,.2f}".replace("-", "−")


def percent(share: float | None) -> str:
    return "–" if share is None else in_percent(share)


def tokens_share(value: float | None) -> str:
    """Of tokens: `6.6 %` where a percent would hide what differs."""
    return "–" if value is None else sentences.share(value)


def tokens_interval(one: Estimate) -> str:
    """`4.0 to 6.1 %`; it must have an interval."""
    assert one.low is not None
    assert one.high is not None
    return sentences.between(one.low, one.high)


def tokens_apart(value: float, what: str = What.SHIFTED) -> str:
    """A difference in points, `+6.6`, or of KL in nats, `−0.12`."""
    return nats(value) if what == What.KL else token_points(value)


def gigabytes(size: float | None) -> str:
    return "–" if size is None else f"{size / 2**30:.1f} GB"


FILTERS: dict[str, Callable[..., str]] = {
    "ago": ago,
    "iso": iso,
    "duration": duration,
    "number": number,
    "counted": counted,
    "percent": percent,
    "points": points,
    "tokens_share": tokens_share,
    "tokens_interval": tokens_interval,
    "tokens_apart": tokens_apart,
    "signed": signed,
    "gigabytes": gigabytes,
}
