"""The instances of an instruction set, numbered from 0 in its order, and what identifies it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.readers import files_of
from app.registry import TrainedOnSpec

_INDEX_VERSION = 2
"""Goes up when an index built by an earlier version must not be used any more."""


@dataclass(frozen=True)
class Instance:
    number: int
    prompt: str
    response: str


def read_instances(spec: TrainedOnSpec) -> Iterator[Instance]:
    """One after another; a row without an answer is left out, and its number with it.

    Raises InvalidInput, at the latest when it comes to the row that is wrong.
    """
    for number, (prompt, response) in enumerate(spec.read()):
        if response:
            yield Instance(number, prompt, response)


def fingerprint_of(spec: TrainedOnSpec) -> str:
    """64 hexadecimal digits from the whole content and how it is read, wherever it is.

    Raises InvalidInput, OSError.
    """
    read_as = (_INDEX_VERSION, spec.prompt, spec.response)
    digest = hashlib.sha256(repr(read_as).encode())
    for path in files_of(spec.path, spec.split):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
