"""A variant's distributions over an answer as bytes, kept until the base's have come."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.engines import Candidates

# All tokens below this add less than 1e-6 nats to KL(tuned || base) over 4,096 of them.
_LEAST_LOGPROB = -30.0


@dataclass(frozen=True)
class Packed:
    """`counts`, shape (tokens,): candidates at each place. `ids`, `logprobs`, shape (sum of
    counts,), best first at each place. `whole`: nothing of the vocabulary was left out but what is
    too unlikely to count."""

    counts: NDArray[np.int32]
    ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    whole: bool

    @classmethod
    def of(cls, places: Sequence[Candidates], *, whole: bool) -> Self:
        kept = [place.logprobs > _LEAST_LOGPROB for place in places]
        return cls(
            counts=np.array([keep.sum() for keep in kept], dtype=np.int32),
            ids=np.concatenate([p.ids[keep] for p, keep in zip(places, kept, strict=True)]),
            logprobs=np.concatenate(
                [p.logprobs[keep] for p, keep in zip(places, kept, strict=True)]
            ),
            whole=whole,
        )

    def to_bytes(self) -> bytes:
        head = np.array([self.whole, len(self.counts)], dtype=np.int32)
        return zlib.compress(
            b"".join(part.tobytes() for part in (head, self.counts, self.ids, self.logprobs)), 1
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        plain = zlib.decompress(data)
        whole, places = np.frombuffer(plain, dtype=np.int32, count=2).tolist()
        counts = np.frombuffer(plain, dtype=np.int32, count=places, offset=8)
        entries, start = int(counts.sum()), 8 + 4 * places
        ids = np.frombuffer(plain, dtype=np.int32, count=entries, offset=start)
        logprobs = np.frombuffer(plain, dtype=np.float32, offset=start + 4 * entries)
        return cls(counts, ids, logprobs, bool(whole))

    def places(self) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """Ids and log-probabilities of each place."""
        ends = np.cumsum(self.counts)[:-1]
        return list(zip(np.split(self.ids, ends), np.split(self.logprobs, ends), strict=True))
