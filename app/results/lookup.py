"""From ids to places, for millions at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.integer[Any]]

NULL = -1

_DENSE = 10  # ids are places in a table unless it has more than so many times as many rows


class Lookup:
    """The value of each of some ids, all different; without values, the place of the id."""

    def __init__(self, ids: Integers, values: Integers | None = None) -> None:
        self._first = int(ids.min(initial=0))
        span = int(ids.max(initial=0)) - self._first + 1
        values = np.arange(len(ids)) if values is None else values
        self._ids: Integers | None = None
        if span > _DENSE * max(len(ids), 1000):
            order = np.argsort(ids)
            self._ids, self._values = ids[order], values[order]
        else:
            self._values = np.full(span, NULL, dtype=values.dtype)
            self._values[ids - self._first] = values

    def of(self, wanted: Integers) -> Integers:
        """NULL for ids that are not there."""
        if self._ids is None:
            places = wanted - self._first
            found = (places >= 0) & (places < len(self._values))
        else:
            places = np.searchsorted(self._ids[:-1], wanted)
            found = self._ids[places] == wanted
        return np.where(found, self._values[np.where(found, places, 0)], NULL)
