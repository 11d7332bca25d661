"""Running the worker as a child process: its environment, its reports and its end."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

import app
from app.demo.progress import Progress, Step
from app.demo.worker import Job
from app.errors import AppError

COMMAND = (sys.executable, "-m", "app.demo.worker")
SECONDS_TO_END = 10
LINES_OF_LOG = 15


def train_in_child(job: Job, progress: Progress) -> None:
    """Run the job to its end, or end the child with whatever interrupts us."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        child = _start(job, log)
        try:
            _follow(child, progress)
            code = child.wait()
        finally:
            _end(child)
        if code != 0:
            raise AppError(_reason(code), hint=_tail(log), status=500)


def environment(threads: int) -> dict[str, str]:
    """Ours, with threads pinned, the network off, and nothing that varies from run to run."""
    pinned = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **os.environ,
        **dict.fromkeys(pinned, str(threads)),
        "PYTHONPATH": _import_path(),
        "PYTHONHASHSEED": "0",  # PEFT writes sets into its configuration
        "CUDA_VISIBLE_DEVICES": "",  # the recipe is a CPU recipe; a GPU would give other weights
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }


def _start(job: Job, log: IO[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, job.to_json()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env=environment(job.threads),
        # Ctrl-C reaches us only, and we end the child: no second traceback on the terminal.
        start_new_session=True,
    )


def _follow(child: subprocess.Popen[str], progress: Progress) -> None:
    assert child.stdout is not None
    with child.stdout as lines:
        for line in lines:
            progress(Step(**json.loads(line)))


def _end(child: subprocess.Popen[str]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _reason(code: int) -> str:
    if code < 0:
        return f"Training the demo models was stopped by signal {-code} (9: often out of memory)."
    return "Training the demo models failed."


def _tail(log: IO[str]) -> str:
    log.seek(0)
    return "".join(log.readlines()[-LINES_OF_LOG:]).strip() or "The training process said nothing."


def _import_path() -> str:
    """Lets the child import this very package, installed or not."""
    roots = [str(Path(path).resolve().parent) for path in app.__path__]
    return os.pathsep.join([*roots, *filter(None, [os.environ.get("PYTHONPATH")])])
