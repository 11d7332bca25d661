"""How often a failing engine is started again, and when to stop trying. Pure: times are given."""

from dataclasses import dataclass, field

DELAYS = (1.0, 2.0, 4.0)  # seconds before the first, second and third further try
WINDOW = 600.0  # seconds after which a failure no longer counts
FATAL_PAUSE = 30.0  # seconds for which a failure that cannot heal by itself is not tried again


@dataclass
class Backoff:
    """Failures at the times (seconds) that the caller gives."""

    _failures: list[float] = field(default_factory=list)
    _blocked_until: float = float("-inf")

    def failed(self, now: float, *, fatal: bool) -> None:
        self._failures = [*self._recent(now), now]
        if fatal:
            self._blocked_until = now + FATAL_PAUSE

    def reset(self) -> None:
        self._failures, self._blocked_until = [], float("-inf")

    def gives_up(self, now: float) -> bool:
        """After a fatal failure for a while; after too many others until one is forgotten."""
        return now < self._blocked_until or len(self._recent(now)) > len(DELAYS)

    def delay(self, now: float) -> float:
        """Seconds to wait before the next try."""
        failures = len(self._recent(now))
        return DELAYS[min(failures, len(DELAYS)) - 1] if failures else 0.0

    def _recent(self, now: float) -> list[float]:
        return [failure for failure in self._failures if now - failure < WINDOW]
