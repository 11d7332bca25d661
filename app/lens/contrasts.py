"""Tuned variants of one base against each other, over the same resampled prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from app.analysis.intervals import Estimate, means_of
from app.analysis.votes import Integers
from app.lens.result import VariantLens

MOST = 4  # variants: more make more pairs than anybody reads


@dataclass(frozen=True)
class Contrast:
    """`apart`: the shifted share of `first` less that of `second`."""

    first: VariantLens
    second: VariantLens
    apart: Estimate


def tuned_pairs(found: Sequence[VariantLens]) -> list[tuple[VariantLens, VariantLens]]:
    """Of tuned variants that have one base; none of more than `MOST` variants."""
    tuned = [one for one in found if not one.is_control]
    if len(tuned) > MOST:
        return []
    return [pair for pair in combinations(tuned, 2) if pair[0].base == pair[1].base]


def shifted_apart(first: VariantLens, second: VariantLens) -> Estimate:
    """Prompts are resampled for both together, since they answered the same ones."""
    both = (first, second)
    values = np.concatenate([one.read.tokens.is_shifted for one in both])
    which = np.repeat([0, 1], [len(one.read.tokens) for one in both])
    prompts = np.concatenate([_prompt_ids(one) for one in both])
    _, cluster = np.unique(prompts, return_inverse=True)
    return means_of(values, which, 2, cluster).difference(0, 1)


def _prompt_ids(one: VariantLens) -> Integers:
    """Shape (tokens,)."""
    return np.asarray(one.read.prompts, dtype=np.int64)[one.read.tokens.answer]
