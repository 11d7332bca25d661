"""Series and step: found in folders as Hugging Face's Trainer leaves them, or given by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.registry import CheckpointSpec
from tests.registry.conftest import World

LORA = "variants: [{{name: a, kind: lora, weights: base, adapter: {0}, {1}}}]"
# The hash of this variant as the version before checkpoints computed it.
HUB = "variants: [{name: hub, kind: full, weights: owner/name, revision: abc}]"
HUB_HASH = "f94e3efbb899324d3725628b7745fd672d50c243ab56f8430facb44a4de35d36"


def found(world: World, adapter: str, keys: str = "") -> tuple[str, int] | None:
    checkpoint = world.load(LORA.format(adapter, keys)).variants[0].checkpoint
    return (checkpoint.series, checkpoint.step) if checkpoint else None


def trained(folder: Path, content: Any) -> None:
    (folder / "trainer_state.json").write_text(json.dumps(content))


class TestFoundInTheFolder:
    def test_the_name_of_the_folder(self, world: World) -> None:
        world.adapter("runs/mine/checkpoint-500")
        assert found(world, "runs/mine/checkpoint-500") == ("mine", 500)

    def test_what_the_trainer_wrote_wins_over_the_name(self, world: World) -> None:
        trained(world.adapter("runs/mine/checkpoint-500"), {"global_step": 510})
        assert found(world, "runs/mine/checkpoint-500") == ("mine", 510)

    def test_the_end_of_the_training_is_of_the_same_series(self, world: World) -> None:
        trained(world.adapter("runs/mine"), {"global_step": 900})
        assert found(world, "runs/mine") == ("mine", 900)

    @pytest.mark.parametrize("content", [{}, {"global_step": -1}, {"global_step": True}])
    def test_a_state_without_steps_says_nothing(self, world: World, content: Any) -> None:
        trained(world.adapter("runs/mine/checkpoint-7"), content)
        assert found(world, "runs/mine/checkpoint-7") == ("mine", 7)

    def test_weights_are_checkpoints_too(self, world: World) -> None:
        world.weights("sft/checkpoint-20")
        text = "variants: [{name: a, kind: full, weights: sft/checkpoint-20}]"
        assert world.load(text).variants[0].checkpoint == CheckpointSpec(series="sft", step=20)

    def test_of_weights_under_an_adapter_nothing_is_taken(self, world: World) -> None:
        world.weights("sft/checkpoint-20")
        world.adapter("mine", base=str(world.root / "sft/checkpoint-20"))
        text = LORA.format("mine", "").replace("weights: base", "weights: sft/checkpoint-20")
        assert world.load(text).variants[0].checkpoint is None

    def test_another_folder_is_no_checkpoint(self, world: World) -> None:
        assert found(world, "lora") is None

    def test_a_broken_state_is_a_problem_of_the_variant(self, world: World) -> None:
        (world.adapter("x") / "trainer_state.json").write_text("{")
        [(where, message, _)] = world.problems(LORA.format("x", ""))
        assert (where, "trainer_state.json in 'x' is not JSON" in message) == (
            "models.yaml:1",
            True,
        )


class TestGivenByHand:
    def test_both(self, world: World) -> None:
        assert found(world, "lora", "series: mine, step: 0") == ("mine", 0)

    def test_they_win_over_the_folder(self, world: World) -> None:
        trained(world.adapter("runs/mine/checkpoint-500"), {"global_step": 510})
        assert found(world, "runs/mine/checkpoint-500", "step: 3") == ("mine", 3)
        assert found(world, "runs/mine/checkpoint-500", "series: b") == ("b", 510)

    def test_of_a_revision_on_the_hub(self, world: World) -> None:
        text = HUB.replace("}", ", series: pile, step: 1000}")
        assert world.load(text).variants[0].checkpoint == CheckpointSpec(series="pile", step=1000)


class TestTheContentHash:
    def test_stays_where_there_is_no_checkpoint(self, world: World) -> None:
        assert world.load(HUB).variants[0].content_hash == HUB_HASH

    def test_tells_labels_apart_so_that_each_is_frozen(self, world: World) -> None:
        labelled = world.load(HUB.replace("}", ", series: pile, step: 1000}")).variants[0]
        assert labelled.content_hash != HUB_HASH
        assert labelled.identity == world.load(HUB).variants[0].identity
