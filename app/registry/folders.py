"""Folders of weights and adapters: where they are, what is in them, what identifies them."""

import difflib
import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.registry.document import Place
from app.registry.safetensors import DamagedError, Shapes, read_shapes

TENSOR_FILES = ("*.safetensors", "pytorch_model*.bin", "*.gguf")
WEIGHTS_FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "chat_template.*",
    *TENSOR_FILES,
)
ADAPTER_FILES = ("adapter_config.json", "adapter_model.*")

_WHOLE = 64 * 2**20  # files up to this many bytes are hashed whole, larger ones by samples
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def is_path(text: str, base: Path) -> bool:
    """Whether `text` means a folder; otherwise it is a Hugging Face id."""
    marked = text.startswith(("/", "./", "../", "~", "var/")) or text in (".", "..")
    return marked or text.count("/") > 1 or "\\" in text or (base / text).exists()


def absolute(text: str, base: Path) -> Path:
    return (base / Path(text).expanduser()).resolve()


def locate(text: str, base: Path, place: Place) -> str | None:
    """The absolute folder or the hub id that `text` means; None after reporting a problem."""
    if not is_path(text, base):
        if _HUB_ID.fullmatch(text):
            return text
        hint = "A folder is relative to this file; a Hugging Face id is written owner/name."
        place.problem(f"'{text}' is neither a folder nor a Hugging Face id.", hint)
        return None
    folder = absolute(text, base)
    if folder.is_dir():
        return str(folder)
    what = "is a file, not a folder" if folder.exists() else "does not exist"
    place.problem(f"the folder '{text}' {what}.", _missing_hint(text, folder))
    return None


def _missing_hint(text: str, folder: Path) -> str:
    if folder.is_file():
        return f"Name the folder that holds it: '{Path(text).parent}'."
    if text.startswith("var/demo"):
        return "`make demo` builds the demo's folders."
    parent = folder.parent
    siblings = [p.name for p in parent.iterdir() if p.is_dir()] if parent.is_dir() else []
    close = difflib.get_close_matches(folder.name, siblings, n=1)
    return f"Did you mean '{Path(text).parent / close[0]}'?" if close else f"Looked for {folder}."


def read_json(path: Path, place: Place) -> dict[str, Any] | None:
    """The object in a JSON file; None after reporting that it is broken."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        place.problem(
            f"{path.name} in '{path.parent.name}' is not JSON: {error}.", "Copy it again."
        )
        return None
    if isinstance(content, dict):
        return content
    place.problem(f"{path.name} in '{path.parent.name}' must hold a JSON object.", "Copy it again.")
    return None


def shapes_of(folder: Path, pattern: str, place: Place) -> Shapes:
    """Shapes of all tensors in the folder's safetensors files; damaged files are reported."""
    shapes: Shapes = {}
    for path in sorted(folder.glob(pattern)):
        try:
            shapes |= read_shapes(path)
        except DamagedError as error:
            place.problem(f"{path.name} in '{folder.name}' {error}.", "Copy or download it again.")
    return shapes


def check_weights(folder: Path, place: Place) -> None:
    """Reports what would keep an engine from loading the folder."""
    if not (folder / "config.json").is_file():
        hint = "Name the folder that has config.json and the *.safetensors files."
        if (folder / "adapter_config.json").is_file():
            hint = "It is an adapter: put it under 'adapter' and its base under 'weights'."
        place.problem(f"'{folder.name}' has no config.json.", hint)
        return
    read_json(folder / "config.json", place)
    if not any(any(folder.glob(g)) for g in ("*.safetensors", "*.bin", "*.pt", "*.gguf")):
        place.problem(
            f"'{folder.name}' has no weight files.", "Expected *.safetensors beside config.json."
        )
    shapes_of(folder, "*.safetensors", place)
    if absent := _absent_shards(folder, place):
        named = ", ".join(absent[:3]) + (" ..." if len(absent) > 3 else "")
        message = f"'{folder.name}' lacks {len(absent)} of its weight files: {named}."
        place.problem(message, "Copy or download it again.")


def _absent_shards(folder: Path, place: Place) -> list[str]:
    """Files that the index of divided weights names and that are not there."""
    index = folder / "model.safetensors.index.json"
    content = read_json(index, place) if index.is_file() else None
    parts = (content or {}).get("weight_map")
    names = {str(name) for name in parts.values()} if isinstance(parts, dict) else set()
    return sorted(name for name in names if not (folder / name).is_file())


def has_chat_template(folder: Path) -> bool:
    """Whether the tokenizer in `folder` brings a chat template."""
    if any((folder / f"chat_template.{ending}").is_file() for ending in ("jinja", "json")):
        return True
    config = folder / "tokenizer_config.json"
    try:
        return bool(json.loads(config.read_text(encoding="utf-8")).get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return False


def fingerprint(folder: Path, patterns: tuple[str, ...]) -> str:
    """Identifies what is in the files, wherever the folder is. Raises OSError."""
    files = sorted({f for pattern in patterns for f in folder.glob(pattern) if f.is_file()})
    digest = hashlib.sha256()
    for file in files:
        stat = file.stat()
        content = _file_digest(file, stat.st_size, stat.st_mtime_ns)
        digest.update(f"{file.name}\0{stat.st_size}\0{content}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=4096)
def _file_digest(path: Path, size: int, _changed: int) -> str:
    """Whole up to 64 MiB; beyond, the first MiB and 64 samples.

    Training changes nearly every weight but neither the size nor the safetensors header, so the
    samples tell two trainings apart without reading tens of gigabytes.
    """
    with path.open("rb") as file:
        if size <= _WHOLE:
            return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(file.read(2**20))
        for sample in range(1, 65):
            file.seek(size * sample // 65)
            digest.update(file.read(2**16))
        return digest.hexdigest()
