"""Reads the header of a safetensors file: names and shapes, without loading a tensor.

The layout is eight bytes of little-endian header length, a JSON header, then the data. Done by
hand because a light installation has neither torch nor the safetensors package.
"""

import json
import struct
from pathlib import Path

Shapes = dict[str, tuple[int, ...]]
_LARGEST_HEADER = 100_000_000
_LFS_POINTER = b"version https://git-lfs"


class DamagedError(ValueError):
    """The file is not a whole safetensors file; the text says why."""


def read_shapes(path: Path) -> Shapes:
    """Tensor name -> shape. Raises DamagedError, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(_LFS_POINTER))
        if start == _LFS_POINTER:
            raise DamagedError("is a Git LFS pointer, not the file itself (run `git lfs pull`)")
        length = struct.unpack("<Q", start[:8])[0] if len(start) >= 8 else 0
        if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            raise DamagedError("is not a safetensors file or was cut short")
        file.seek(8)
        return _shapes(file.read(length), size - 8 - length)


def _shapes(header: bytes, data_size: int) -> Shapes:
    try:
        tensors = json.loads(header)
        tensors.pop("__metadata__", None)
        shapes = {name: tuple(map(int, t["shape"])) for name, t in tensors.items()}
        end = max((int(t["data_offsets"][1]) for t in tensors.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise DamagedError("has a header that cannot be read") from None
    if end > data_size:
        raise DamagedError(f"was cut short: {end - data_size} bytes are missing")
    return shapes
