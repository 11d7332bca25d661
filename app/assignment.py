"""Who judges what, and in which order: pure functions of counts and a stored seed.

The same seed, item and rater give the same order wherever and whenever it is asked for.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Order = tuple[int, ...]
Used = Mapping[tuple[int, int], int]  # (variant, slot from 0) -> how often it stood there

_OWN_FIRST = 1_000_000  # no item has as many raters


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
    fewest = min(candidate.taken for candidate in candidates)
    least = [candidate for candidate in candidates if candidate.taken == fewest]
    fresh = [candidate for candidate in least if candidate.prompt_id != last_prompt]
    pool = sorted(candidate.item_id for candidate in fresh or least)
    return pool[draw(seed, rater, len(pool)) % len(pool)]


def gold_due(regular: int, *, every: int, seed: int, rater: str) -> int:
    """How many gold items a rater of `regular` others has had by now.

    One in each stretch of `every` items, at a place that is drawn: nobody can count up to it.
    """
    stretch, rest = divmod(regular, every)
    return stretch + (rest > draw(seed, rater, "gold", stretch) % every)


def uncertainty(comparisons: float, points: float) -> float:
    """How little is known of a pair's preference share: the standard deviation of its posterior.

    Under a uniform prior, with ties as half points: Beta(1 + points, 1 + comparisons - points).
    Pairs that nobody has judged come first, then those that are close or seldom judged
    (uncertainty sampling, Lewis and Gale 1994).
    """
    wins, losses = 1 + points, 1 + comparisons - points
    total = wins + losses
    return float((wins * losses / (total * total * (total + 1))) ** 0.5)


def slot_order(
    members: Sequence[int],
    own: Used,
    others: Used,
    *,
    seed: int,
    item: object,
    rater: str,
) -> Order:
    """The order in which a rater sees an item's responses: a permutation of 0..n-1.

    `members[i]` is the variant of response i. The order that evens the rater's `own` counts best
    wins, then the one that evens `others` (of this item), then the seed. So one rater sees every
    variant in every slot equally often, up to one, at any moment: the counts form a square whose
    lines have equal sums, and such a square always has a full set of its lowest cells to raise.
    """

    def cost(response: int, slot: int) -> int:
        place = (members[response], slot)
        return _OWN_FIRST * own.get(place, 0) + others.get(place, 0)

    shuffled = sorted(range(len(members)), key=lambda i: draw(seed, item, rater, i))
    return _cheapest(shuffled, cost)


def _cheapest(responses: Sequence[int], cost: Callable[[int, int], int]) -> Order:
    """Slot after slot, the cheapest way to have placed each set of responses; the first of equals.

    2^n sets instead of n! orders: nine responses take milliseconds.
    """
    placed: dict[frozenset[int], tuple[int, Order]] = {frozenset(): (0, ())}
    for slot in range(len(responses)):
        longer: dict[frozenset[int], tuple[int, Order]] = {}
        for those, (total, order) in placed.items():
            for response in (r for r in responses if r not in those):
                price, key = total + cost(response, slot), those | {response}
                if key not in longer or price < longer[key][0]:
                    longer[key] = price, (*order, response)
        placed = longer
    [(_, order)] = placed.values()
    return order
