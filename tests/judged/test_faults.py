"""Whatever the cells hold, a file is imported or refused in words: nothing else is ever raised."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import Base, Database
from app.errors import AppError
from app.judged import LAYOUTS, read_judgements, store_judgements
from app.readers import Source
from app.results import study_result
from tests.judged import test_arena as arena
from tests.judged import test_label_studio as label_studio
from tests.judged import test_long_table as long_table

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.integers(0, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(
        ["model_a", "tie", "left", "ranked", "score", "value", "text", "choice", "[1, 2]"]
    )
)
CELLS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["role", "content", "selected", "value", "type", "text", "id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=5,
)
LONG = [
    long_table.row(),
    long_table.score(1, 4),
    long_table.score(2, 3),
    long_table.row(kind="value", criterion="topic", scale="choice", value="2", label="sea"),
    long_table.row(kind="text", criterion="why", scale="text", value="So.", slot=1),
]
BATTLES = [arena.battle(1, "model_a"), arena.battle(2, "tie")]
TASKS = [label_studio.task(1, label_studio.annotation(label_studio.side("left")))]
SOUND = {"triptych": LONG, "arena": BATTLES, "label-studio": TASKS}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One database for all examples; each is rolled back."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('judged') / 'test.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


def attempt(database: Database, files: dict[str, str], layout: str | None = None) -> str:
    """What is said against the files; nothing when they are imported and have results."""
    sources = [Source(name, io.BytesIO(content.encode())) for name, content in files.items()]
    with database.writing() as session:
        try:
            report = store_judgements(session, read_judgements(sources, layout), name="Any")
            study_result(session, report.study)
        except AppError as error:
            return str(error)
        finally:
            session.rollback()
    return ""


def table(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {"a.jsonl": "\n".join(map(json.dumps, rows))}


def is_settled(told: str) -> bool:
    return told == "" or "nothing was imported" in told


def spoilt(row: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(row))
    at = copy
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return copy


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every cell, however deep."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, entry in inner:
        found.append((*path, key))
        if isinstance(entry, dict | list):
            found += places(entry, (*path, key))
    return found


@pytest.mark.parametrize("layout", [layout.name for layout in LAYOUTS])
def test_the_sound_rows_are_sound(shared: Database, layout: str) -> None:
    assert attempt(shared, table(SOUND[layout]), layout) == ""


@pytest.mark.parametrize("layout", [layout.name for layout in LAYOUTS])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_random_cells(shared: Database, layout: str, data: st.DataObject) -> None:
    rows = SOUND[layout]
    number = data.draw(st.integers(0, len(rows) - 1))
    for path in data.draw(st.lists(st.sampled_from(places(rows[number])), min_size=1, max_size=2)):
        try:
            row = spoilt(rows[number], path, data.draw(CELLS))
        except (KeyError, IndexError, TypeError):  # what was spoilt before is not there any more
            continue
        rows = [*rows[:number], row, *rows[number + 1 :]]
    chosen = data.draw(st.sampled_from([None, layout]))
    assert is_settled(attempt(shared, table(rows), chosen))


COLUMNS = sorted({*LONG[0], *BATTLES[0], *TASKS[0], "response_id", "messages", "text", "left"})


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS), min_size=1, max_size=3))
def test_random_rows(shared: Database, rows: list[dict[str, Any]]) -> None:
    assert is_settled(attempt(shared, table(rows)))


MANIFESTS = st.fixed_dictionaries(
    {
        "format": CELLS,
        "files": CELLS,
        "study": CELLS
        | st.fixed_dictionaries(
            {},
            optional={
                "design": st.sampled_from(["pairwise", "blocks"]) | CELLS,
                "criteria": st.lists(
                    st.fixed_dictionaries(
                        {"key": st.just("factuality") | CELLS, "label": st.just("F") | CELLS},
                        optional={"scale": CELLS, "options": CELLS, "asks_preference": CELLS},
                    ),
                    max_size=2,
                )
                | CELLS,
                "ratings_per_item": CELLS,
                "instructions": CELLS,
            },
        ),
    },
    optional={
        "variants": CELLS | st.lists(st.dictionaries(st.sampled_from(["name", "kind"]), CELLS)),
        "options": CELLS,
    },
)


@settings(max_examples=100, deadline=None)
@given(manifest=MANIFESTS)
def test_random_manifests(shared: Database, manifest: dict[str, Any]) -> None:
    beside = {"manifest.json": json.dumps(manifest)}
    assert is_settled(attempt(shared, table(LONG) | beside))
