"""A SQLite database of one study with very many judgements, drawn from a seed.

Variants differ by equal steps in strength; raters and prompts add noise. One judgement in a hundred
was revised, one in fifty has a marked span. Rows go in by plain `sqlite3`: reading is of interest.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.criteria import DEFAULT_CRITERIA
from app.db import Base, Database
from app.tables import (
    Account,
    Criterion,
    Design,
    Invitation,
    Outcome,
    Prompt,
    PromptSet,
    Response,
    Role,
    Run,
    RunState,
    RunVariant,
    Study,
    StudyState,
    StudyVariant,
    Variant,
    VariantKind,
)

Integers = NDArray[np.int64]

CRITERIA = len(DEFAULT_CRITERIA)
REVISED = 100  # one in so many
MARKED = 50
CHUNK = 50_000
TEXT = """# Answer {number}

**Briefly**, as variant {variant} would say it: {words}

- the first reason, with `code`
- the second reason

```python
print({number})
```
"""


@dataclass(frozen=True)
class Size:
    """Side by side, every item shows all variants; pairwise, there is an item for every pair."""

    judgements: int = 1_000_000
    variants: int = 3
    prompts: int = 2000
    raters: int = 1000
    pairwise: bool = False
    seed: int = 1

    @property
    def name(self) -> str:
        design = "pairwise" if self.pairwise else "side-by-side"
        return f"{design}-{self.variants}-{self.judgements}-{self.prompts}-{self.raters}"

    @cached_property
    def groups(self) -> Integers:
        """Shape (groups, slots): the variants that an item shows."""
        if self.pairwise:
            return np.array(list(combinations(range(self.variants), 2)))
        return np.arange(self.variants)[None, :]

    @property
    def items(self) -> int:
        return self.prompts * len(self.groups)

    @property
    def slots(self) -> int:
        return int(self.groups.shape[1])

    def check(self) -> None:
        """Raises ValueError where a rater would have to judge an item twice."""
        if self.judgements > self.items * self.raters:
            raise ValueError(f"{self.items} items take {self.items * self.raters} judgements")


def build(folder: Path, size: Size) -> Path:
    """The database, made unless it is there."""
    size.check()
    path, unfinished = folder / f"{size.name}.db", folder / f"{size.name}.part"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        database = Database(f"sqlite:///{unfinished}")
        Base.metadata.create_all(database.engine)
        with database.writing() as session:
            _add_study(session, size)
        database.dispose()
        _fill(unfinished, size)
        unfinished.rename(path)
    return path


def _add_study(session: Session, size: Size) -> None:
    """All but items and judgements; every id counts from 1 in the order of the rows."""
    members = [
        RunVariant(
            position=n,
            variant=Variant(name=f"v{n + 1}", kind=VariantKind.OTHER, content_hash="", spec={}),
        )
        for n in range(size.variants)
    ]
    prompts = [
        Prompt(position=n, key=f"p{n}", text="?", category=("odd" if n % 2 else "even"))
        for n in range(size.prompts)
    ]
    run = Run(
        name="bench",
        state=RunState.DONE,
        prompt_set=PromptSet(name="bench", content_hash="", prompts=prompts),
        variants=members,
    )
    study = Study(
        name="bench",
        run=run,
        state=StudyState.OPEN,
        design=Design.PAIRWISE if size.pairwise else Design.SIDE_BY_SIDE,
        ratings_per_item=-(-size.judgements // size.items),
        seed=1,
        version=1,
        variants=[StudyVariant(position=n, run_variant=one) for n, one in enumerate(members)],
        criteria=[
            Criterion(position=n, **form.model_dump()) for n, form in enumerate(DEFAULT_CRITERIA)
        ],
    )
    raters = [Account(role=Role.RATER, name=f"rater {n}") for n in range(size.raters)]
    session.add_all([study, *raters])
    session.flush()
    session.add_all(Invitation(study_id=study.id, account_id=rater.id) for rater in raters)
    session.add_all(_responses(prompts, members, np.random.default_rng(size.seed)))


def _responses(
    prompts: list[Prompt], members: list[RunVariant], random: np.random.Generator
) -> Iterable[Response]:
    """Prompt after prompt; the later variants are wordier."""
    for prompt in prompts:
        for place, member in enumerate(members):
            words = "word " * int(random.integers(50, 120 + 10 * place))
            text = TEXT.format(number=prompt.position, variant=place, words=words)
            yield Response(run_variant_id=member.id, prompt_id=prompt.id, text=text)


def _fill(path: Path, size: Size) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    tables = _Tables(connection)
    _add_items(tables, size)
    random = np.random.default_rng(size.seed)
    visited = random.permutation(size.items)
    for start in range(0, size.judgements, CHUNK):
        numbers = np.arange(start, min(start + CHUNK, size.judgements))
        _add_judgements(tables, size, numbers, visited, random)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class _Tables:
    """Appends columns to tables; ids count from 1."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[str, int] = {}

    def add(self, table: str, **columns: Any) -> Integers:
        """The ids of the rows. Columns are arrays, or one value for all rows."""
        count = max(len(one) for one in columns.values() if isinstance(one, np.ndarray))
        first = self._rows.get(table, 0) + 1
        ids = np.arange(first, first + count)
        lists = [np.broadcast_to(one, count).tolist() for one in (ids, *columns.values())]
        names = ", ".join(f'"{name}"' for name in ("id", *columns))
        marks = ", ".join("?" * len(lists))
        statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        self._connection.executemany(statement, zip(*lists, strict=True))
        self._rows[table] = first + count - 1
        return ids


def _add_items(tables: _Tables, size: Size) -> None:
    position = np.arange(size.items)
    prompt, group = position // len(size.groups), position % len(size.groups)
    items = tables.add(
        "items",
        study_id=1,
        prompt_id=prompt + 1,
        position=position,
        sample=0,
        kind="regular",
        feedback="",
        is_stripped=0,
    )
    response = size.variants * prompt[:, None] + size.groups[group] + 1
    tables.add(
        "item_responses",
        item_id=np.repeat(items, size.slots),
        response_id=response.ravel(),
        position=np.tile(np.arange(size.slots), size.items),
    )


def _add_judgements(
    tables: _Tables,
    size: Size,
    numbers: Integers,
    visited: Integers,
    random: np.random.Generator,
) -> None:
    """`numbers` of the judgements, shape (n,): round after round, every rater gets another item."""
    count = len(numbers)
    item = visited[numbers % size.items]
    rater = (7 * item + numbers // size.items) % size.raters
    at = np.datetime64("2026-01-01T08:00:00.123456") + numbers * np.timedelta64(731_000, "us")
    times = np.char.replace(at.astype(str), "T", " ")
    assignments = tables.add(
        "assignments",
        public_id=np.char.add("a", numbers.astype(str)),
        item_id=item + 1,
        account_id=rater + 1,
        position=numbers // size.raters,
        created_at=times,
        submitted_at=times,
    )
    shown = random.permuted(size.groups[item % len(size.groups)], axis=1)
    prompt = item // len(size.groups)
    slots = tables.add(
        "slots",
        assignment_id=np.repeat(assignments, size.slots),
        number=np.tile(np.arange(1, size.slots + 1), count),
        response_id=(size.variants * prompt[:, None] + shown + 1).ravel(),
    ).reshape(count, size.slots)
    again = np.flatnonzero(numbers % REVISED == 0)
    said = np.concatenate([np.arange(count), again])
    judgements = tables.add(
        "judgements",
        assignment_id=assignments[said],
        revision=np.repeat([1, 2], [count, len(again)]),
        study_version=1,
        comment="",
        duration_ms=random.integers(2000, 60_000, len(said)),
        submitted_at=times[said],
    )
    _add_verdicts(tables, judgements, slots[said], _worth(size, shown, prompt)[said], random)
    marked = np.flatnonzero(said % MARKED == 0)
    tables.add(
        "marks",
        judgement_id=judgements[marked],
        slot_id=slots[said[marked], 0],
        start=3,
        end=9,
        kind=np.where(marked % 3, "wrong", "style"),
        correction="",
        source="",
    )


def _worth(size: Size, shown: Integers, prompt: Integers) -> NDArray[np.float64]:
    """Shape (n, slots). Prompts favour variants of their own."""
    of_prompts = np.random.default_rng(size.seed).normal(0, 0.5, (size.prompts, size.variants))
    strength = 1.5 * shown / max(size.variants - 1, 1)
    return np.asarray(strength + of_prompts[prompt[:, None], shown])


def _add_verdicts(
    tables: _Tables,
    judgements: Integers,
    slots: Integers,
    worth: NDArray[np.float64],
    random: np.random.Generator,
) -> None:
    """On every criterion: one in ten all alike, one in fifty cannot be judged, others ranked."""
    count = len(judgements) * CRITERIA
    kind = random.random(count)
    outcome = np.full(count, Outcome.RANKED.value, dtype=object)
    outcome[kind < 0.12] = Outcome.TIE_GOOD.value
    outcome[kind < 0.07] = Outcome.TIE_BAD.value
    outcome[kind < 0.02] = Outcome.CANNOT_JUDGE.value
    verdicts = tables.add(
        "verdicts",
        judgement_id=np.repeat(judgements, CRITERIA),
        criterion_id=np.tile(np.arange(1, CRITERIA + 1), len(judgements)),
        outcome=outcome,
    )
    felt = np.repeat(worth, CRITERIA, axis=0)
    felt = np.round(2 * (felt + random.normal(0, 1, felt.shape)))
    rank = 1 + (felt[:, None, :] > felt[:, :, None]).sum(axis=2)
    rank[kind < 0.12] = 1
    judged = kind >= 0.02
    tables.add(
        "slot_verdicts",
        verdict_id=np.repeat(verdicts[judged], slots.shape[1]),
        slot_id=np.repeat(slots, CRITERIA, axis=0)[judged].ravel(),
        rank=rank[judged].ravel(),
        score=np.clip(felt[judged] + 2, 1, 5).astype(np.int64).ravel(),
    )
