"""Which files hold one split of a data set: a file alone, or a folder as `datasets` knows them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.errors import InvalidInput, Problem
from app.readers.streams import STREAMED

TRAIN = "train"
"""The split that is taken where none is named."""


def files_of(path: Path, split: str | None = None) -> list[Path]:
    """The files with the rows, in order: of a file itself, of what `save_to_disk` wrote, or of a
    folder of Parquet, Arrow or JSON files, which name their split as in `train-00000.parquet`.

    Raises InvalidInput where there are none, or where it is not known which split is meant.
    """
    try:
        if path.is_dir():
            return _of_folder(path, split)
    except OSError as error:
        raise _invalid(path, f"cannot be read: {error.strerror}.") from None
    if not path.exists():
        raise _invalid(path, "does not exist.", f"Looked for {path}.")
    if split is not None:
        raise _invalid(path, "is one file and has no splits.", "Leave split out.")
    return [path]


def _invalid(path: Path, message: str, hint: str | None = None) -> InvalidInput:
    return InvalidInput(f"'{path.name}' cannot be used.", [Problem(path.name, message, hint)])


def _of_folder(folder: Path, split: str | None) -> list[Path]:
    if (folder / "dataset_dict.json").is_file():
        splits = _list(folder, "dataset_dict.json", "splits")
        return _of_folder(folder / _chosen(folder, splits, split), None)
    if (folder / "state.json").is_file():
        if split is not None:
            raise _invalid(folder, "has no splits.", "Leave split out.")
        entries = _list(folder, "state.json", "_data_files")
        return _existing(folder, (entry["filename"] for entry in entries))
    files = _data_files(folder)
    if not files:
        hint = f"Expected {', '.join(f'*{ending}' for ending in STREAMED)}."
        raise _invalid(folder, "has no file with rows.", hint)
    chosen = _chosen(folder, [_split_of(folder, file) for file in files], split)
    return [file for file in files if _split_of(folder, file) == chosen]


def _data_files(folder: Path) -> list[Path]:
    """Of one kind only: a `dataset_info.json` beside Parquet files has no rows."""
    for ending in (".parquet", ".arrow", ".jsonl", ".ndjson", ".json"):
        if files := sorted(f for f in folder.rglob(f"*{ending}") if f.is_file()):
            return files
    return []


def _split_of(folder: Path, file: Path) -> str:
    """`train` of train.jsonl, train-00000-of-00002.parquet, train/part-0.parquet."""
    parts = file.relative_to(folder).parts
    inside = [part for part in parts[:-1] if part != "data"]
    return inside[0] if inside else file.stem.split("-")[0]


def _chosen(folder: Path, splits: Iterable[str], split: str | None) -> str:
    known = list(dict.fromkeys(splits))
    wanted = split or (known[0] if len(known) == 1 else TRAIN)
    if wanted in known:
        return wanted
    names = ", ".join(known) or "none"
    if split is None:
        raise _invalid(folder, f"has several splits: {names}.", "Name one of them as split.")
    raise _invalid(folder, f"has no split '{split}'.", f"It has: {names}.")


def _list(folder: Path, name: str, key: str) -> list[Any]:
    try:
        return list(json.loads((folder / name).read_text(encoding="utf-8"))[key])
    except (ValueError, KeyError, TypeError):
        message = f"has a {name} without '{key}'."
        raise _invalid(folder, message, "Write it again with save_to_disk.") from None


def _existing(folder: Path, names: Iterable[str]) -> list[Path]:
    files = [folder / name for name in names]
    if absent := [file.name for file in files if not file.is_file()]:
        raise _invalid(folder, f"lacks its file {absent[0]}.", "Copy it again.")
    return files
