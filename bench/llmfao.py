"""LLMFAO: 59 language models compared by 124 crowd workers on 13 prompts, and its leaderboard.

Dmitry Ustalov, 2023, https://github.com/dustalov/llmfao, data under CC BY 4.0; prompts and answers
by llmonitor.com under the same licence. Nothing of it is kept in this repository.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JUDGE_MODELS = ("GPT-4", "GPT-3")
"""They compared the same pairs, once each."""

_WINNERS = {"left": "model_a", "right": "model_b", "tie": "tie"}
_ROW = re.compile(r"<th>([^<]*)</th>\s*<td>([^<]*)</td>\s*<td>([^<]*)</td>\s*<td>([^<]*)</td>")


@dataclass(frozen=True)
class Published:
    """A line of the leaderboard. Scores of all add up to 1; `votes` counts a pair for each side."""

    score: float
    votes: int
    rank: int


def battles(folder: Path) -> Iterator[dict[str, Any]]:
    """What `triptych import-judgements` reads, of people and of the two judge models."""
    lines = (folder / "pairs-crowd.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = {str(pair["id"]): pair for pair in map(json.loads, lines)}
    for row in _rows(folder / "crowd-comparisons.csv"):
        yield {**_battle(row, pairs[row["id"]]), "judge": row["worker"]}
    for name in JUDGE_MODELS:
        file = folder / f"{name.lower().replace('-', '')}-crowd-comparisons.csv"
        for row in _rows(file):
            yield {**_battle(row, pairs[row["id"]]), "judge": name, "rater_kind": "judge"}


def leaderboards(folder: Path) -> dict[str, dict[str, Published]]:
    """By who judged (Humans, GPT-4, GPT-3), then by variant: as the notebook shows them."""
    notebook = json.loads((folder / "leaderboard.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
    pages = ["".join(output.get("data", {}).get("text/html", ())) for output in outputs]
    tables = [_table(page) for page in pages if "<th>score</th>" in page]
    return dict(zip(("Humans", *JUDGE_MODELS), tables, strict=True))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _battle(row: dict[str, str], pair: dict[str, Any]) -> dict[str, Any]:
    return {
        "question_id": pair["slug"],
        "category": pair["type"],
        "prompt": pair["text"],
        "reference": pair["note"],
        "model_a": row["left"],
        "model_b": row["right"],
        "response_a": pair["result_x"],
        "response_b": pair["result_y"],
        "winner": _WINNERS[row["winner"]],
    }


def _table(page: str) -> dict[str, Published]:
    found = _ROW.findall(page)
    return {name: Published(float(s), int(votes), int(rank)) for name, s, votes, rank in found}
