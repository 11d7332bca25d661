"""The settings of one demo family, and the fingerprint by which a finished build is recognised."""

import hashlib
import json
from dataclasses import asdict, dataclass

from app.demo.vocabulary import ATTRIBUTES, CLOSERS, LINKS, NAMES, OPENERS

# Raise it whenever code changes what a build contains; words and settings are hashed anyway.
RECIPE_VERSION = 1


@dataclass(frozen=True)
class CorpusMix:
    """What one pass over the Inner Isles consists of: articles, and shares of the rest."""

    articles: int = 1
    faq: float = 0.4
    talk: float = 0.3
    glossary: float = 0.1


@dataclass(frozen=True)
class DemoConfig:
    """An operating point that was found by measuring; see `app.demo.caveat` before changing it.

    The head size (hidden / heads) must be one that vLLM's CPU attention knows: 32, 64, 80, ...
    """

    mix: CorpusMix = CorpusMix()
    vocabulary: int = 1536  # nearly every word becomes one token
    hidden: int = 128
    feed_forward: int = 384
    layers: int = 3
    heads: int = 4
    positions: int = 256
    initial_deviation: float = 0.04
    batch: int = 16
    base_steps: int = 1200
    base_rate: float = 4e-3
    tuning_epochs: int = 3
    lora_rate: float = 1.1e-3
    lora_rank: int = 8
    lora_targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj")
    full_rate: float = 5.5e-4

    def fingerprint(self, seed: int) -> str:
        """Equal for two builds that are meant to have the same content."""
        recipe = {
            "version": RECIPE_VERSION,
            "seed": seed,
            "config": asdict(self),
            "attributes": {k: [asdict(a) for a in v] for k, v in ATTRIBUTES.items()},
            "names": {k: asdict(v) for k, v in NAMES.items()},
            "voice": [dict(OPENERS), list(LINKS), dict(CLOSERS)],
        }
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()
