"""KL(tuned || base) of next tokens, in nats: exact, or from below where only lists are known."""

from dataclasses import dataclass

import numpy as np

from app.analysis.votes import Booleans, Floats, Integers

NOTHING = -1  # in place of an id: a list that is shorter than others
# What probabilities in single precision may sum to besides 1, and what they leave of nothing.
_SUM, _ROUNDING = 1e-3, 1e-6


@dataclass(frozen=True, eq=False)
class BoundedKl:
    """Shape of each array: (positions,). `least`: KL is at least this, in nats. `unknown`: the
    probability, under the tuned variant, of the tokens that are not in both lists."""

    least: Floats
    unknown: Floats


def exact_kl(log_p: Floats, log_q: Floats) -> Floats:
    """KL(p || q) from log-probabilities of the whole vocabulary.

    Shape (..., vocabulary) -> (...). Infinite where q rules out what p allows. Raises ValueError
    where shapes differ or probabilities do not sum to 1.
    """
    p, q = (np.asarray(logs, dtype=np.float64) for logs in (log_p, log_q))
    if p.shape != q.shape:
        raise ValueError(f"vocabularies of shapes {p.shape} and {q.shape} cannot be compared")
    shares = np.exp(p)
    for sums in (shares.sum(axis=-1), np.exp(q).sum(axis=-1)):
        if (np.abs(sums - 1) > _SUM).any():
            raise ValueError("the probabilities of a whole vocabulary must sum to 1")
    there = shares > 0
    ratio = np.subtract(p, q, out=np.zeros_like(p), where=there)
    return np.asarray(np.maximum((shares * ratio).sum(axis=-1), 0.0))


def bounded_kl(
    p_ids: Integers,
    p_logprobs: Floats,
    q_ids: Integers,
    q_logprobs: Floats,
    *,
    top: int | None = None,
) -> BoundedKl:
    """The least that KL(p || q) can be, given the most likely tokens of both.

    Shape of each array: (positions, width), the width of p and q may differ; shorter lists end in
    ids of `NOTHING`. The first `top` of a list by probability are the most likely ones; what is
    beyond is the token that was taken, whatever its rank. Without `top` all are most likely ones.

    Pairs known on both sides count as they are. Of a token that only p lists, q gives at most the
    least of its most likely ones. All else is one lump, by the log-sum inequality (Cover and
    Thomas, Elements of Information Theory, theorem 2.7.1). Within these limits the unlisted
    probability of q is laid where it makes KL least.
    """
    p, q = _probabilities(p_ids, p_logprobs), _probabilities(q_ids, q_logprobs)
    known, q_at_p = _looked_up(p_ids, q_ids, q)
    pairs = _terms(p, q_at_p, known).sum(axis=1)
    compared = np.where(known, p, 0.0).sum(axis=1)
    unknown = np.maximum(1 - compared, 0.0)
    left = np.maximum(1 - q_at_p.sum(axis=1), 0.0)
    only_p = np.where(known, 0.0, p)
    rest = _least_of_rest(only_p, unknown, left, _ceiling(q, top))
    return BoundedKl(np.maximum(pairs + rest, 0.0), unknown)


def _probabilities(ids: Integers, logprobs: Floats) -> Floats:
    exact = np.asarray(logprobs, dtype=np.float64)
    return np.where(ids == NOTHING, 0.0, np.exp(np.where(ids == NOTHING, 0.0, exact)))


def _looked_up(p_ids: Integers, q_ids: Integers, q: Floats) -> tuple[Booleans, Floats]:
    """Of each id of p, whether q lists it at the same position, and what q gives to it, else 0."""
    there = q_ids != NOTHING
    if not there.any():
        return np.zeros(p_ids.shape, dtype=np.bool_), np.zeros(p_ids.shape)
    row = np.arange(len(p_ids), dtype=np.int64)[:, None]
    span = int(max(p_ids.max(), q_ids.max())) + 1
    wanted, listed = row * span + p_ids, row * span + q_ids
    keys, order = np.unique(listed[there], return_index=True)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    known = (keys[place] == wanted) & (p_ids != NOTHING)
    return known, np.where(known, q[there][order][place], 0.0)


def _ceiling(q: Floats, top: int | None) -> Floats:
    """Shape (positions,): what a token that q does not list has at most; 1 where it lists none."""
    falling = -np.sort(-q, axis=1)[:, :top]
    least = np.where(falling > 0, falling, 1.0).min(axis=1, initial=1.0)
    return np.asarray(least)


def _least_of_rest(only_p: Floats, p_left: Floats, q_left: Floats, ceiling: Floats) -> Floats:
    """Shape (positions,): the least sum over the tokens that are not in both lists.

    `only_p`, shape (positions, width): the probabilities of those that p lists, else 0. Unbound, q
    would be in proportion to p. Tokens that would get more than the ceiling, the likeliest first,
    get the ceiling, and the lump what remains.
    """
    falling = -np.sort(-only_p, axis=1)
    nothing = np.zeros((len(falling), 1))
    p_lump = np.maximum(p_left[:, None] - np.hstack([nothing, falling.cumsum(axis=1)]), 0.0)
    bound = np.arange(p_lump.shape[1])
    q_lump = np.maximum(q_left[:, None] - bound * ceiling[:, None], _ROUNDING)
    following = np.hstack([falling, nothing])
    fits = following * q_lump <= ceiling[:, None] * p_lump
    count = fits.argmax(axis=1)  # the first; the last always fits
    is_bound = bound[:-1] < count[:, None]
    row = np.arange(len(count))
    lump = p_lump[row, count], q_lump[row, count]
    capped = _terms(falling, np.broadcast_to(ceiling[:, None], falling.shape), is_bound)
    return np.asarray(capped.sum(axis=1) + _terms(*lump, np.ones(len(count), dtype=np.bool_)))


def _terms(p: Floats, q: Floats, counted: Booleans) -> Floats:
    """p log(p / q) where counted, which is 0 where p is."""
    with np.errstate(divide="ignore"):
        logs = np.log(p, out=np.zeros_like(p), where=p > 0) - np.log(q)
    return np.asarray(np.multiply(p, logs, out=np.zeros_like(p), where=counted & (p > 0)))
