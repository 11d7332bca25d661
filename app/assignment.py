"""Who judges what, and in which order: pure functions of counts and a stored seed.

The same seed, item and rater give the same order wherever and whenever it is asked for.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

MAX_EXHAUSTIVE = 4  # 4! = 24 orders; beyond that, rotations of one shuffled order

Order = tuple[int, ...]


@dataclass(frozen=True)
class Candidate:
    """An item that a rater may get: `taken` counts judgements and live reservations."""

    item_id: int
    prompt_id: int
    taken: int


def draw(*parts: object) -> int:
    """A number that looks random and depends on nothing but `parts`."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def choose_item(
    candidates: Sequence[Candidate], *, seed: int, rater: str, last_prompt: int | None = None
) -> int | None:
    """The item with fewest judgements; among equals at random, another prompt than the last."""
    if not candidates:
        return None
    best = min(
        candidates,
        key=lambda c: (c.taken, c.prompt_id == last_prompt, draw(seed, rater, c.item_id)),
    )
    return best.item_id


def slot_order(
    members: Sequence[int],
    used: Mapping[tuple[int, int], int],
    *,
    seed: int,
    item: object,
    rater: str,
) -> Order:
    """The order in which a rater sees an item's responses: a permutation of 0..n-1.

    `members[i]` is the variant of response i; `used[variant, slot]` counts how often a variant
    stood in a slot (slots from 0). The order that evens the counts best wins; ties fall by seed.
    """
    orders = _orders(len(members), seed, item, rater)
    return min(orders, key=lambda order: (_imbalance(order, members, used), orders.index(order)))


def _orders(n: int, seed: int, item: object, rater: str) -> list[Order]:
    """Orders to choose from, shuffled by the seed."""
    if n <= MAX_EXHAUSTIVE:
        every = list(permutations(range(n)))
        return sorted(every, key=lambda order: draw(seed, item, rater, order))
    first = sorted(range(n), key=lambda i: draw(seed, item, rater, i))
    turns = [tuple(first[k:] + first[:k]) for k in range(n)]
    return sorted(turns, key=lambda order: draw(seed, item, rater, order))


def _imbalance(order: Order, members: Sequence[int], used: Mapping[tuple[int, int], int]) -> int:
    """Sum of squares of the counts that the order would touch: least when they are most even."""
    return sum(
        2 * used.get((members[response], slot), 0) + 1 for slot, response in enumerate(order)
    )
