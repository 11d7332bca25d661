"""Newton's method for concave likelihoods, on many sets of parameters at once."""

from collections.abc import Callable

import numpy as np

from app.analysis.votes import Floats

# A penalty of RIDGE/2 x parameter^2 on the sum of the log likelihood: a thousandth of a vote. It
# changes nothing that votes say, and a resample in which somebody never loses has a finite answer.
RIDGE = 1e-3

_STEPS = 100
_LONGEST_STEP = 2.0
_CLOSE = 1e-9


def settled(start: Floats, step: Callable[[Floats], Floats]) -> Floats:
    """Shape (sets, parameters): `start`, with steps added until they are nothing.

    Steps are kept short where the votes say little. Raises ValueError when they go on.
    """
    values = start.copy()
    for _ in range(_STEPS):
        wanted = step(values)
        longest = np.abs(wanted).max(axis=1, keepdims=True, initial=_LONGEST_STEP)
        values += wanted * (_LONGEST_STEP / longest)
        if np.abs(wanted).max(initial=0.0) < _CLOSE:
            return values
    raise ValueError("the strengths do not settle: is a count negative or not a number?")


def solved(curves: Floats, slopes: Floats) -> Floats:
    """Shapes (sets, n, n) and (sets, n) -> (sets, n): the step of every set."""
    return np.asarray(np.linalg.solve(curves, slopes[:, :, None])[:, :, 0], dtype=np.float64)
