"""Connections to servers: one client per address and key, kept open."""

import asyncio
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from openai import DEFAULT_CONNECTION_LIMITS, AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

_TIMEOUT = Timeout(900.0, connect=10.0)  # seconds; long answers on a CPU take minutes
_REMOTE_RETRIES = 5
# Idle connections are given up before uvicorn closes them, which is after 5 seconds: else a
# request meets the closing one and fails.
_LIMITS = type(DEFAULT_CONNECTION_LIMITS)(
    max_connections=DEFAULT_CONNECTION_LIMITS.max_connections,
    max_keepalive_connections=DEFAULT_CONNECTION_LIMITS.max_keepalive_connections,
    keepalive_expiry=2.0,
)


@dataclass(frozen=True)
class Target:
    """Where a variant is served. `base_url` includes /v1; `is_local`: an engine of this machine."""

    base_url: str
    served_name: str
    api_key: str
    is_local: bool


class _Clients:
    """By address and key; and by address and name, what each endpoint refused.

    Engines of this machine by address alone: each start has a key of its own, and where engines
    take turns there are thousands of starts.
    """

    def __init__(self) -> None:
        self.clients: dict[tuple[str, str], AsyncOpenAI] = {}
        self.refused: dict[tuple[str, str], set[str]] = {}


# Connections belong to the event loop that opened them.
_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Clients] = WeakKeyDictionary()


def _here() -> _Clients:
    return _by_loop.setdefault(asyncio.get_running_loop(), _Clients())


def client_of(target: Target) -> AsyncOpenAI:
    clients = _here().clients
    key = (target.base_url, "" if target.is_local else target.api_key)
    if key not in clients:
        clients[key] = _new_client(target)
    clients[key].api_key = target.api_key
    return clients[key]


def _new_client(target: Target) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=target.base_url,
        api_key=target.api_key,
        # A dead engine must be noticed at once, and soon another one may listen on its port.
        max_retries=0 if target.is_local else _REMOTE_RETRIES,
        # Proxies are for the world outside.
        http_client=DefaultAsyncHttpxClient(
            trust_env=not target.is_local, timeout=_TIMEOUT, limits=_LIMITS
        ),
        timeout=_TIMEOUT,
    )


def refused_by(target: Target) -> set[str]:
    """Names of optional parameters that this server has refused; add to it."""
    return _here().refused.setdefault((target.base_url, target.served_name), set())


async def close_clients() -> None:
    """Closes this event loop's connections."""
    clients = _by_loop.pop(asyncio.get_running_loop(), None)
    for client in clients.clients.values() if clients else ():
        await client.close()
