"""The child process: reports, failure, interruption. Real processes, no training."""

import os
import sys

import pytest

from app.demo import child
from app.demo.child import environment, train_in_child
from app.demo.config import CorpusMix, DemoConfig
from app.demo.progress import Step, silent
from app.demo.worker import Job
from app.errors import AppError


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path, seed=7, threads=2, config=DemoConfig())


@pytest.fixture
def script(monkeypatch):
    """Run a few lines of Python in place of the worker."""

    def use(code):
        monkeypatch.setattr(child, "COMMAND", (sys.executable, "-c", code))

    return use


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_steps_arrive_in_order(script, job):
    script(
        'print(\'{"stage": "base", "done": 1, "total": 2, "loss": 0.5}\')\n'
        'print(\'{"stage": "base", "done": 2, "total": 2, "loss": null}\')'
    )
    steps = []
    train_in_child(job, steps.append)
    assert steps == [Step("base", 1, 2, 0.5), Step("base", 2, 2)]


def test_a_failure_says_what_the_child_said_last(script, job):
    script("raise SystemExit('the disk is full')")
    with pytest.raises(AppError) as caught:
        train_in_child(job, silent)
    assert "the disk is full" in (caught.value.hint or "")
    assert caught.value.status == 500


def test_a_killed_child_is_told_by_its_signal(script, job):
    script("import os; os.kill(os.getpid(), 9)")
    with pytest.raises(AppError, match="signal 9"):
        train_in_child(job, silent)


def test_an_interruption_ends_the_child(script, job):
    script(
        "import os, time\n"
        'print(\'{"stage": "base", "done": %d, "total": 2}\' % os.getpid(), flush=True)\n'
        "time.sleep(600)"
    )
    pids = []

    def interrupt(step):
        pids.append(step.done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_in_child(job, interrupt)
    assert not alive(pids[0])


def test_a_child_that_ignores_sigterm_is_killed(script, job, monkeypatch):
    monkeypatch.setattr(child, "SECONDS_TO_END", 0.2)
    script(
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        'print(\'{"stage": "base", "done": %d, "total": 2}\' % os.getpid(), flush=True)\n'
        "time.sleep(600)"
    )
    pids = []

    def interrupt(step):
        pids.append(step.done)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_in_child(job, interrupt)
    assert not alive(pids[0])


def test_the_child_can_import_the_package_from_any_folder(script, job, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    script("import app.demo.worker")
    train_in_child(job, silent)


def test_the_worker_stops_when_its_parent_is_gone():
    # It reports every step on stdout; with nobody to read, the next report ends it.
    code = (
        "import time\nfrom app.demo.worker import _own_stdout\nlines = _own_stdout()\n"
        "print('ready', file=lines)\n"
        "while True:\n    time.sleep(0.01)\n    print('step', file=lines)"
    )
    worker = child.subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=child.subprocess.PIPE,
        stderr=child.subprocess.DEVNULL,
        env=environment(1),
    )
    worker.stdout.readline()
    worker.stdout.close()
    assert worker.wait(60) != 0


def test_threads_are_pinned_and_the_caller_is_untouched():
    before = dict(os.environ)
    assert environment(3)["OMP_NUM_THREADS"] == "3"
    assert environment(3)["HF_HUB_OFFLINE"] == "1"
    assert dict(os.environ) == before


def test_a_job_survives_the_command_line(tmp_path):
    config = DemoConfig(mix=CorpusMix(faq=0.1), lora_targets=("q_proj",), base_steps=3)
    job = Job(tmp_path, seed=9, threads=1, config=config)
    assert Job.from_json(job.to_json()) == job


def test_a_light_installation_can_import_all_but_the_training(script, job):
    script(
        "import sys\nimport app.demo.build, app.demo.measure, app.demo.worker\n"
        "heavy = {'torch', 'transformers', 'peft', 'tokenizers'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    train_in_child(job, silent)
