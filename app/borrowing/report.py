"""How often the answers of a variant borrow, against chance, and among those that are wrong.

Pure. Intervals resample prompts, as everywhere (`app.analysis.intervals`).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from app.analysis.intervals import (
    LEVEL,
    Estimate,
    clustered_mean,
    clustered_share,
    estimate_from,
    means_of,
)
from app.analysis.resampling import SEED
from app.analysis.votes import numbered

Name = TypeVar("Name", bound=Hashable)


@dataclass(frozen=True)
class BorrowingReport:
    """Of a variant's answers, those with a borrowed content word: `share`; `by_chance`, the share
    that the nearest instances of another prompt would give; and `excess`, how much more it is.
    Both are unknown of answers to one prompt."""

    share: Estimate
    by_chance: Estimate
    excess: Estimate


@dataclass(frozen=True)
class Contrast:
    """The share that borrows in each of two groups of answers, and the first less the second."""

    first: Estimate
    second: Estimate
    difference: Estimate


def others_by_chance(prompts: Sequence[Name], *, seed: int = SEED) -> dict[Name, Name]:
    """For each prompt another one, drawn at random; empty where there is no other."""
    names = list(dict.fromkeys(prompts))
    if len(names) < 2:
        return {}
    order = np.random.default_rng(seed).permutation(len(names))
    return {names[one]: names[other] for one, other in zip(order, np.roll(order, 1), strict=True)}


def report_borrowing(
    content_words: ArrayLike, by_chance: ArrayLike, prompts: Sequence[Hashable]
) -> BorrowingReport:
    """`content_words` borrowed in each answer, `by_chance` what `count_near` gave for it, and its
    prompt. Raises ValueError when lengths differ."""
    borrowed, chance = np.asarray(content_words) > 0, np.asarray(by_chance) > 0
    share = clustered_share(borrowed, prompts)
    if share.clusters < 2:
        unknown = replace(share, value=None)
        return BorrowingReport(share, by_chance=unknown, excess=unknown)
    return BorrowingReport(
        share=share,
        by_chance=clustered_share(chance, prompts),
        excess=clustered_mean(borrowed.astype(float) - chance.astype(float), prompts),
    )


def borrowed_when(
    content_words: ArrayLike, is_first: ArrayLike, prompts: Sequence[Hashable]
) -> Contrast:
    """Answers that are rated wrong (`is_first`, a boolean for each) against the others, or those of
    one variant against those of another: prompts are resampled for both groups together.

    Raises ValueError when lengths differ.
    """
    borrowed = (np.asarray(content_words) > 0).astype(np.float64)
    group = np.where(np.asarray(is_first, dtype=np.bool_), 0, 1)
    if not len(borrowed) == len(group) == len(prompts):
        raise ValueError("content words, groups and prompts must have one length")
    means = means_of(borrowed, group, 2, numbered(prompts))
    first, second = means.share(0), means.share(1)
    if first.value is None or second.value is None:
        missing = Estimate(None, None, None, first.n + second.n, 0, "no data in one of the groups")
        return Contrast(first, second, missing)
    difference = estimate_from(
        first.value - second.value,
        means.draws[:, 0] - means.draws[:, 1],
        first.n + second.n,
        min(first.clusters, second.clusters),
        level=LEVEL,
        of="prompt",
        what="difference",
    )
    return Contrast(first, second, difference)
