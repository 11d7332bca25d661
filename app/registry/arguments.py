"""vLLM arguments that a variant passes through, and those that Triptych keeps to itself."""

import re
from typing import Any

from app.registry.document import Place

_KEY = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = (
    *("host", "port", "uds", "grpc", "grpc_port", "headless", "root_path", "config"),
    *("api_key", "ssl_keyfile", "ssl_certfile", "served_model_name", "model_tag"),
    *("enable_lora", "lora_modules", "max_lora_rank", "max_loras", "max_cpu_loras"),
    *("lora_target_modules", "return_tokens_as_token_ids"),
)
_ELSEWHERE = {
    "model": "Name the weights under 'weights'.",
    "revision": "Write revision beside weights, outside vllm.",
    "chat_template": "Write format: {type: template, file: ...} instead.",
    "temperature": "Put it under 'sampling'.",
    "max_tokens": "Put it under 'sampling'.",
}


def resolve_arguments(given: dict[str, Any] | None, place: Place) -> dict[str, Any]:
    """vLLM's names with underscores -> values; reports what cannot be passed through."""
    arguments = {}
    for key, value in (given or {}).items():
        name = key.replace("-", "_")
        if not _KEY.fullmatch(name):
            hint = f"Write {name.strip('_').lower() or 'vLLM names'}: ... without dashes in front."
            (place / key).problem(f"'{key}' is not a name of a vLLM argument.", hint)
        elif name in _ELSEWHERE or _is_reserved(name):
            hint = _ELSEWHERE.get(name, "Triptych sets it itself; leave it out.")
            (place / key).problem(f"'{key}' cannot be set under vllm.", hint)
        elif name in arguments:
            (place / key).problem(f"'{key}' is given twice.", "Keep one of them.")
        elif value is None:
            (place / key).problem(f"'{key}' is empty.", "Give it a value or remove it.")
        elif not _passable(value):
            (place / key).problem(f"'{key}' has a value that cannot be passed on.", "Quote it.")
        else:
            arguments[name] = value
    return arguments


def _is_reserved(name: str) -> bool:
    # vLLM takes any beginning of a name for the whole (--hos for --host), and --no- before it.
    return any(full.startswith(name.removeprefix("no_")) for full in _RESERVED)


def _passable(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_passable, value.values()))
    if isinstance(value, list):
        return all(map(_passable, value))
    return isinstance(value, str | int | float | bool)
