"""Parts of a result beside each other: numpy lets go of the interpreter while it computes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_WORTH_IT = 50_000


def in_lanes(judgements: int, *lanes: Callable[[], Any]) -> list[Any]:
    """What each lane returns, in their order; one after the other where there are few judgements.

    Raises what a lane raises. Lanes touch no database session: sessions belong to one thread.
    """
    if judgements < _WORTH_IT:
        return [lane() for lane in lanes]
    with ThreadPoolExecutor(len(lanes)) as pool:
        return [future.result() for future in [pool.submit(lane) for lane in lanes]]
