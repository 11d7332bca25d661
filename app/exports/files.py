"""Writing rows: one JSON object per line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.exports.shapes import WrittenFile


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> WrittenFile:
    """UTF-8, keys in the rows' own order, every row with all keys."""
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return WrittenFile(path.name, count)
