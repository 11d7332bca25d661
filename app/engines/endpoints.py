"""Remote servers: where they are, and their keys."""

import os
from urllib.parse import urlsplit

from app.engines.connections import Target
from app.engines.status import EngineState, EngineStatus
from app.errors import EngineError
from app.registry import EndpointSpec, Registry


def target(endpoint: EndpointSpec) -> Target:
    """Raises a fatal EngineError when the variable that holds the key is not set."""
    return Target(base_url(endpoint), endpoint.served_name, _key(endpoint), is_local=False)


def base_url(endpoint: EndpointSpec) -> str:
    """An address without a path gets the usual /v1."""
    path = urlsplit(endpoint.url).path.strip("/")
    return endpoint.url if path else f"{endpoint.url.rstrip('/')}/v1"


def statuses(registry: Registry) -> list[EngineStatus]:
    """One per address, named after its first variant."""
    sharing: dict[str, list[str]] = {}
    for variant in registry.variants:
        if variant.endpoint is not None:
            sharing.setdefault(base_url(variant.endpoint), []).append(variant.name)
    return [
        EngineStatus(
            name=names[0], variants=tuple(names), state=EngineState.REMOTE, base_url=address
        )
        for address, names in sharing.items()
    ]


def _key(endpoint: EndpointSpec) -> str:
    if endpoint.api_key_env is None:
        return "none"  # the client insists on one
    # The name is the user's own choice, hence no setting of ours.
    key = os.environ.get(endpoint.api_key_env)
    if key:
        return key
    raise EngineError(
        f"The key for {endpoint.url} is missing: {endpoint.api_key_env} is not set.",
        hint=f"Run `export {endpoint.api_key_env}=...` before starting Triptych.",
        fatal=True,
    )
