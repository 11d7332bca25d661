"""The life of a demo folder: cached, refused, interrupted, contended. The training is faked."""

import json
import threading
from pathlib import Path

import pytest

from app.demo import build as module
from app.demo.build import build, find
from app.demo.config import DemoConfig
from app.demo.files import VARIANTS, DemoFamily
from app.demo.progress import silent
from app.errors import AppError


class FakeTraining:
    """Writes empty weights, and can fail half-way."""

    def __init__(self):
        self.jobs = []
        self.failure = None

    def __call__(self, job, progress):
        self.jobs.append(job)
        for variant in VARIANTS:
            (job.folder / variant).mkdir()
            for name in ("config.json", "model.safetensors", "tokenizer.json"):
                (job.folder / variant / name).write_text(f"seed {job.seed}")
        if self.failure:
            raise self.failure
        adapter = {"base_model_name_or_path": str(job.folder / "base"), "r": 8}
        (job.folder / "lora" / "adapter_config.json").write_text(json.dumps(adapter))
        (job.folder / "lora" / "adapter_model.safetensors").write_text("")
        family = DemoFamily(job.folder)
        for file in (family.instructions, family.questions, family.prompts, family.demo_prompts):
            file.write_text("")
        family.recipe.write_text(json.dumps({"fingerprint": job.config.fingerprint(job.seed)}))


@pytest.fixture
def training(monkeypatch):
    fake = FakeTraining()
    monkeypatch.setattr(module, "train_in_child", fake)
    monkeypatch.setattr(module, "NEEDED", ("json",))
    return fake


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "var" / "demo"


def base_of_adapter(family):
    return json.loads((family.lora / "adapter_config.json").read_text())["base_model_name_or_path"]


def siblings(folder):
    return {p.name for p in folder.parent.iterdir()} - {f".{folder.name}.lock"}


def test_a_build_is_complete_and_leaves_nothing_else(training, folder):
    family = build(folder, progress=silent)
    assert family.is_complete()
    assert siblings(folder) == {"demo"}


def test_the_adapter_names_the_final_base(training, folder):
    assert base_of_adapter(build(folder, progress=silent)) == str(folder / "base")


def test_a_second_build_returns_the_first(training, folder):
    assert find(folder) is None
    build(folder, progress=silent)
    assert build(folder, progress=silent) == find(folder)
    assert len(training.jobs) == 1


@pytest.mark.parametrize(
    "change", [{"seed": 8}, {"config": DemoConfig(full_rate=1e-4)}], ids=["seed", "config"]
)
def test_another_recipe_replaces_the_folder(training, folder, change):
    build(folder, progress=silent)
    family = build(folder, **change, progress=silent)
    assert len(training.jobs) == 2
    assert find(folder, **change) == family
    assert find(folder) is None
    assert siblings(folder) == {"demo"}


@pytest.mark.parametrize("gone", ["base/model.safetensors", "lora/tokenizer.json", "recipe.json"])
def test_an_incomplete_folder_is_not_found(training, folder, gone):
    family = build(folder, progress=silent)
    (family.folder / gone).unlink()
    assert find(folder) is None


def test_a_folder_that_lost_its_weights_is_built_again(training, folder):
    family = build(folder, progress=silent)
    (family.base / "model.safetensors").unlink()
    assert build(folder, progress=silent).is_complete()


def test_a_garbled_recipe_is_not_found(training, folder):
    build(folder, progress=silent).recipe.write_text("{")
    assert find(folder) is None


def test_a_moved_folder_is_found_and_its_adapter_follows(training, folder, tmp_path):
    build(folder, progress=silent)
    moved = folder.rename(tmp_path / "elsewhere")
    family = find(moved)
    assert family is not None
    assert base_of_adapter(family) == str(moved / "base")


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), AppError("failed")], ids=type)
def test_an_interrupted_build_leaves_nothing(training, folder, failure):
    training.failure = failure
    with pytest.raises(type(failure)):
        build(folder, progress=silent)
    assert siblings(folder) == set()


def test_an_interrupted_rebuild_keeps_the_old_family(training, folder):
    old = build(folder, progress=silent)
    training.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        build(folder, seed=8, progress=silent)
    assert find(folder) == old


def test_remains_of_a_killed_build_are_removed(training, folder):
    remains = folder.parent / ".demo.build-killed"
    (remains / "new").mkdir(parents=True)
    build(folder, progress=silent)
    assert not remains.exists()


def test_two_builds_at_once_train_once(training, folder):
    threads = [
        threading.Thread(target=build, args=(folder,), kwargs={"progress": silent})
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(training.jobs) == 1


def test_who_waits_for_another_build_is_told(training, folder):
    training_began, may_end, steps = threading.Event(), threading.Event(), []

    def slow(job, progress):
        training_began.set()
        may_end.wait()
        FakeTraining.__call__(training, job, progress)

    module.train_in_child = slow  # the fixture's monkeypatch restores it
    first = threading.Thread(target=build, args=(folder,), kwargs={"progress": silent})
    first.start()
    training_began.wait()

    def second_progress(step):
        steps.append((step.stage, step.done))
        may_end.set()

    build(folder, progress=second_progress)
    first.join()
    assert steps == [("waiting", 0), ("waiting", 1)]


def test_a_folder_with_something_else_is_refused(training, folder):
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("precious")
    with pytest.raises(AppError, match="does not hold demo models"):
        build(folder, progress=silent)
    assert (folder / "thesis.txt").read_text() == "precious"


def test_an_empty_folder_is_taken(training, folder):
    folder.mkdir(parents=True)
    assert build(folder, progress=silent).is_complete()


def test_missing_libraries_are_named_with_the_next_step(training, folder, monkeypatch):
    monkeypatch.setattr(module, "NEEDED", ("json", "no_such_library"))
    with pytest.raises(AppError, match="no_such_library") as caught:
        build(folder, progress=silent)
    assert "pip install" in (caught.value.hint or "")
    assert training.jobs == []


def test_a_finished_family_needs_no_libraries(training, folder, monkeypatch):
    family = build(folder, progress=silent)
    monkeypatch.setattr(module, "NEEDED", ("no_such_library",))
    assert build(folder, progress=silent) == family


def test_threads_reach_the_job(training, folder):
    build(folder, threads=3, progress=silent)
    assert training.jobs[0].threads == 3
