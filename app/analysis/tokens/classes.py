"""How far the base was from a token of a tuned variant's answer."""

import enum

import numpy as np

from app.analysis.votes import Integers


class Shift(enum.IntEnum):
    """By the base's rank of the token: 1, 2 or 3, above 3 (Lin et al., arXiv 2312.01552, section
    2). Codes of what `classes_of` gives."""

    UNSHIFTED = 0
    MARGINAL = 1
    SHIFTED = 2


FIRST, LAST_MARGINAL = 1, 3


def classes_of(ranks: Integers) -> Integers:
    """Codes of `Shift`, of the shape of `ranks`. Raises ValueError for a rank below 1."""
    if len(ranks) and ranks.min() < FIRST:
        raise ValueError(f"ranks begin at {FIRST}, not at {ranks.min()}")
    above = (ranks > FIRST).astype(np.int8) + (ranks > LAST_MARGINAL)
    return np.asarray(above, dtype=np.int8)
