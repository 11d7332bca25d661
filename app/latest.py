"""What was computed of each thing last, by whoever asked first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass
class _Place(Generic[Value]):
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: tuple[Hashable, Value] | None = None


class Latest(Generic[Value]):
    """One version of each of the `most` things asked for last. Who asks for a thing while it is
    computed waits for it: a page asks for several figures at once. Others do not wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._places: OrderedDict[Hashable, _Place[Value]] = OrderedDict()

    def get(self, thing: Hashable, version: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gave for this version of the thing; an older version is forgotten."""
        place = self._place(thing)
        with place.lock:
            if place.made is None or place.made[0] != version:
                place.made = version, make()
            return place.made[1]

    def _place(self, thing: Hashable) -> _Place[Value]:
        with self._lock:
            place = self._places.setdefault(thing, _Place())
            self._places.move_to_end(thing)
            while len(self._places) > self._most:
                self._places.popitem(last=False)
            return place
