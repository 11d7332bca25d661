"""How fast a run goes: responses and tokens per second over the last seconds, and time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 10.0


@dataclass(frozen=True)
class RateResult:
    """Per second over the last 10 s; `seconds_left` is None until there is a rate."""

    saved: int
    due: int
    responses_per_s: float
    tokens_per_s: float
    seconds_left: float | None


class RunRate:
    """Counts what this process saved; `due` is what was missing when it began.

    One task records; any thread may ask for the result meanwhile.
    """

    def __init__(self, due: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._due = due
        self._clock = clock
        self._saved = 0
        self._began: float | None = None
        self._recent: tuple[tuple[float, int, int], ...] = ()  # replaced, never changed

    def record(self, responses: int, tokens: int) -> None:
        """Counts requests that are settled (answered or failed) and their tokens."""
        self._saved += responses
        if self._began is None:
            # Engines start for a while: measure from the first batch, without that batch.
            self._began = self._clock()
        else:
            now = self._clock()
            self._recent = (*self._since(now - WINDOW), (now, responses, tokens))

    def result(self) -> RateResult:
        now = self._clock()
        recent, seconds = self._since(now - WINDOW), self._seconds(now)
        responses = sum(entry[1] for entry in recent) / seconds
        left = self._due - self._saved
        return RateResult(
            saved=self._saved,
            due=left,
            responses_per_s=responses,
            tokens_per_s=sum(entry[2] for entry in recent) / seconds,
            seconds_left=left / responses if responses else None,
        )

    def _since(self, moment: float) -> list[tuple[float, int, int]]:
        return [entry for entry in self._recent if entry[0] > moment]

    def _seconds(self, now: float) -> float:
        """What the recent entries cover."""
        age = max(now - self._began, 0.0) if self._began is not None else 0.0
        return min(WINDOW, age) or WINDOW
