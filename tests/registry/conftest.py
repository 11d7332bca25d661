"""Tiny folders of weights and adapters, written by hand: headers and shapes, no real tensors."""

import json
import struct
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from app.errors import InvalidInput
from app.registry import Registry, load_registry

Shapes = dict[str, tuple[int, ...]]


def write_safetensors(path: Path, shapes: Shapes, *, fill: int = 0) -> None:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes([fill]) * offset)


class World:
    """A folder with a models.yaml and whatever it names."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "models.yaml"

    def weights(
        self, name: str = "base", *, hidden: int = 4, layers: int = 2, chat: bool = True
    ) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True)
        config = {"hidden_size": hidden, "num_hidden_layers": layers}
        (folder / "config.json").write_text(json.dumps(config))
        template = {"chat_template": "{{ messages }}"} if chat else {}
        (folder / "tokenizer_config.json").write_text(json.dumps(template))
        shapes = {
            f"model.layers.{layer}.self_attn.{module}.weight": (hidden, hidden)
            for layer in range(layers)
            for module in ("q_proj", "v_proj")
        }
        write_safetensors(folder / "model.safetensors", shapes)
        return folder

    def adapter(
        self,
        name: str = "lora",
        *,
        base: str | None = None,
        hidden: int = 4,
        layers: int = 2,
        module: str = "q_proj",
        **config: Any,
    ) -> Path:
        folder = self.root / name
        folder.mkdir(parents=True)
        rank = config.get("r", 2)
        content = {
            "peft_type": "LORA",
            "r": 2,
            "lora_alpha": 4,
            "target_modules": [module],
            "base_model_name_or_path": base or str(self.root / "base"),
        }
        (folder / "adapter_config.json").write_text(json.dumps(content | config))
        shapes: Shapes = {}
        for layer in range(layers):
            path = f"base_model.model.model.layers.{layer}.self_attn.{module}"
            shapes[f"{path}.lora_A.weight"] = (rank, hidden)
            shapes[f"{path}.lora_B.weight"] = (hidden, rank)
        write_safetensors(folder / "adapter_model.safetensors", shapes)
        return folder

    def load(self, text: str) -> Registry:
        self.file.write_text(dedent(text), encoding="utf-8")
        return load_registry(self.file)

    def problems(self, text: str) -> list[tuple[str, str, str]]:
        """Where, message and hint of all that is wrong; fails when nothing is."""
        with pytest.raises(InvalidInput) as caught:
            self.load(text)
        return [(p.where, p.message, p.hint or "") for p in caught.value.problems]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """With weights in base/ and an adapter on them in lora/."""
    world = World(tmp_path)
    world.weights("base")
    world.adapter("lora")
    return world
