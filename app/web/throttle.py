"""Slows down guessing: so many attempts per client and minute, kept in memory."""

import time
from collections import defaultdict, deque

from app.errors import AppError


class Throttle:
    def __init__(self, *, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._attempts: dict[str, deque[float]] = defaultdict(deque)

    def count(self, client: str) -> None:
        """Raises AppError (429) when the client has used up its attempts."""
        now = time.monotonic()
        attempts = self._attempts[client]
        while attempts and now - attempts[0] > self.seconds:
            attempts.popleft()
        if len(attempts) >= self.limit:
            raise AppError(
                "Too many attempts.", hint=f"Wait {self.seconds:.0f} seconds.", status=429
            )
        attempts.append(now)
