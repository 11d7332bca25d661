"""What a variant is, wherever its files are and whatever it is called."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# What a part's fingerprint stands for: where its files were, and which folder an adapter named.
_PLACES = {"weights": ("id",), "adapter": ("id", "base"), "format": ("file",)}
_LABELS = ("name", "checkpoint", "trained_on")


def identity_of(spec: Mapping[str, Any]) -> str:
    """64 hexadecimal digits from a spec as it was frozen, also by an earlier version.

    Left out: names, series and step, the set that it was trained on, and every local path that a
    fingerprint stands for. Of recorded answers nothing is known but whose they are said to be:
    their identity is name and kind.
    """
    return hashlib.sha256(json.dumps(essence_of(spec), sort_keys=True).encode()).hexdigest()


def essence_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Part -> what counts of it; parts and keys that are not given are left out."""
    if spec.get("recorded"):
        return {key: spec.get(key) for key in ("recorded", "name", "kind")}
    parts = {key: _essential(key, part) for key, part in spec.items() if key not in _LABELS}
    return {key: part for key, part in parts.items() if part is not None}


def _essential(key: str, part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    places = _PLACES.get(key, ()) if part.get("fingerprint") else ()
    return {k: value for k, value in part.items() if k not in places and value is not None}
