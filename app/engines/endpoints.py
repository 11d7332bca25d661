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
    """One per address, named after its first variant; a missing key is its error."""
    sharing: dict[str, dict[str, EndpointSpec]] = {}
    for variant in registry.variants:
        if variant.endpoint is not None:
            sharing.setdefault(base_url(variant.endpoint), {})[variant.name] = variant.endpoint
    return [_status(address, endpoints) for address, endpoints in sharing.items()]


def _status(address: str, endpoints: dict[str, EndpointSpec]) -> EngineStatus:
    problem = next(filter(None, map(_missing_key, endpoints.values())), None)
    return EngineStatus(
        name=next(iter(endpoints)),
        variants=tuple(endpoints),
        state=EngineState.REMOTE,
        base_url=address,
        error=problem.message if problem else None,
        hint=problem.hint if problem else None,
    )


def _missing_key(endpoint: EndpointSpec) -> EngineError | None:
    try:
        _key(endpoint)
    except EngineError as error:
        return error
    return None


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
