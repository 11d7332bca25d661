"""A free port on this machine."""

import socket
from collections.abc import Collection

from app.errors import EngineError

_TRIED = 100


def free_port(first: int, taken: Collection[int]) -> int:
    """The first free one from `first` upward. Raises a fatal EngineError when there is none."""
    last = min(first + _TRIED, 65536)
    for port in range(first, last):
        if port not in taken and _is_free(port):
            return port
    raise EngineError(
        f"Every port from {first} to {last - 1} is taken.",
        hint="Set TRIPTYCH_ENGINE_PORT to the first of a free range.",
        fatal=True,
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the engine does: a port in TIME_WAIT is free, one that is listened on is not.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
