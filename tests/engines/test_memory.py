"""Whether engines fit together, and each one's part."""

from pathlib import Path

import pytest

from app.engines.machine import Machine
from app.engines.memory import GIB, plan, weights_bytes
from app.registry import WeightsSpec
from app.registry.specs import EngineSpec

CPU = Machine("cpu", total=64 * GIB, free=40 * GIB, cores=(0, 1, 2, 3))
GPU = Machine("gpu", total=80 * GIB, free=80 * GIB, cores=(0,))


@pytest.fixture
def engine(tmp_path: Path):
    """Engines on weights of a given size; sparse files take no room on the disk."""

    def make(name: str, gib: float, **arguments: object) -> EngineSpec:
        folder = tmp_path / name
        folder.mkdir()
        with (folder / "model.safetensors").open("wb") as file:
            file.truncate(int(gib * GIB))
        weights = WeightsSpec(id=str(folder), vllm=arguments)
        return EngineSpec(name=name, weights=weights, variants=(name,))

    return make


def test_small_engines_run_together_on_a_cpu(engine) -> None:
    found = plan([engine("a", 0.01), engine("b", 0.01)], CPU, None)
    assert found.together
    assert found.shares["a"].cache_gib == 1
    assert found.shares["a"].memory_bytes < 4 * GIB
    assert found.shares["a"].utilization < 0.1


def test_large_engines_take_turns(engine) -> None:
    assert not plan([engine("a", 14), engine("b", 14)], CPU, None).together


def test_a_single_engine_is_always_tried(engine) -> None:
    assert plan([engine("a", 100)], CPU, None).together


def test_the_setting_limits_all_engines(engine) -> None:
    engines = [engine("a", 0.01), engine("b", 0.01)]
    assert not plan(engines, CPU, 5.0).together
    assert plan(engines, CPU, 7.0).together


def test_engines_on_one_gpu_share_what_is_free(engine) -> None:
    found = plan([engine("a", 14), engine("b", 14)], GPU, None)
    assert found.together
    a, b = found.shares["a"].utilization, found.shares["b"].utilization
    assert a == b
    assert 0.9 < a + b <= 0.95


def test_a_large_engine_gets_more_of_the_gpu(engine) -> None:
    found = plan([engine("a", 30), engine("b", 2)], GPU, None)
    assert found.shares["a"].utilization > found.shares["b"].utilization + 0.3


def test_alone_an_engine_gets_the_whole_gpu(engine) -> None:
    found = plan([engine("a", 50), engine("b", 50)], GPU, None)
    assert not found.together
    assert found.shares["a"].utilization == 0.95


def test_weights_spread_over_gpus_take_a_part_of_each(engine) -> None:
    engines = [engine("a", 60, tensor_parallel_size=4), engine("b", 30)]
    found = plan(engines, GPU, None)
    assert found.together
    assert found.shares["a"].memory_bytes < 25 * GIB


def test_an_engine_never_asks_for_more_than_is_free(engine) -> None:
    busy = Machine("gpu", total=80 * GIB, free=40 * GIB, cores=(0,))
    assert plan([engine("a", 60)], busy, None).shares["a"].utilization < 0.5


def test_a_given_part_of_the_gpu_counts(engine) -> None:
    engines = [engine("a", 1, gpu_memory_utilization=0.9), engine("b", 1)]
    assert not plan(engines, GPU, None).together


def test_weights_that_are_not_here_take_turns(engine) -> None:
    hub = EngineSpec(name="hub", weights=WeightsSpec(id="owner/absent"), variants=("hub",))
    found = plan([engine("a", 1), hub], CPU, None)
    assert not found.together
    assert found.shares["hub"].memory_bytes is None


def test_a_cached_hub_snapshot_is_measured(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--owner--name"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots" / "abc").mkdir(parents=True)
    (repository / "snapshots" / "abc" / "model.safetensors").write_bytes(b"0" * 1000)
    assert weights_bytes(WeightsSpec(id="owner/name")) == 1000
    assert weights_bytes(WeightsSpec(id="owner/other")) is None
