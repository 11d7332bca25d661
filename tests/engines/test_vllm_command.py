"""The command line and environment of an engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.engines import vllm
from app.engines.memory import Share
from app.registry import AdapterSpec, Registry, VariantSpec, WeightsSpec
from app.registry.specs import EngineSpec
from app.tables import VariantKind

SCRATCH = Path("/tmp/scratch")
SHARE = Share(memory_bytes=3 * 2**30, utilization=0.25, cache_gib=2)


def adapter(name: str, rank: int = 8, modules: tuple[str, ...] = ("q_proj",)) -> AdapterSpec:
    return AdapterSpec(id=f"/adapters/{name}", rank=rank, alpha=16, target_modules=modules)


def engine(*adapters: AdapterSpec, base: bool = True, **arguments: Any) -> EngineSpec:
    weights = WeightsSpec(id="/weights/base", vllm=arguments)
    plain = [VariantSpec(name="base", kind=VariantKind.BASE, weights=weights)] if base else []
    tuned = [
        VariantSpec(name=f"lora{n}", kind=VariantKind.LORA, weights=weights, adapter=a)
        for n, a in enumerate(adapters)
    ]
    return Registry(source="models.yaml", variants=(*plain, *tuned)).engines[0]


def command(spec: EngineSpec, device: vllm.Device = "cpu") -> list[str]:
    return vllm.command("python", spec, port=8310, share=SHARE, device=device)


def after(words: list[str], flag: str) -> list[str]:
    rest = words[words.index(flag) + 1 :]
    ends = [n for n, word in enumerate(rest) if word.startswith("--")]
    return rest[: ends[0]] if ends else rest


class TestCommand:
    def test_base_alone_listens_on_loopback_without_lora(self) -> None:
        words = command(engine())
        assert words[:3] == ["python", "-m", "vllm.entrypoints.openai.api_server"]
        assert after(words, "--model") == ["/weights/base"]
        assert after(words, "--host") == ["127.0.0.1"]
        assert after(words, "--port") == ["8310"]
        assert after(words, "--gpu-memory-utilization") == ["0.25"]
        assert "--enforce-eager" in words
        assert "--enable-lora" not in words

    def test_gpu_compiles(self) -> None:
        assert "--enforce-eager" not in command(engine(), "gpu")

    def test_the_key_is_not_among_the_arguments(self) -> None:
        environment = vllm.environment(
            api_key="k3y", cores=(0, 1), share=SHARE, device="cpu", scratch=SCRATCH
        )
        assert environment["VLLM_API_KEY"] == "k3y"
        assert not any("k3y" in word for word in command(engine()))

    def test_adapters_share_the_base(self) -> None:
        spec = engine(adapter("a", 8), adapter("b", 20, ("v_proj", "q_proj")))
        words = command(spec)
        assert after(words, "--served-model-name") == ["base"]
        assert after(words, "--lora-modules") == ["lora0=/adapters/a", "lora1=/adapters/b"]
        assert after(words, "--max-lora-rank") == ["32"]
        assert after(words, "--lora-target-modules") == ["q_proj", "v_proj"]

    @pytest.mark.parametrize(("device", "slots"), [("cpu", "3"), ("gpu", "2")])
    def test_on_a_cpu_the_last_slot_stays_empty(self, device: vllm.Device, slots: str) -> None:
        words = command(engine(adapter("a"), adapter("b")), device)
        assert after(words, "--max-loras") == [slots]

    def test_the_same_adapter_twice_is_loaded_once(self) -> None:
        spec = engine(adapter("a"), adapter("a"))
        assert after(command(spec), "--lora-modules") == ["lora0=/adapters/a"]
        assert vllm.served_name(spec, "lora1") == "lora0"
        assert vllm.served_name(spec, "base") == "base"

    def test_adapters_without_a_base_variant_do_not_take_its_name(self) -> None:
        spec = engine(adapter("a"), base=False)
        assert after(command(spec), "--served-model-name") == ["lora0@weights"]
        assert vllm.served_names(spec) == {"lora0@weights", "lora0"}

    def test_a_path_with_an_equals_sign_is_given_as_json(self) -> None:
        (module,) = after(command(engine(adapter("lr=0.1"))), "--lora-modules")
        assert json.loads(module) == {"name": "lora0", "path": "/adapters/lr=0.1"}


class TestPassedThrough:
    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("max_model_len", 256, ["--max-model-len", "256"]),
            ("enable_prefix_caching", True, ["--enable-prefix-caching"]),
            ("enable_prefix_caching", False, ["--no-enable-prefix-caching"]),
            ("cudagraph_capture_sizes", [1, 8], ["--cudagraph-capture-sizes", "1", "8"]),
            ("hf_overrides", {"x": 1}, ["--hf-overrides", '{"x": 1}']),
        ],
    )
    def test_values(self, name: str, value: Any, words: list[str]) -> None:
        assert command(engine(**{name: value}))[-len(words) :] == words

    def test_goes_over_our_defaults(self) -> None:
        words = command(engine(enforce_eager=False, gpu_memory_utilization=0.5))
        assert "--enforce-eager" not in words
        assert "--no-enforce-eager" in words
        assert after(words, "--gpu-memory-utilization") == ["0.5"]


class TestEnvironment:
    def test_cores_and_cache_on_a_cpu(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("VLLM_CPU_KVCACHE_SPACE", raising=False)
        found = vllm.environment(
            api_key="k", cores=(0, 1, 3), share=SHARE, device="cpu", scratch=SCRATCH
        )
        assert found["VLLM_CPU_OMP_THREADS_BIND"] == "0-1,3"
        assert found["VLLM_CPU_KVCACHE_SPACE"] == "2"
        assert found["VLLM_NO_USAGE_STATS"] == found["DO_NOT_TRACK"] == "1"

    def test_a_given_cache_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "7")
        found = vllm.environment(
            api_key="k", cores=(0,), share=SHARE, device="cpu", scratch=SCRATCH
        )
        assert found["VLLM_CPU_KVCACHE_SPACE"] == "7"

    @pytest.mark.parametrize(("device", "all_of_it"), [("cpu", True), ("gpu", False)])
    def test_what_it_leaves_behind_goes_into_its_scratch(
        self, device: vllm.Device, all_of_it: bool
    ) -> None:
        found = vllm.environment(
            api_key="k", cores=(0,), share=SHARE, device=device, scratch=SCRATCH
        )
        assert found["VLLM_RPC_BASE_PATH"] == str(SCRATCH)
        assert (found.get("TMPDIR") == str(SCRATCH)) is all_of_it

    def test_our_own_settings_stay_here(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRIPTYCH_SECRET_KEY", "secret")
        found = vllm.environment(
            api_key="k", cores=(0,), share=SHARE, device="gpu", scratch=SCRATCH
        )
        assert "TRIPTYCH_SECRET_KEY" not in found
        assert "VLLM_CPU_OMP_THREADS_BIND" not in found
