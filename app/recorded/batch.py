"""All files of one import together: their answers, and all that is wrong with them."""

import hashlib
from collections.abc import Sequence

from app.errors import InvalidInput, Problem
from app.readers import Row, Source, invalid_file, read_rows
from app.recorded.layouts import to_own_words
from app.recorded.parse import Answer, parse_answer


class Batch:
    """`sources`: variant -> the files that it came from, with the hash of their content."""

    def __init__(self, files: Sequence[Source]) -> None:
        self.name = ", ".join(file.filename for file in files)
        self.answers: list[Answer] = []
        self.problems: list[Problem] = []
        self.ignored: list[str] = []
        self.notes: list[str] = []
        self.sources: dict[str, dict[str, str]] = {}

    def raise_if_any(self) -> None:
        if self.problems:
            raise invalid_file(self.name, self.problems)


def read_files(files: Sequence[Source]) -> Batch:
    """Raises InvalidInput when no file is given; what is wrong with one is in `problems`."""
    if not files:
        raise InvalidInput("There is nothing to import.", [Problem("files", "none was given.")])
    batch = Batch(files)
    for file in files:
        try:
            _read_file(file, batch)
        except InvalidInput as error:
            batch.problems += error.problems
    return batch


def _read_file(file: Source, batch: Batch) -> None:
    content, before = file.read(), len(batch.answers)
    rows = read_rows(file.filename, content)
    batch.problems += rows.problems
    if not rows.rows:
        return
    layout, ignored = to_own_words(rows)
    batch.ignored += ignored
    batch.notes.append(f"{file.filename}: {len(rows.rows)} answers in {layout}'s layout.")
    for row in rows.rows:
        _read_row(row, batch)
    digest = hashlib.sha256(content).hexdigest()
    for answer in batch.answers[before:]:
        batch.sources.setdefault(answer.variant, {})[file.filename] = digest


def _read_row(row: Row, batch: Batch) -> None:
    answer, errors = parse_answer(row.where, row.values)
    batch.problems += [Problem(row.where, e.message, e.hint) for e in errors]
    if answer is not None:
        batch.answers.append(answer)
