"""Slows down guessing: so many attempts per client and minute, kept in memory."""

import threading
import time

from app.errors import AppError

_LONGEST = 200  # characters of a client's name that count


class Throttle:
    def __init__(self, *, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._attempts: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many clients it remembers."""
        return len(self._attempts)

    def count(self, client: str) -> None:
        """Raises AppError (429) when the client has used up its attempts."""
        now = time.monotonic()
        with self._lock:
            self._forget(now - self.seconds)
            attempts = self._attempts.setdefault(client[:_LONGEST], [])
            if len(attempts) >= self.limit:
                raise AppError(
                    "Too many attempts.", hint=f"Wait {self.seconds:.0f} seconds.", status=429
                )
            attempts.append(now)

    def _forget(self, before: float) -> None:
        # Whole clients: anybody can type names without end.
        recent = {c: [at for at in ats if at >= before] for c, ats in self._attempts.items()}
        self._attempts = {client: attempts for client, attempts in recent.items() if attempts}
