"""What made an answer, for the record: versions, command, revision, chat template."""

import hashlib
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from openai import APIError, AsyncOpenAI

from app.engines.connections import Target
from app.engines.memory import weights_folder
from app.registry import VariantSpec


def of_engine(variant: VariantSpec, version: str, command: Sequence[str]) -> dict[str, Any]:
    """Of a variant on this machine. The fingerprints of its files are in its description."""
    weights, adapter = variant.weights, variant.adapter
    assert weights is not None
    folder = weights_folder(weights)
    return {
        "vllm_version": version,
        "command": shlex.join(command),
        "weights": weights.id,
        "base_revision": weights.revision or _snapshot(folder, is_local=weights.is_local),
        "weights_fingerprint": weights.fingerprint,
        "adapter": adapter.id if adapter else None,
        "adapter_rank": adapter.rank if adapter else None,
        "adapter_alpha": adapter.alpha if adapter else None,
        "adapter_fingerprint": adapter.fingerprint if adapter else None,
        "chat_template_hash": _hash(_chat_template(folder)) if folder else None,
    }


async def of_endpoint(target: Target) -> dict[str, Any]:
    """What a server says about itself; only vLLM tells its version."""
    found: dict[str, Any] = {"endpoint": target.base_url, "served_name": target.served_name}
    root = urljoin(target.base_url, "/")
    client = AsyncOpenAI(base_url=root, api_key=target.api_key, max_retries=0, timeout=5.0)
    try:
        async with client:
            answer = await client.get("/version", cast_to=object)
    except (APIError, ValueError):  # the latter: JSON that is none
        answer = None
    version = answer.get("version") if isinstance(answer, dict) else None
    return found | {"vllm_version": version}


def _snapshot(folder: Path | None, *, is_local: bool) -> str | None:
    """The Hub's commit: the snapshot folder bears its name."""
    return folder.name if folder and not is_local else None


def _chat_template(folder: Path) -> str | None:
    file = folder / "chat_template.jinja"
    if file.is_file():
        return file.read_text(encoding="utf-8")
    try:
        config = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    template = config.get("chat_template") if isinstance(config, dict) else None
    return template if isinstance(template, str) else json.dumps(template) if template else None


def _hash(text: str | None) -> str | None:
    return hashlib.sha256(text.encode()).hexdigest() if text is not None else None
