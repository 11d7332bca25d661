"""Small instruction sets, and the index of one."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from app.borrowing import InstructionIndex, open_index
from app.registry import TrainedOnSpec

Pairs = Sequence[tuple[str, str]]
Indexed = Callable[[Pairs], InstructionIndex]


def written(path: Path, pairs: Pairs) -> TrainedOnSpec:
    rows = (json.dumps({"prompt": prompt, "response": text}) for prompt, text in pairs)
    path.write_text("\n".join(rows), encoding="utf-8")
    return TrainedOnSpec(path=path)


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Indexed]:
    """From pairs of prompt and response to their index."""
    opened = []

    def index(pairs: Pairs) -> InstructionIndex:
        spec = written(tmp_path / f"set{len(opened)}.jsonl", pairs)
        opened.append(open_index(spec, tmp_path / "borrowing"))
        return opened[-1]

    yield index
    for one in opened:
        one.close()
