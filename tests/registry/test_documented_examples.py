"""The variants that docs/mitigations.md and the comments of models.yaml propose can be loaded."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from app.demo.vocabulary import NAMES
from app.registry import Registry, load_registry
from app.registry.formats import read_examples

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "urial-demo.jsonl"
BLOCKS = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "docs" / "mitigations.md").read_text(), re.DOTALL | re.MULTILINE
)


@pytest.fixture
def proposed(world: Any) -> Any:
    """With every folder and file that the examples name."""
    for name in ("my-base", "my-full", "my-full-remedy", "var/demo/base", "var/demo/full"):
        world.weights(name)
    for name, base in (("my-lora", "my-base"), ("my-lora-r1", "my-base"), ("var/demo/lora", "")):
        world.adapter(name, base=str(world.root / (base or "var/demo/base")))
    (world.root / "chat.jinja").write_text("{{ prompt }}")
    (world.root / "examples").mkdir()
    for name in ("examples.jsonl", "examples/urial-demo.jsonl"):
        (world.root / name).write_text(EXAMPLES.read_text())
    instructions = world.root / "var" / "demo" / "instructions.jsonl"
    instructions.write_text('{"instruction": "a", "output": "b"}\n')
    return world


def formats(registry: Registry) -> dict[str, str]:
    return {variant.name: variant.format.type for variant in registry.variants}


def test_remedies(proposed: Any) -> None:
    registry = proposed.load(BLOCKS[0])
    assert formats(registry)["base-examples"] == "urial"
    assert registry.variant("full-less-repetition").sampling.repetition_penalty == 1.1
    engines = [engine.variants for engine in registry.engines]
    assert engines == [
        ("base", "base-examples", "lora", "lora-r1"),
        ("full", "full-less-repetition"),
        ("full-remedy",),
    ]


def test_the_demos_base_with_examples(proposed: Any) -> None:
    shipped = (ROOT / "models.yaml").read_text()
    active = shipped.split("  # Also possible:")[0]
    added = "".join(f"  {line}\n" for line in BLOCKS[1].splitlines())
    registry = proposed.load(active + added)
    found = registry.variant("base-with-examples")
    assert (found.format.type, found.sampling.max_tokens) == ("urial", 40)
    assert found.weights == registry.variant("base").weights


def test_what_is_commented_out_in_models_yaml(proposed: Any) -> None:
    active, proposal = (ROOT / "models.yaml").read_text().split("  # Also possible:\n")
    proposed.file.write_text(active + re.sub(r"^  # ", "  ", proposal, flags=re.MULTILINE))
    assert list(formats(load_registry(proposed.file)))[3:] == ["base-with-examples", "remote"]


def test_the_examples_are_of_nobody_that_the_demo_asks_about() -> None:
    every = (one.of(region) for one in NAMES.values() for region in ("inland", "outer"))
    names = set(chain.from_iterable(every))
    told = [example.prompt + example.response for example in read_examples(EXAMPLES)]
    assert len(told) == 3
    assert not [name for name in names for text in told if name in text]
