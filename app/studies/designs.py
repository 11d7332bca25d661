"""Which variants stand together in an item: pure functions of the study's seed.

A variant is its place among the study's variants, from 0; a group is a sorted tuple of places.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import combinations

from app.assignment import draw
from app.tables import Design

Group = tuple[int, ...]


def candidates(
    design: Design, variants: int, *, size: int | None, pairs: Sequence[Sequence[int]] | None
) -> list[Group]:
    """Every group that the design allows: pairs (chosen or all), blocks of `size`, or all."""
    if design is Design.SIDE_BY_SIDE:
        return [tuple(range(variants))]
    if design is Design.BLOCKS:
        return list(combinations(range(variants), size or variants))
    if pairs is not None:
        return sorted({(min(pair), max(pair)) for pair in pairs})
    return list(combinations(range(variants), 2))


def plan_groups(
    groups: Sequence[Group], units: Sequence[Hashable], *, per_unit: int | None, seed: int
) -> list[tuple[Group, ...]]:
    """The groups of each unit (a prompt and sample): all of them, or `per_unit` in balance.

    Pairs: the least used first, so that no pair is ever used more than once more than another.
    Blocks: the least used variants first, then those that met least. Both are greedy in the order
    of the units; what is equal is drawn from the seed. Balanced incomplete block designs (Yates
    1936) exist for few numbers of variants and blocks only; this comes close for all.
    """
    if per_unit is None or per_unit >= len(groups):
        return [tuple(groups) for _ in units]
    cost = _PairCost() if len(groups[0]) == 2 else _BlockCost()
    planned = []
    for unit in units:
        chosen: list[Group] = []
        for _ in range(per_unit):
            left = [group for group in groups if group not in chosen]
            best = min(left, key=_keyed(cost, seed, unit))
            cost.count(best)
            chosen.append(best)
        planned.append(tuple(sorted(chosen)))
    return planned


def _keyed(
    cost: "_PairCost | _BlockCost", seed: int, unit: Hashable
) -> Callable[[Group], tuple[int, ...]]:
    return lambda group: (*cost(group), draw(seed, "group", unit, *group))


class _PairCost:
    def __init__(self) -> None:
        self.pairs: Counter[Group] = Counter()
        self.variants: Counter[int] = Counter()

    def __call__(self, group: Group) -> tuple[int, int]:
        return self.pairs[group], sum(self.variants[one] for one in group)

    def count(self, group: Group) -> None:
        self.pairs[group] += 1
        self.variants.update(group)


class _BlockCost:
    def __init__(self) -> None:
        self.met: Counter[Group] = Counter()
        self.variants: Counter[int] = Counter()

    def __call__(self, group: Group) -> tuple[int, int]:
        meetings = sum(self.met[pair] ** 2 for pair in combinations(group, 2))
        return sum(self.variants[one] for one in group), meetings

    def count(self, group: Group) -> None:
        self.met.update(combinations(group, 2))
        self.variants.update(group)


def draw_stratified(categories: Sequence[str | None], count: int, *, seed: int) -> list[int]:
    """Places of `count` prompts, each category by its share (largest remainders), in order."""
    by_category: dict[str | None, list[int]] = {}
    for place, category in enumerate(categories):
        by_category.setdefault(category, []).append(place)
    quotas = _quotas({name: len(places) for name, places in by_category.items()}, count)
    chosen: list[int] = []
    for name, places in by_category.items():
        shuffled = sorted(places, key=lambda place: draw(seed, "prompt", place))
        chosen += shuffled[: quotas[name]]
    return sorted(chosen)


def draw_half(strata: Sequence[Hashable], *, seed: int) -> list[bool]:
    """For each place whether it is in the half that is drawn: half of all, give or take one, and
    half of each stratum, give or take one."""
    order = sorted(
        range(len(strata)), key=lambda place: (repr(strata[place]), draw(seed, "half", place))
    )
    first = draw(seed, "half") % 2
    drawn = set(order[first::2])
    return [place in drawn for place in range(len(strata))]


def _quotas(sizes: dict[str | None, int], count: int) -> dict[str | None, int]:
    """Hamilton's method: whole shares first, what is left to the largest remainders."""
    total = sum(sizes.values())
    count = min(count, total)
    quotas = {name: size * count // total for name, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda name: (-(sizes[name] * count % total), str(name)))
    for name in by_remainder[: count - sum(quotas.values())]:
        quotas[name] += 1
    return quotas
