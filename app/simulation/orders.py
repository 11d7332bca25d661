"""Orders of answers for simulated raters, drawn as for people: balanced, from the study's seed."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from app.assignment import slot_order
from app.simulation.answers import Answers, ItemAnswers
from app.simulation.worth import Shown

Used = Counter[tuple[int, int]]  # (variant, slot from 0) -> how often it stood there


class Orders:
    """Remembers what every item's raters have seen; people's orders are none of these."""

    def __init__(self, answers: Answers, seed: int) -> None:
        self._answers = answers
        self._seed = seed
        self._others: defaultdict[int, Used] = defaultdict(Counter)

    def note(self, item: int, places: Iterable[int]) -> None:
        """Somebody saw the item's answers in this order. `item`: its place among the items."""
        self._others[item].update(self._used(places))

    def of(self, rater: str, items: Iterable[int]) -> list[Shown]:
        """One rater's items, one after the other."""
        own: defaultdict[frozenset[int], Used] = defaultdict(Counter)
        shown = []
        for number in items:
            item = self._answers.items[number]
            members = [int(self._answers.variant[place]) for place in item.places]
            places = self._order(rater, number, item, members, own[frozenset(members)])
            own[frozenset(members)].update(self._used(places))
            self.note(number, places)
            shown.append(Shown(number, places))
        return shown

    def _order(
        self, rater: str, number: int, item: ItemAnswers, members: list[int], own: Used
    ) -> tuple[int, ...]:
        order = slot_order(
            members, own, self._others[number], seed=self._seed, item=item.position, rater=rater
        )
        return tuple(item.places[index] for index in order)

    def _used(self, places: Iterable[int]) -> list[tuple[int, int]]:
        return [(int(self._answers.variant[place]), slot) for slot, place in enumerate(places)]
