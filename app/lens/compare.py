"""One answer under its own variant and under the base, compared token by token."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.tokens.divergence import NOTHING, bounded_kl, exact_kl
from app.engines import Candidates, Scoring
from app.errors import AppError
from app.lens.packing import Packed


@dataclass(frozen=True)
class Compared:
    """One entry per token. `kl`: KL(tuned || base) in nats, a lower bound unless `exact`;
    `unknown`: the probability of the variant's tokens that could not be compared; `alternatives`:
    the base's most likely tokens with their log-probabilities."""

    kl: list[float]
    unknown: list[float]
    alternatives: list[list[tuple[str, float]]]
    exact: bool


def compare(own: Packed, base: Scoring, *, top: int) -> Compared:
    """`top`: how many candidates were asked for where not all were. Raises AppError where what the
    engine gave are no distributions over the same tokens."""
    whole = own.whole and top < 0
    kl, unknown = _exact(own, base.candidates) if whole else _bounded(own, base.candidates, top)
    return Compared(
        kl=[round(value, 6) for value in kl],
        unknown=[round(value, 6) for value in unknown],
        alternatives=[_alternatives(place) for place in base.candidates],
        exact=whole,
    )


def same(scoring: Scoring) -> Compared:
    """Of a base, held against itself."""
    nothing = [0.0] * len(scoring.texts)
    return Compared(nothing, nothing, [_alternatives(place) for place in scoring.candidates], True)


def _exact(own: Packed, base: Sequence[Candidates]) -> tuple[list[float], list[float]]:
    """Tokens that the variant all but rules out were not kept; they add nothing."""
    size = 1 + max(int(ids.max()) for ids in (own.ids, *(place.ids for place in base)))
    log_p = np.full((len(base), size), -np.inf)
    log_q = np.full((len(base), size), -np.inf)
    for row, ((ids, logprobs), place) in enumerate(zip(own.places(), base, strict=True)):
        log_p[row, ids] = logprobs
        log_q[row, place.ids] = place.logprobs
    try:
        kl = exact_kl(log_p, log_q)
    except ValueError as error:
        raise AppError(f"Its distributions cannot be compared: {error}.") from error
    if not np.isfinite(kl).all():
        raise AppError("Its distributions cannot be compared: the base lacks some of the tokens.")
    return kl.tolist(), [0.0] * len(base)


def _bounded(own: Packed, base: Sequence[Candidates], top: int) -> tuple[list[float], list[float]]:
    p_ids, p_logprobs = _padded(own.places())
    q_ids, q_logprobs = _padded([(place.ids, place.logprobs) for place in base])
    found = bounded_kl(p_ids, p_logprobs, q_ids, q_logprobs, top=top if top > 0 else None)
    return found.least.tolist(), found.unknown.tolist()


def _padded(
    places: Sequence[tuple[NDArray[np.int32], NDArray[np.float32]]],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Shape (places, the longest list) each; `NOTHING` ends those that are shorter."""
    width = max(len(ids) for ids, _ in places)
    all_ids = np.full((len(places), width), NOTHING, dtype=np.int32)
    all_logprobs = np.zeros((len(places), width))
    for row, (ids, logprobs) in enumerate(places):
        all_ids[row, : len(ids)] = ids
        all_logprobs[row, : len(ids)] = logprobs
    return all_ids, all_logprobs


def _alternatives(place: Candidates) -> list[tuple[str, float]]:
    best = zip(place.texts, place.logprobs.tolist(), strict=False)  # fewer texts than logprobs
    return [(text, round(logprob, 4)) for text, logprob in best]
