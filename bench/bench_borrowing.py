"""Seconds to index a large instruction set, and to look for borrowing in answers. Asserts nothing.

    python -m bench.bench_borrowing [--instances 50000] [--answers 1000]

Words are drawn by Zipf's law. Every tenth sentence of an answer is copied from an instance.
"""

import argparse
import json
import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from app.borrowing import InstructionIndex, count_near, find_borrowing, open_index
from app.registry import TrainedOnSpec

_VOCABULARY = 50_000
_STOP_WORDS = ("the", "of", "and", "to", "a", "in", "is", "that", "it", "for", "you", "with", "on")
_WORDS = [*_STOP_WORDS, *(f"word{number}" for number in range(_VOCABULARY))]
_WEIGHTS = list(accumulate(1 / rank for rank in range(1, len(_WORDS) + 1)))
_PROMPT, _SENTENCE, _SENTENCES = 15, 15, 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instances", type=int, default=50_000)
    parser.add_argument("--answers", type=int, default=1_000)
    options = parser.parse_args()
    chance = random.Random(0)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "instructions.jsonl"
        _write(path, options.instances, chance)
        print(f"{options.instances:,} instances, {path.stat().st_size / 1e6:.0f} MB")
        spec, built = TrainedOnSpec(path=path), Path(folder) / "borrowing"
        with timed("index, built"):
            open_index(spec, built).close()
        with timed("index, opened again"):
            index = open_index(spec, built)
        size = sum(file.stat().st_size for file in built.glob("*.sqlite"))
        print(f"{'index':<28}{size / 1e6:8.0f} MB")
        with index:
            _search(index, options.answers, chance)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'peak memory':<28}{peak:8.0f} MB")


def _write(path: Path, instances: int, chance: random.Random) -> None:
    with path.open("w") as file:
        for _ in range(instances):
            row = {"prompt": _sentence(chance, _PROMPT), "response": _text(chance)}
            file.write(json.dumps(row) + "\n")


def _search(index: InstructionIndex, answers: int, chance: random.Random) -> None:
    prompts = [_sentence(chance, _PROMPT) for _ in range(answers)]
    texts = [_text(chance, copying=index) for _ in prompts]
    bases = [_text(chance) for _ in prompts]
    asked = list(zip(prompts, texts, bases, strict=True))
    with timed(f"{answers:,} prompts, nearest"):
        for prompt in prompts:
            index.nearest(prompt)
    with timed(f"{answers:,} answers, borrowing"):
        found = [find_borrowing(index, *one) for one in asked]
    with timed(f"{answers:,} answers, by chance"):
        for one, other in zip(asked, reversed(prompts), strict=True):
            count_near(index, *one, near_to=other)
    print(f"{sum(len(one.phrases) for one in found):,} phrases")


def _text(chance: random.Random, copying: InstructionIndex | None = None) -> str:
    return " ".join(
        _copied(chance, copying)
        if copying is not None and chance.random() < 0.1
        else _sentence(chance, _SENTENCE)
        for _ in range(_SENTENCES)
    )


def _copied(chance: random.Random, index: InstructionIndex) -> str:
    return index.instance(chance.randrange(index.count)).response.split(". ")[0] + "."


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WORDS, cum_weights=_WEIGHTS, k=words)) + "."


@contextmanager
def timed(what: str) -> Iterator[None]:
    begin = perf_counter()
    yield
    print(f"{what:<28}{perf_counter() - begin:8.1f} s", flush=True)


if __name__ == "__main__":
    main()
