"""Whether an engine answers, and serves what it should."""

from collections.abc import Set

from openai import APIError, AsyncOpenAI, DefaultAsyncHttpxClient


async def healthy(port: int, api_key: str, names: Set[str], *, timeout: float = 3.0) -> bool:
    """Its health is good and every name is served to who has the key. `timeout` in seconds."""
    address = f"http://127.0.0.1:{port}"
    # Loopback without TLS: loading certificates would be most of the work.
    http = DefaultAsyncHttpxClient(trust_env=False, verify=False, timeout=timeout)
    client = AsyncOpenAI(base_url=address, api_key=api_key, max_retries=0, http_client=http)
    try:
        async with client:
            await client.get("/health", cast_to=object)
            listed = await client.with_options(base_url=f"{address}/v1").models.list()
            return names <= {entry.id for entry in listed.data}
    except (APIError, ValueError, TypeError, AttributeError):
        # The latter: another program holds the port and answers with something else.
        return False
