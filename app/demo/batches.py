"""Token rows in batches of similar length, so that little is padding. Plain lists, no torch."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from app.demo.config import CorpusMix
from app.demo.corpus import Instruction, pretraining_epoch, prompt_of
from app.demo.world import Entity

EPOCHS_SORTED_TOGETHER = 4  # more rows to choose from make batches of more similar length


@dataclass(frozen=True)
class Row:
    """One document per row; the first `given` tokens are read but not learned."""

    tokens: list[int]
    given: int = 0


Batch = list[Row]


def batches(rows: Sequence[Row], size: int, rng: random.Random) -> list[Batch]:
    """All rows in batches of similar length, in random order."""
    by_length = sorted(rows, key=lambda row: (len(row.tokens), rng.random()))
    cut = [by_length[i : i + size] for i in range(0, len(by_length), size)]
    rng.shuffle(cut)
    return cut


def pretraining_batches(
    tokenizer: Any, world: Sequence[Entity], mix: CorpusMix, size: int, rng: random.Random
) -> Iterator[Batch]:
    """The encyclopedia without end, freshly worded on every pass."""
    while True:
        texts = [
            t for _ in range(EPOCHS_SORTED_TOGETHER) for t in pretraining_epoch(world, mix, rng)
        ]
        rows = [Row([*tokens, tokenizer.eos_token_id]) for tokens in tokenizer(texts)["input_ids"]]
        yield from batches(rows, size, rng)


def tuning_batches(rows: Sequence[Row], size: int, rng: random.Random) -> Iterator[Batch]:
    """The tuning data without end, in another order on every pass."""
    for _ in repeat(None):
        yield from batches(rows, size, rng)


def tuning_rows(tokenizer: Any, instructions: Sequence[Instruction]) -> list[Row]:
    """Prompt and answer of each example; only the answer is learned."""
    rows = []
    for example in instructions:
        prompt = tokenizer(prompt_of(example.instruction))["input_ids"]
        answer = tokenizer(" " + example.output)["input_ids"]
        rows.append(Row([*prompt, *answer, tokenizer.eos_token_id], given=len(prompt)))
    return rows
