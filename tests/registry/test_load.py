"""What a sound models.yaml becomes."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.errors import NotFound
from app.registry import load_registry
from app.tables import VariantKind
from tests.registry.conftest import write_safetensors

PLAIN = """
    defaults:
      sampling: {temperature: 0.5, max_tokens: 90, stop: "\\n\\n"}
      vllm: {max-model-len: 256, dtype: float32}
    variants:
      - {name: base, kind: base, weights: base}
      - {name: lora, kind: lora, weights: ./base, adapter: lora, sampling: {temperature: 1}}
      - {name: hub, kind: full, weights: owner/name, revision: abc}
      - name: remote
        kind: other
        endpoint: {url: "https://host:8000/v1/", served_name: x, api_key_env: MY_KEY}
"""


class TestSpecs:
    def test_variants_keep_the_files_order(self, world: Any) -> None:
        registry = world.load(PLAIN)
        assert [v.name for v in registry.variants] == ["base", "lora", "hub", "remote"]
        assert [v.kind for v in registry.variants] == [
            VariantKind.BASE,
            VariantKind.LORA,
            VariantKind.FULL,
            VariantKind.OTHER,
        ]

    def test_folders_are_absolute_and_hub_ids_stay(self, world: Any) -> None:
        registry = world.load(PLAIN)
        base, hub = registry.variant("base").weights, registry.variant("hub").weights
        assert base.id == str((world.root / "base").resolve())
        assert base.is_local
        assert (hub.id, hub.revision, hub.is_local) == ("owner/name", "abc", False)

    def test_defaults_are_merged_key_by_key(self, world: Any) -> None:
        lora = world.load(PLAIN).variant("lora")
        assert lora.sampling.temperature == 1
        assert lora.sampling.max_tokens == 90
        assert lora.sampling.stop == ("\n\n",)
        assert lora.weights.vllm == {"max_model_len": 256, "dtype": "float32"}

    def test_an_adapter_is_read_from_its_folder(self, world: Any) -> None:
        adapter = world.load(PLAIN).variant("lora").adapter
        assert (adapter.rank, adapter.alpha, adapter.target_modules) == (2, 4, ("q_proj",))
        assert adapter.base == str(world.root / "base")

    def test_the_largest_rank_of_any_module_counts(self, world: Any) -> None:
        world.adapter("wide", rank_pattern={"v_proj": 24})
        text = PLAIN.replace("adapter: lora", "adapter: wide")
        registry = world.load(text)
        assert registry.variant("lora").adapter.rank == 24
        assert registry.engines[0].max_lora_rank == 32

    @pytest.mark.parametrize("given", ["128009", "[128009]"])
    def test_tokens_that_end_an_answer(self, world: Any, given: str) -> None:
        sampling = f"{{stop_token_ids: {given}}}"
        text = f"variants: [{{name: a, kind: base, weights: base, sampling: {sampling}}}]"
        assert world.load(text).variant("a").sampling.stop_token_ids == (128009,)

    def test_an_endpoint_has_no_weights(self, world: Any) -> None:
        remote = world.load(PLAIN).variant("remote")
        assert remote.weights is None
        assert remote.endpoint.url == "https://host:8000/v1"
        assert remote.endpoint.api_key_env == "MY_KEY"

    def test_a_remote_adapter_brings_its_rank(self, world: Any) -> None:
        text = PLAIN.replace(
            "adapter: lora", "adapter: {id: owner/lora, rank: 16, target_modules: [v_proj, q_proj]}"
        )
        adapter = world.load(text).variant("lora").adapter
        assert (adapter.id, adapter.rank) == ("owner/lora", 16)
        assert adapter.target_modules == ("q_proj", "v_proj")

    def test_an_unknown_variant_is_not_found(self, world: Any) -> None:
        with pytest.raises(NotFound, match="no variant 'x'"):
            world.load(PLAIN).variant("x")

    @pytest.mark.parametrize(
        ("format_", "type_"),
        [
            ("raw", "raw"),
            ("{type: template, file: t.jinja}", "template"),
            ("{type: urial, file: e.jsonl}", "urial"),
        ],
    )
    def test_formats(self, world: Any, format_: str, type_: str) -> None:
        (world.root / "t.jinja").write_text("{{ prompt }}")
        (world.root / "e.jsonl").write_text('{"prompt": "Hi", "response": "Hello."}\n')
        text = f"variants: [{{name: a, kind: base, weights: base, format: {format_}}}]"
        assert world.load(text).variant("a").format.type == type_

    def test_yaml_merges_and_a_byte_order_mark_are_fine(self, world: Any) -> None:
        text = "\ufeffvariants:\n- &a {name: a, kind: base, weights: base}\n- {<<: *a, name: b}\n"
        assert [v.kind for v in world.load(text).variants] == [VariantKind.BASE] * 2


class TestEngines:
    def test_one_per_weights_with_every_adapter(self, world: Any) -> None:
        engines = world.load(PLAIN).engines
        assert [(e.name, e.variants) for e in engines] == [
            ("base", ("base", "lora")),
            ("hub", ("hub",)),
        ]
        assert list(engines[0].adapters) == ["lora"]
        assert [e.max_lora_rank for e in engines] == [8, None]

    def test_revisions_are_engines_of_their_own(self, world: Any) -> None:
        text = """
            variants:
              - {name: a, kind: full, weights: o/n, revision: one}
              - {name: b, kind: full, weights: o/n, revision: two}
        """
        assert [e.name for e in world.load(text).engines] == ["a", "b"]


class TestContentHash:
    def hashes(self, world: Any, text: str = PLAIN) -> dict[str, str]:
        return {v.name: v.content_hash for v in world.load(text).variants}

    def test_is_stable(self, world: Any) -> None:
        assert self.hashes(world) == self.hashes(world)

    def test_does_not_depend_on_the_name(self, world: Any) -> None:
        renamed = self.hashes(world, PLAIN.replace("name: base", "name: first"))
        assert renamed["first"] == self.hashes(world)["base"]

    def test_a_retrained_adapter_is_another_variant(self, world: Any) -> None:
        before = self.hashes(world)
        path = world.root / "lora" / "adapter_model.safetensors"
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"\x01")
        after = self.hashes(world)
        assert after["lora"] != before["lora"]
        assert after["base"] == before["base"]

    @pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "model.safetensors"])
    def test_changed_weights_are_other_variants(self, world: Any, name: str) -> None:
        before = self.hashes(world)
        path = world.root / "base" / name
        if name.endswith("json"):
            path.write_text(json.dumps(json.loads(path.read_text()) | {"extra": 1}))
        else:
            path.write_bytes(path.read_bytes()[:-1] + b"\x01")
        after = self.hashes(world)
        assert after["base"] != before["base"]
        assert after["lora"] != before["lora"]
        assert after["hub"] == before["hub"]

    def test_large_files_are_told_apart_by_samples(
        self, world: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.registry.folders._WHOLE", 1024)
        path = world.root / "base" / "model.safetensors"
        path.write_bytes(path.read_bytes() + bytes(2**22))
        before = self.hashes(world)
        content = path.read_bytes()
        path.write_bytes(content[: 2**20] + b"\x01" * (len(content) - 2**20))
        assert self.hashes(world)["base"] != before["base"]

    def test_files_beside_the_weights_do_not_count(self, world: Any) -> None:
        before = self.hashes(world)
        (world.root / "base" / "README.md").write_text("hello")
        (world.root / "base" / "trainer_state.json").write_text("{}")
        assert self.hashes(world) == before

    def test_a_changed_template_is_another_variant(self, world: Any) -> None:
        template = world.root / "t.jinja"
        text = "variants: [{name: a, kind: base, weights: base, format: {type: template}}]"
        text = text.replace("template}", "template, file: t.jinja}")
        template.write_text("{{ prompt }}")
        before = self.hashes(world, text)
        template.write_text("{{ prompt }}!")
        assert self.hashes(world, text) != before


class TestTheAdaptersBase:
    """Folders move; only content and shapes tell whether an adapter fits."""

    TEXT = "variants: [{name: a, kind: lora, weights: base, adapter: x}]"

    def test_a_base_that_moved_is_fine(self, world: Any) -> None:
        world.adapter("x", base="/gone/away/base")
        assert world.load(self.TEXT).variant("a").adapter.base == "/gone/away/base"

    def test_a_copy_of_the_base_is_fine(self, world: Any) -> None:
        world.weights("copy")
        world.adapter("x", base=str(world.root / "copy"))
        assert world.load(self.TEXT).variant("a").adapter.rank == 2

    def test_a_downloaded_base_is_fine(self, world: Any) -> None:
        world.adapter("x", base="owner/name")
        assert world.load(self.TEXT).variant("a").adapter.base == "owner/name"

    def test_the_base_with_another_chat_template_is_fine(self, world: Any) -> None:
        first = world.weights("first")
        (first / "tokenizer_config.json").write_text('{"chat_template": "{{ messages[0] }}"}')
        world.adapter("x", base=str(first))
        assert world.load(self.TEXT).variant("a").adapter.rank == 2

    def test_quantised_weights_are_packed_and_prove_nothing(self, world: Any) -> None:
        config = {"hidden_size": 4, "num_hidden_layers": 2, "quantization_config": {"bits": 4}}
        (world.root / "base" / "config.json").write_text(json.dumps(config))
        packed = {f"model.layers.{n}.self_attn.q_proj.weight": (8, 1) for n in range(2)}
        write_safetensors(world.root / "base" / "model.safetensors", packed)
        world.adapter("x")
        assert world.load(self.TEXT).variant("a").adapter.rank == 2

    def test_embeddings_are_among_the_target_modules(self, world: Any) -> None:
        folder = world.adapter("x")
        name = "base_model.model.model.{}".format
        shapes = {
            name("embed_tokens.lora_embedding_A"): (2, 8),
            name("embed_tokens.lora_embedding_B"): (4, 2),
            name("layers.0.self_attn.q_proj.lora_A.weight"): (2, 4),
            name("layers.0.self_attn.q_proj.lora_B.weight"): (4, 2),
        }
        write_safetensors(folder / "adapter_model.safetensors", shapes)
        adapter = world.load(self.TEXT).variant("a").adapter
        assert adapter.target_modules == ("embed_tokens", "q_proj")

    def test_target_modules_come_from_the_tensors(self, world: Any) -> None:
        world.adapter("x", target_modules="all-linear", module="v_proj")
        assert world.load(self.TEXT).variant("a").adapter.target_modules == ("v_proj",)


def test_the_repositorys_own_file(world: Any) -> None:
    """The newcomer's template describes the demo, whose folders are replaced by tiny ones here."""
    for name in ("base", "full"):
        world.weights(f"var/demo/{name}")
    world.adapter("var/demo/lora", base="var/demo/base")
    (world.root / "var/demo/instructions.jsonl").write_text('{"prompt": "Q", "response": "A"}')
    source = Path(__file__).parents[2] / "models.yaml"
    registry = world.load(source.read_text(encoding="utf-8"))
    assert [(v.name, v.kind.value) for v in registry.variants] == [
        ("base", "base"),
        ("lora", "lora"),
        ("full", "full"),
    ]
    assert {(v.sampling.temperature, v.sampling.max_tokens) for v in registry.variants} == {(0, 90)}
    assert registry.engines[0].weights.vllm == {
        "max_model_len": 256,
        "dtype": "float32",
        "max_num_seqs": 32,
    }
    assert [e.name for e in registry.engines] == ["base", "full"]


def test_the_real_demo_when_it_is_built() -> None:
    root = Path(__file__).parents[2]
    if not all((root / "var/demo" / n).is_dir() for n in ("base", "lora", "full")):
        pytest.skip("the demo is not built")
    registry = load_registry(root / "models.yaml")
    lora = registry.variant("lora")
    assert lora.adapter is not None
    assert lora.adapter.target_modules == ("k_proj", "o_proj", "q_proj", "v_proj")
    assert registry.engines[0].max_lora_rank == 8
