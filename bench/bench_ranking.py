"""Rankings with intervals on the same battles: Triptych, evalica and arena-rank. Prints a Markdown
table, asserts nothing.

    python3.11 -m venv /tmp/arena && /tmp/arena/bin/pip install -r bench/requirements.txt
    python bench/bench_ranking.py --arena /tmp/arena/bin/python [--battles 1000000]

Every library runs in a process of its own, one after the other, on one Parquet file. Seconds are of
the processor, so that other work on the machine does not count. The libraries are not asked quite
the same: Triptych resamples prompts, the others rows. Both fit every resample anew, so they are
timed on a few, and the time of 1,000 is worked out from those:

- evalica's `bootstrap` with percentiles; its default, BCa, would fit once per row besides.
- arena-rank's own function for one resample, called in its process: its pool of processes hangs
  after a fork. Compiling (JAX) is timed apart. The intervals shown are its default, "sandwich".
"""

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import process_time
from typing import Any

RESAMPLES = 1000
ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Timing:
    """Seconds: from columns in memory to what the library takes, warming up, strengths alone, and
    strengths with intervals. `strengths` and `widths` of intervals by name, on the log odds scale.
    """

    library: str
    strengths: dict[str, float]
    widths: dict[str, float]
    taking: float
    warming: float
    fitting: float
    resampling: float
    note: str = ""
    megabytes: float = 0.0


def main() -> None:
    options = _options()
    if options.worker:
        timing = WORKERS[options.worker](options.file, options.fits)
        timing.megabytes = _peak()
        print(json.dumps(asdict(timing)))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(_HEAD)
        for variants in options.variants:
            file = Path(folder) / f"{variants}.parquet"
            _simulate(file, variants, options.battles)
            _compare(file, variants, options)


_HEAD = """\
| variants | library | taking columns | warm-up | strengths | 1,000 resamples | in all | ratio | \
memory | furthest strength | interval |
|---|---|---|---|---|---|---|---|---|---|---|"""


def _compare(file: Path, variants: int, options: argparse.Namespace) -> None:
    ours = _run("triptych", sys.executable, file, options.fits)
    _print(variants, ours, ours)
    for name, python in (("evalica", sys.executable), ("arena-rank", options.arena)):
        if python:
            _print(variants, _run(name, python, file, options.fits), ours)


def _print(variants: int, one: Timing, ours: Timing) -> None:
    """`ratio` without warm-up; the mean width of intervals against those of resampled prompts."""
    total, least = (each.taking + each.resampling for each in (one, ours))
    furthest = max(abs(one.strengths[name] - ours.strengths[name]) for name in ours.strengths)
    width = sum(one.widths.values()) / sum(ours.widths.values())
    print(
        f"| {variants} | {one.library} | {one.taking:.2f} s | {one.warming:.2f} s "
        f"| {one.fitting:.2f} s | {one.resampling:.2f} s{one.note} | {total:.2f} s "
        f"| {total / least:.1f} | {one.megabytes:.0f} MB | {furthest:.1e} | {width:.2f} |",
        flush=True,
    )


def _run(name: str, python: str, file: Path, fits: int) -> Timing:
    command = [python, __file__, "--worker", name, "--file", str(file), "--fits", str(fits)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return Timing(**json.loads(done.stdout.splitlines()[-1]))


def _simulate(file: Path, variants: int, battles: int) -> None:
    """10,000 prompts that favour variants, 1,000 raters, a tie in four."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(variants)
    prompt, rater = random.integers(0, 10_000, battles), random.integers(0, 1000, battles)
    first = random.integers(0, variants, battles)
    second = (first + random.integers(1, variants, battles)) % variants
    worth = np.linspace(0.8, -0.8, variants) + random.normal(0, 0.5, (10_000, variants))
    edge = worth[prompt, first] - worth[prompt, second]
    won = random.random(battles) < 1 / (1 + np.exp(-edge))
    tied = random.random(battles) < 0.25
    names = np.array([f"variant-{number:02}" for number in range(variants)])
    columns = {
        "question_id": prompt,
        "judge": rater,
        "model_a": names[first],
        "model_b": names[second],
        "winner": np.select([tied, won], ["tie", "model_a"], "model_b"),
    }
    pq.write_table(pa.table(columns), file)


def _triptych(file: Path, _: int) -> Timing:
    import pyarrow.parquet as pq

    sys.path.insert(0, str(ROOT))
    from app.analysis import rank, votes_from

    table = pq.read_table(file)
    taking, votes = _timed(lambda: votes_from(table))
    fitting, _ = _timed(lambda: rank(votes, resamples=1))
    resampling, found = _timed(lambda: rank(votes, resamples=RESAMPLES))
    names = [str(name) for name in votes.variants]
    return Timing(
        f"Triptych {version('triptych')}",
        {name: one.value for name, one in zip(names, found.strengths, strict=True)},
        {name: one.high - one.low for name, one in zip(names, found.strengths, strict=True)},
        taking=taking,
        warming=0.0,
        fitting=fitting,
        resampling=resampling,
    )


def _evalica(file: Path, fits: int) -> Timing:
    import evalica
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    winners = {
        "model_a": evalica.Winner.X,
        "model_b": evalica.Winner.Y,
        "tie": evalica.Winner.Draw,
    }

    def take() -> tuple[list[str], list[str], list[evalica.Winner]]:
        first, second, winner = (
            table[name].to_pylist() for name in ("model_a", "model_b", "winner")
        )
        return first, second, [winners[one] for one in winner]

    taking, battles = _timed(take)
    fitting, found = _timed(lambda: evalica.bradley_terry(*battles))
    few, drawn = _timed(
        lambda: evalica.bootstrap(
            evalica.bradley_terry,
            *battles,
            n_resamples=fits,
            bootstrap_method="percentile",
            random_state=0,
        )
    )
    draws = np.log(drawn.distribution)
    spread = draws.sub(draws.mean(axis=1), axis=0).std()
    strengths = np.log(found.scores)
    return Timing(
        f"evalica {version('evalica')}",
        (strengths - strengths.mean()).to_dict(),
        (2 * 1.96 * spread).to_dict(),
        taking=taking,
        warming=0.0,
        fitting=fitting,
        resampling=fitting + (few - fitting) / fits * RESAMPLES,
        note=f" (from {fits})",
    )


def _arena_rank(file: Path, fits: int) -> Timing:
    import jax
    import numpy as np
    import pandas as pd
    from arena_rank.models.bradley_terry import BradleyTerry, fit_single_bootstrap_sample
    from arena_rank.utils.data_utils import PairDataset

    frame = pd.read_parquet(file)
    cold, battles = _timed(lambda: PairDataset.from_pandas(frame))
    taking, battles = _timed(lambda: PairDataset.from_pandas(frame))

    def estimate() -> tuple[BradleyTerry, dict[str, Any]]:
        unfitted = BradleyTerry(battles.n_competitors)
        return unfitted, dict(unfitted.compute_ratings_and_cis(battles))

    drawn = jax.random.multinomial(
        jax.random.PRNGKey(0),
        n=int(battles.counts.sum()),
        p=battles.counts / battles.counts.sum(),
        shape=(fits + 1, len(battles.counts)),
        dtype=battles.counts.dtype,
    )

    def resample(rows: range) -> None:
        for row in rows:
            fit_single_bootstrap_sample(drawn[row], fitted, battles)

    compiling, (fitted, found) = _timed(estimate)
    compiling_more, _ = _timed(lambda: resample(range(1)))
    fitting, _ = _timed(estimate)
    few, _ = _timed(lambda: resample(range(1, fits + 1)))
    scale = 400 / math.log(10)
    strengths = np.asarray(found["ratings"]) / scale
    widths = (np.asarray(found["rating_upper"]) - np.asarray(found["rating_lower"])) / scale
    return Timing(
        f"arena-rank {version('arena-rank')}",
        dict(zip(found["competitors"], (strengths - strengths.mean()).tolist(), strict=True)),
        dict(zip(found["competitors"], widths.tolist(), strict=True)),
        taking=taking,
        warming=cold - taking + compiling + compiling_more,
        fitting=fitting,
        resampling=fitting + few / fits * RESAMPLES,
        note=f" (from {fits})",
    )


WORKERS: dict[str, Callable[[Path, int], Timing]] = {
    "triptych": _triptych,
    "evalica": _evalica,
    "arena-rank": _arena_rank,
}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = process_time()
    result = work()
    return process_time() - start, result


def _peak() -> float:
    """Of this process, the Parquet file's columns included, and of its largest child."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(one).ru_maxrss for one in who) / 1024


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--battles", type=int, default=1_000_000)
    parser.add_argument("--variants", type=int, nargs="+", default=[3, 20])
    parser.add_argument("--fits", type=int, default=10, help="resamples that evalica is timed on")
    parser.add_argument("--arena", help="the Python of the environment with arena-rank")
    parser.add_argument("--worker", choices=list(WORKERS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
