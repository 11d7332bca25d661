"""How long the results of a very large study take, and how much memory. Asserts nothing.

    python bench/bench_results.py [--judgements 1000000] [--variants 3] [--pairwise]
                                  [--prompts 2000] [--raters 1000] [--folder /tmp/triptych-bench]
    python -m bench.bench_results --simulate [--prompts 500] [--raters 1000]

With `--simulate`, simulated raters judge every prompt through Triptych's own steps. The database is
made once and kept in the folder. Everything is timed in a fresh process: peak memory is that of all
steps so far.
"""

import argparse
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter, process_time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import Database
from app.results.cache import ResultCache
from app.results.filters import ResultFilter
from app.results.store import ColumnStore
from app.tables import Judgement, RaterKind, Study
from bench import simulated
from bench.million import Size, build


def main() -> None:
    options = _options()
    if options.database:
        measure(options.database)
        return
    if options.simulate:
        _measure_apart(simulated.build(options.folder, options.raters, options.prompts))
        return
    size = Size(
        judgements=options.judgements,
        variants=options.variants,
        prompts=options.prompts,
        raters=options.raters,
        pairwise=options.pairwise,
    )
    path = build(options.folder, size)
    _measure_apart(path)


def _measure_apart(path: Path) -> None:
    print(f"{path.stem}, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    command = [sys.executable, "-m", "bench.bench_results", "--database", str(path)]
    subprocess.run(command, check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=int, default=1_000_000)
    parser.add_argument("--variants", type=int, default=3)
    parser.add_argument("--pairwise", action="store_true")
    parser.add_argument("--prompts", type=int, default=2000)
    parser.add_argument("--raters", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/triptych-bench"))
    parser.add_argument("--simulate", action="store_true")
    parser.add_argument("--database", type=Path, help="measure this one, in this process")
    return parser.parse_args()


def measure(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    store = ColumnStore()
    results = ResultCache(store)
    kind = RaterKind.SIMULATED if path.stem.startswith("simulated") else RaterKind.HUMAN
    everything = ResultFilter(kind=kind)
    with database.reading() as session:
        study = session.scalars(select(Study)).one()
        with timed("columns, cold"):
            store.get(session, study, kind)
        with timed("columns, nothing new"):
            store.get(session, study, kind)
        with timed("results, columns being there"):
            results.get(session, study, everything)
        with timed("results, again"):
            results.get(session, study, everything)
    with suppress(_Undo), database.writing() as session:
        _revise(session)
        with timed("columns, one revision"):
            store.get(session, study, kind)
        raise _Undo


@contextmanager
def timed(step: str) -> Iterator[None]:
    wall, cpu = perf_counter(), process_time()
    yield
    wall, cpu = perf_counter() - wall, process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{step:30} {wall:8.3f} s   cpu {cpu:8.3f} s   peak {peak:5.0f} MB", flush=True)


class _Undo(Exception):
    """The database stays as it is."""


def _revise(session: Session) -> None:
    first = session.scalars(select(Judgement).order_by(Judgement.id).limit(1)).first()
    assert first is not None
    session.add(Judgement(assignment_id=first.assignment_id, revision=100))
    session.flush()


if __name__ == "__main__":
    main()
