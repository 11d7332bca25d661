"""How many tokens a variant's weights know, from their config.json."""

import json

from app.engines.memory import weights_folder
from app.registry import VariantSpec


def vocabulary_size(variant: VariantSpec) -> int | None:
    """None for endpoints, and for weights that are not on this machine yet."""
    folder = weights_folder(variant.weights) if variant.weights else None
    try:
        config = json.loads((folder / "config.json").read_text("utf-8")) if folder else {}
    except (OSError, ValueError):
        return None
    size = config.get("vocab_size") if isinstance(config, dict) else None
    return size if isinstance(size, int) else None
