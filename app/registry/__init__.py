"""models.yaml -> specs. Pure: reads files, starts nothing, knows no database.

A variant's `content_hash` covers everything that can change its answers; two variants with the
same hash are the same variant, whatever they are called.
"""

from app.registry.load import load_registry
from app.registry.specs import (
    LORA_RANKS,
    AdapterSpec,
    EndpointSpec,
    EngineSpec,
    FormatSpec,
    Registry,
    SamplingSpec,
    Spec,
    VariantSpec,
    WeightsSpec,
)

__all__ = [
    "LORA_RANKS",
    "AdapterSpec",
    "EndpointSpec",
    "EngineSpec",
    "FormatSpec",
    "Registry",
    "SamplingSpec",
    "Spec",
    "VariantSpec",
    "WeightsSpec",
    "load_registry",
]
