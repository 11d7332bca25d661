"""Adapters that models.yaml does not name, as variants."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import InvalidInput
from app.registry import Adapters, Registry, instruction_set, with_adapters
from app.tables import VariantKind

PLAIN = """
    defaults: {sampling: {max_tokens: 7}}
    variants:
      - {name: base, kind: base, weights: base, format: raw}
      - {name: lora, kind: lora, weights: base, format: raw, adapter: lora}
"""


@pytest.fixture
def registry(world: Any) -> Registry:
    registry: Registry = world.load(PLAIN)
    return registry


def found(registry: Registry, *folders: Path) -> Adapters:
    return with_adapters(registry, registry.variant("base"), folders)


def problems(registry: Registry, *folders: Path) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        found(registry, *folders)
    return [(one.where, f"{one.message} {one.hint}") for one in caught.value.problems]


class TestVariants:
    def test_on_the_weights_format_and_sampling_of_the_base(
        self, world: Any, registry: Registry
    ) -> None:
        adapters = found(registry, world.adapter("mine"))
        base, mine = registry.variant("base"), adapters.registry.variant("mine")
        assert (mine.kind, mine.checkpoint) == (VariantKind.LORA, None)
        assert (mine.weights, mine.format, mine.sampling) == (
            base.weights,
            base.format,
            base.sampling,
        )
        assert mine.adapter is not None
        assert mine.adapter.rank == 2

    def test_one_engine_under_a_name_of_its_own(self, world: Any, registry: Registry) -> None:
        folders = [world.adapter(f"sft/checkpoint-{step}") for step in (5, 20)]
        (engine,) = found(registry, *folders).registry.engines
        assert engine.name == "sft-checkpoint-5"
        assert list(engine.adapters) == ["sft-checkpoint-5", "sft-checkpoint-20", "lora"]

    def test_what_models_yaml_names_is_that_variant(self, world: Any, registry: Registry) -> None:
        adapters = found(registry, world.root / "lora", world.root / "lora")
        assert (adapters.names, adapters.unnamed) == (("lora",), ())
        assert adapters.registry == registry

    def test_another_adapter_of_the_same_name(self, world: Any, registry: Registry) -> None:
        adapters = found(registry, world.adapter("new/lora"), world.adapter("old/new/lora"))
        assert adapters.names == ("new-lora", "new-lora-2")

    def test_names_have_only_what_names_may_have(self, world: Any, registry: Registry) -> None:
        assert found(registry, world.adapter("_mein Adapter!")).names == ("meinAdapter",)


class TestFolders:
    def test_of_checkpoints_are_these_by_their_steps(self, world: Any, registry: Registry) -> None:
        for step in (100, 20, 3):
            world.adapter(f"sft/checkpoint-{step}")
        (world.root / "sft" / "checkpoint-notes").mkdir()
        adapters = found(registry, world.root / "sft")
        variants = [adapters.registry.variant(name).checkpoint for name in adapters.names]
        assert [(one.series, one.step) for one in variants if one] == [
            ("sft", 3),
            ("sft", 20),
            ("sft", 100),
        ]

    @pytest.mark.parametrize(("rank", "count"), [(2, 1), (4, 2)])
    def test_the_last_adapter_counts_where_it_is_another(
        self, world: Any, registry: Registry, rank: int, count: int
    ) -> None:
        world.adapter("sft", r=rank)
        world.adapter("sft/checkpoint-3")
        assert len(found(registry, world.root / "sft").names) == count

    def test_all_that_is_wrong_is_said(self, world: Any, registry: Registry) -> None:
        world.adapter("wide", hidden=8)
        world.adapter("dora", use_dora=True)
        said = problems(registry, *(world.root / one for one in ("wide", "dora", "base", "gone")))
        assert [Path(where).name for where, _ in said] == ["wide", "dora", "base", "gone"]
        for (_, text), part in zip(
            said, ("does not fit", "DoRA", "whole weights", "no such folder"), strict=True
        ):
            assert part in text

    def test_trained_on_other_weights(self, world: Any, registry: Registry) -> None:
        other = world.weights("other")
        (other / "model.safetensors").write_bytes(
            (other / "model.safetensors").read_bytes()[:-1] + b"1"
        )
        ((_, text),) = problems(registry, world.adapter("mine", base=str(other)))
        assert "was trained on" in text
        assert "Put the weights that it was trained on" in text


class TestInstructionSet:
    def test_is_given_to_those_that_name_none(self, world: Any, registry: Registry) -> None:
        path = world.root / "set.jsonl"
        path.write_text('{"instruction": "a", "output": "b"}\n')
        base, folders = registry.variant("base"), [world.adapter("mine"), world.root / "lora"]
        given = with_adapters(registry, base, folders, trained_on=instruction_set(path)).registry
        sets = {one.name: one.trained_on.path if one.trained_on else None for one in given.variants}
        assert sets == {"base": None, "lora": path, "mine": path}

    def test_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="does not exist"):
            instruction_set(tmp_path / "gone.jsonl")
