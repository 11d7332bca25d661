"""Writing rows, one JSON object per line, or a single object; and names of files."""

import json
import re
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


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def slug(name: str) -> str:
    """Of a name that people gave: what every file system takes, and at most 60 characters."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
