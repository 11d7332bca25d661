"""models.yaml -> specs. Pure: reads files, starts nothing, knows no database.

A variant's `content_hash` covers everything that can change its answers; two variants with the
same hash are the same variant, whatever they are called. Its `identity` leaves out where files are:
it recognises a variant whose folders were moved or copied.
"""

from app.registry.identity import essence_of, identity_of
from app.registry.load import load_registry
from app.registry.specs import (
    LORA_RANKS,
    AdapterSpec,
    CheckpointSpec,
    EndpointSpec,
    EngineSpec,
    FormatSpec,
    Registry,
    SamplingSpec,
    Spec,
    TrainedOnSpec,
    VariantSpec,
    WeightsSpec,
)

__all__ = [
    "LORA_RANKS",
    "AdapterSpec",
    "CheckpointSpec",
    "EndpointSpec",
    "EngineSpec",
    "FormatSpec",
    "Registry",
    "SamplingSpec",
    "Spec",
    "TrainedOnSpec",
    "VariantSpec",
    "WeightsSpec",
    "essence_of",
    "identity_of",
    "load_registry",
]
