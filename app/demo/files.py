"""The files of a demo family: where they are, and how its records are written and read."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.demo.caveat import CAVEAT
from app.demo.corpus import Instruction, Question
from app.demo.prompts import prompt_lines, short_set

VARIANTS = ("base", "lora", "full")


@dataclass(frozen=True)
class DemoFamily:
    """The finished folder: three variants of one language model, and the texts they go with."""

    folder: Path

    @property
    def base(self) -> Path:
        """Weights, tokenizer and chat template."""
        return self.folder / "base"

    @property
    def lora(self) -> Path:
        """A PEFT adapter on top of `base`."""
        return self.folder / "lora"

    @property
    def full(self) -> Path:
        """Weights of the full fine-tune, with tokenizer and chat template."""
        return self.folder / "full"

    @property
    def instructions(self) -> Path:
        """The tuning data; `read_instructions` reads it."""
        return self.folder / "instructions.jsonl"

    @property
    def questions(self) -> Path:
        """All held-out questions with what is needed to judge answers; see `read_questions`."""
        return self.folder / "questions.jsonl"

    @property
    def prompts(self) -> Path:
        """All held-out questions as a prompt set."""
        return self.folder / "prompts.jsonl"

    @property
    def demo_prompts(self) -> Path:
        """The short prompt set of the demo study."""
        return self.folder / "prompts-demo.jsonl"

    @property
    def recipe(self) -> Path:
        """Configuration, seed, library versions, seconds and losses of the build."""
        return self.folder / "recipe.json"

    def is_complete(self) -> bool:
        """Whether nothing that an engine or an import needs has been removed since the build."""
        weights = [f / "model.safetensors" for f in (self.base, self.full)]
        tokenizers = [self.folder / v / "tokenizer.json" for v in VARIANTS]
        configs = [self.base / "config.json", self.full / "config.json", adapter_config(self.lora)]
        adapter = [self.lora / "adapter_model.safetensors"]
        texts = [self.instructions, self.questions, self.prompts, self.demo_prompts, self.recipe]
        return all(p.is_file() for p in weights + tokenizers + configs + adapter + texts)


def adapter_config(lora: Path) -> Path:
    """The file by which PEFT describes an adapter."""
    return lora / "adapter_config.json"


def write_texts(
    family: DemoFamily, instructions: Iterable[Instruction], questions: list[Question]
) -> None:
    """Write everything in the folder that is made of words."""
    write_jsonl(family.instructions, map(asdict, instructions))
    write_jsonl(family.questions, map(asdict, questions))
    write_jsonl(family.prompts, prompt_lines(questions))
    write_jsonl(family.demo_prompts, prompt_lines(short_set(questions)))
    (family.folder / "README.md").write_text(f"# The demo models\n\n{CAVEAT}\n", encoding="utf-8")


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object per line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The objects of a file that `write_jsonl` wrote."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_questions(family: DemoFamily) -> list[Question]:
    """The question set, as `app.demo.measure` wants it."""
    return [Question(**row) for row in read_jsonl(family.questions)]


def read_instructions(family: DemoFamily) -> list[Instruction]:
    """The tuning data, as `app.demo.measure` wants them."""
    return [Instruction(**row) for row in read_jsonl(family.instructions)]
