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
from app.registry.trained_on import instruction_set
from app.registry.unnamed import Adapters, with_adapters

__all__ = [
    "LORA_RANKS",
    "AdapterSpec",
    "Adapters",
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
    "instruction_set",
    "load_registry",
    "with_adapters",
]
