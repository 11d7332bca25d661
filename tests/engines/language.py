"""A language of sixteen tokens with every probability known: what fake engines score with.

At each position of an answer the base's tokens have an order; the first has probability 1/2, each
following one half of that. A tuned variant has the same order with one token lifted to the first
place, at some positions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

SIZE = 16
ALL = -1
END = 0
TEXTS = ("</s>", *(f" w{number}" for number in range(1, SIZE)))
# Ids of prompts begin here, so that answers are told apart from them.
PROMPT = 100

# By position, the base's rank of the token that comes first instead.
Shifts = Mapping[int, int]


@dataclass(frozen=True)
class Language:
    """`length`: of answers, without the token that ends them. `shifts`: by name of the variant;
    whoever has none speaks as the base does."""

    length: int = 2
    shifts: Mapping[str, Shifts] = field(default_factory=lambda: {"lora": {0: 4}})

    @classmethod
    def from_json(cls, plan: Mapping[str, Any]) -> "Language":
        """Of `length` and `shifts`, whose positions JSON makes texts."""
        found = {
            name: {int(position): rank for position, rank in shifts.items()}
            for name, shifts in plan.get("shifts", {"lora": {0: 4}}).items()
        }
        return cls(plan.get("length", 2), found)

    def order(self, name: str, position: int) -> list[int]:
        """All ids, the likeliest first."""
        words = [(position + step) % (SIZE - 1) + 1 for step in range(SIZE - 1)]
        order = [END, *words] if position >= self.length else [*words, END]
        if rank := self.shifts.get(name, {}).get(position):
            order.insert(0, order.pop(rank - 1))
        return order

    def answer(self, name: str) -> list[int]:
        """The greedy one."""
        return [self.order(name, position)[0] for position in range(self.length + 1)]

    def rank(self, name: str, position: int, token: int) -> int:
        return self.order(name, position).index(token) + 1

    def text(self, name: str) -> str:
        return "".join(TEXTS[token] for token in self.answer(name)[:-1]).strip()

    def prompt_logprobs(self, name: str, ids: Sequence[int], top: int) -> list[Any]:
        """One for each id as vLLM gives them: None of the first; ids are texts, as in JSON."""
        first = next((place for place, token in enumerate(ids) if token < SIZE), len(ids))
        return [None, *(self._place(name, n - first, ids[n], top) for n in range(1, len(ids)))]

    def _place(self, name: str, position: int, token: int, top: int) -> dict[str, Any]:
        if token >= SIZE:
            return {str(token): {"logprob": -1.0, "rank": 1, "decoded_token": "?"}}
        order = self.order(name, position)
        told = order if top == ALL else order[:top]
        # vLLM tells of the token itself first.
        return {
            str(one): {
                "logprob": logprob(order.index(one) + 1),
                "rank": order.index(one) + 1,
                "decoded_token": TEXTS[one],
            }
            for one in dict.fromkeys([token, *told])
        }


def logprob(rank: int) -> float:
    """Natural. The last two are equally likely, so that all sum to 1."""
    return -min(rank, SIZE - 1) * log(2)
