"""How fast a run goes: responses and tokens per second over the last seconds, and time left."""

import time
from collections import deque
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
    """Counts what this process saved; `due` is what was missing when it began."""

    def __init__(self, due: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._due = due
        self._clock = clock
        self._saved = 0
        self._began: float | None = None
        self._recent: deque[tuple[float, int, int]] = deque()

    def record(self, responses: int, tokens: int) -> None:
        """Counts requests that are settled (answered or failed) and their tokens."""
        self._saved += responses
        if self._began is None:
            # Engines start for a while: measure from the first batch, without that batch.
            self._began = self._clock()
        else:
            self._recent.append((self._clock(), responses, tokens))

    def result(self) -> RateResult:
        seconds = self._window()
        responses = sum(entry[1] for entry in self._recent) / seconds
        left = self._due - self._saved
        return RateResult(
            saved=self._saved,
            due=left,
            responses_per_s=responses,
            tokens_per_s=sum(entry[2] for entry in self._recent) / seconds,
            seconds_left=left / responses if responses else None,
        )

    def _window(self) -> float:
        """Drops what is too old; the seconds that the rest covers."""
        now = self._clock()
        while self._recent and self._recent[0][0] <= now - WINDOW:
            self._recent.popleft()
        age = now - self._began if self._began is not None else 0.0
        return min(WINDOW, age) or WINDOW
