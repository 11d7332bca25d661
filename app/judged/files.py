"""Files into one batch: what each of them is, and all that is wrong with them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.errors import InvalidInput, Problem
from app.judged import arena, label_studio, long_table
from app.judged.beside import definition, is_raters, is_responses, read_manifest, read_responses
from app.judged.shapes import Batch
from app.prompts import RowError
from app.readers import Rows, Source, invalid_file, read_rows


@dataclass(frozen=True)
class Layout:
    """`needs` says in words by what it is recognised."""

    name: str
    title: str
    needs: str
    recognise: Callable[[set[str]], bool]
    read: Callable[[Rows, Batch], None]


LAYOUTS = (
    Layout(
        long_table.NAME,
        "Triptych's long table",
        "item, criterion, kind, variants, value and rater",
        long_table.recognise,
        long_table.read,
    ),
    Layout(
        arena.NAME,
        "arena battles",
        "model_a, model_b and winner",
        arena.recognise,
        arena.read,
    ),
    Layout(
        label_studio.NAME,
        "Label Studio, pairwise",
        "data and annotations",
        label_studio.recognise,
        label_studio.read,
    ),
)


def read_files(files: Sequence[Source], layout: str | None = None) -> Batch:
    """Raises InvalidInput when there is no file, or one that is nothing we know."""
    if not files:
        raise InvalidInput("There is nothing to import.", [Problem("files", "none was given.")])
    batch = Batch(", ".join(file.filename for file in files))
    tables = [table for file in files if (table := _open(file, batch)) is not None]
    judged = [table for table in tables if not _is_beside(table, batch)]
    if not tables and not batch.problems:
        batch.problems.append(_nothing_judged(batch.name))
    for table in judged:
        _read_table(table, layout, batch)
    if tables and not judged:
        batch.problems.append(_nothing_judged(batch.name))
    return batch


def _nothing_judged(name: str) -> Problem:
    return Problem(name, "has no judgements.", "An export's judgements are in judgements.jsonl.")


def _open(file: Source, batch: Batch) -> Rows | None:
    content = file.read()
    batch.files[file.filename] = hashlib.sha256(content).hexdigest()
    try:
        if file.filename.lower().endswith(".json") and (manifest := read_manifest(content)):
            batch.definition = definition(manifest, batch)
            return None
        rows = read_rows(file.filename, content)
    except RowError as error:
        batch.refuse(file.filename, error)
    except InvalidInput as error:
        batch.problems += error.problems
    else:
        batch.problems += rows.problems
        return rows if rows.rows else None
    return None


def _is_beside(rows: Rows, batch: Batch) -> bool:
    if is_raters(set(rows.columns)):
        return True
    if not is_responses(set(rows.columns)):
        return False
    read_responses(rows, batch)
    return True


def _read_table(rows: Rows, wanted: str | None, batch: Batch) -> None:
    layout = _layout(rows, wanted)
    if batch.layout and batch.layout != layout.title:
        message = f"is of another layout: {layout.title}, not {batch.layout}."
        batch.problems.append(Problem(rows.filename, message, "Import each layout on its own."))
        return
    batch.layout = layout.title
    layout.read(rows, batch)


def _layout(rows: Rows, wanted: str | None) -> Layout:
    columns = rows.columns
    fitting = [layout for layout in LAYOUTS if layout.recognise(set(columns))]
    chosen = [layout for layout in fitting if wanted in (None, layout.name)]
    if chosen:
        return chosen[0]
    found = ", ".join(columns[:8]) or "none"
    allowed = [layout for layout in LAYOUTS if wanted in (None, layout.name)]
    if not allowed:
        hint = f"Known: {', '.join(layout.name for layout in LAYOUTS)}."
        raise InvalidInput("This layout is not known.", [Problem("format", f"'{wanted}'.", hint)])
    needs = "; or ".join(f"{layout.needs} ({layout.title})" for layout in allowed)
    problem = Problem(rows.filename, f"has other columns: {found}.", f"It needs {needs}.")
    raise invalid_file(rows.filename, [problem])
