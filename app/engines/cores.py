"""Processor cores for engines that share a machine: two engines on one core spin on each other."""

import itertools
import os
from collections.abc import Sequence


def available_cores() -> tuple[int, ...]:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def share_cores(cores: Sequence[int], engines: int) -> list[tuple[int, ...]]:
    """Disjoint, contiguous and as equal as possible; with too few cores, engines take turns."""
    if engines > len(cores):
        return [(cores[number % len(cores)],) for number in range(engines)]
    bounds = [number * len(cores) // engines for number in range(engines + 1)]
    return [tuple(cores[a:b]) for a, b in itertools.pairwise(bounds)]


def as_ranges(cores: Sequence[int]) -> str:
    """`0-1,4`, as VLLM_CPU_OMP_THREADS_BIND takes it."""
    spans: list[list[int]] = []
    for core in sorted(cores):
        if spans and core == spans[-1][1] + 1:
            spans[-1][1] = core
        else:
            spans.append([core, core])
    return ",".join(f"{a}-{b}" if a < b else f"{a}" for a, b in spans)
