"""Parts of a result beside each other: numpy lets go of the interpreter while it computes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_THREADS = 2  # more would hold more at a time: each part makes copies of millions of votes
_WORTH_IT = 50_000


def beside(judgements: int, *parts: Callable[[], Any]) -> list[Any]:
    """What each part returns, in their order; one after the other where there are few judgements.

    Raises what a part raises. Parts touch no database session: sessions belong to one thread.
    """
    if judgements < _WORTH_IT:
        return [part() for part in parts]
    with ThreadPoolExecutor(_THREADS) as pool:
        return [future.result() for future in [pool.submit(part) for part in parts]]
