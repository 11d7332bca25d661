"""How long a rater waits for the next item in a large study. Prints milliseconds, asserts nothing.

    python bench/bench_assignment.py [--items 5000] [--raters 100] [--per-item 3] [--filled 0.5]

`--filled` is the share of the wanted judgements that exist before measuring.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from statistics import median
from time import perf_counter
from typing import ParamSpec, TypeVar

from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session

from app.db import Base, Database, now
from app.ratings import (
    Rater,
    enter,
    next_assignment,
    own_assignment,
    place_of,
    rater_progress,
)
from app.tables import (
    Account,
    Assignment,
    Design,
    Invitation,
    Item,
    ItemResponse,
    Prompt,
    PromptSet,
    Response,
    Role,
    Run,
    RunState,
    RunVariant,
    Slot,
    Study,
    StudyState,
    StudyVariant,
    Variant,
    VariantKind,
)

VARIANTS = 3
T = TypeVar("T")
P = ParamSpec("P")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        Base.metadata.create_all(database.engine)
        study_id, account_ids = _fill(database, options)
        print(f"{options.items} items, {options.raters} raters, {options.filled:.0%} judged")
        _report(database, study_id, account_ids)
        database.dispose()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=5000)
    parser.add_argument("--raters", type=int, default=100)
    parser.add_argument("--per-item", type=int, default=3)
    parser.add_argument("--filled", type=float, default=0.5)
    return parser.parse_args()


def _report(database: Database, study_id: int, account_ids: list[int]) -> None:
    times: dict[str, list[float]] = {}

    def timed(name: str, call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        start = perf_counter()
        value = call(*given, **named)
        times.setdefault(name, []).append((perf_counter() - start) * 1000)
        return value

    for account_id in account_ids[:40]:
        with database.writing() as session:
            rater = _rater(session, study_id, account_id)
            assignment = timed("next_assignment, new", next_assignment, session, rater)
            if assignment is None:
                continue
            public_id = assignment.public_id
        with database.writing() as session:
            rater = _rater(session, study_id, account_id)
            timed("next_assignment, again", next_assignment, session, rater)
            own = own_assignment(session, rater, public_id)
            timed("place_of", place_of, session, rater, own)
            timed("rater_progress", rater_progress, session, rater)
    for name, values in times.items():
        print(f"{name:24} median {median(values):7.1f} ms   worst {max(values):7.1f} ms")


def _rater(session: Session, study_id: int, account_id: int) -> Rater:
    study = session.get_one(Study, study_id)
    return enter(session, study.public_id, session.get_one(Account, account_id))


def _fill(database: Database, options: argparse.Namespace) -> tuple[int, list[int]]:
    """-> (study id, account ids). Bulk inserts: the rows, not the way there, are of interest."""
    with database.writing() as session:
        study = _study(session, options)
        raters = [Account(role=Role.RATER, name=f"rater {n}") for n in range(options.raters)]
        session.add_all(raters)
        session.flush()
        session.add_all(Invitation(study_id=study.id, account_id=rater.id) for rater in raters)
        study_id, account_ids = study.id, [rater.id for rater in raters]
    assignments = list(_assignments(account_ids, options))
    _bulk(database.engine, Assignment, assignments)
    _bulk(database.engine, Slot, list(_slots(assignments)))
    return study_id, account_ids


def _study(session: Session, options: argparse.Namespace) -> Study:
    prompts = [Prompt(position=n, key=str(n), text="?") for n in range(options.items)]
    run = Run(
        name="bench",
        state=RunState.DONE,
        prompt_set=PromptSet(name="bench", content_hash="", prompts=prompts),
        variants=[
            RunVariant(
                position=n,
                variant=Variant(name=f"v{n}", kind=VariantKind.OTHER, content_hash="", spec={}),
            )
            for n in range(VARIANTS)
        ],
    )
    study = Study(
        public_id="bench",
        name="bench",
        run=run,
        state=StudyState.OPEN,
        design=Design.SIDE_BY_SIDE,
        ratings_per_item=options.per_item,
        seed=1,
        variants=[StudyVariant(position=n, run_variant=v) for n, v in enumerate(run.variants)],
    )
    session.add(study)
    session.flush()
    responses = [
        Response(run_variant_id=member.id, prompt_id=prompt.id, text="answer " * 200)
        for prompt in prompts
        for member in run.variants
    ]
    session.add_all(responses)
    session.flush()
    session.add_all(
        Item(
            study_id=study.id,
            prompt_id=prompt.id,
            position=n,
            responses=[
                ItemResponse(position=place, response_id=responses[VARIANTS * n + place].id)
                for place in range(VARIANTS)
            ],
        )
        for n, prompt in enumerate(prompts)
    )
    return study


def _assignments(
    account_ids: list[int], options: argparse.Namespace
) -> Iterator[dict[str, object]]:
    """Item after item in turns, each rater at most once per item."""
    wanted = int(options.items * options.per_item * options.filled)
    places = (
        (item, (item * options.per_item + k) % len(account_ids))
        for k in range(options.per_item)
        for item in range(options.items)
    )
    for number, (item, rater) in enumerate(islice(places, wanted), start=1):
        yield {
            "id": number,
            "public_id": f"a{number}",
            "item_id": item + 1,
            "account_id": account_ids[rater],
            "position": number,
            "submitted_at": now(),
        }


def _slots(assignments: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    for assignment in assignments:
        item = int(str(assignment["item_id"])) - 1
        for number in range(VARIANTS):
            response = VARIANTS * item + (number + item) % VARIANTS + 1
            yield {
                "assignment_id": assignment["id"],
                "number": number + 1,
                "response_id": response,
            }


def _bulk(engine: Engine, table: type[Base], rows: list[dict[str, object]]) -> None:
    if rows:
        with engine.execution_options(triptych_write=True).begin() as connection:
            connection.execute(insert(table), rows)


if __name__ == "__main__":
    main()
