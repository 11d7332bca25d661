"""The child process of a build: makes texts and weights in the folder it is given.

A process of its own keeps torch's threads, random state and memory out of the caller, and lets
Ctrl-C end a build at any moment. It speaks JSON lines on stdout, one per step, and takes its
job from the command line. Run it through `app.demo.build`, which also puts the result in its place.
"""

import dataclasses
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from app.demo.batches import Batch, Row, pretraining_batches, tuning_batches, tuning_rows
from app.demo.config import CorpusMix, DemoConfig
from app.demo.corpus import Instruction, instruction_set, pretraining_epoch, prompt_of, question_set
from app.demo.files import VARIANTS, DemoFamily, write_texts
from app.demo.progress import Progress, Stage, Step
from app.demo.tokenizer import make_tokenizer
from app.demo.world import Entity, make_world, stream

if TYPE_CHECKING:
    from app.demo.training import StageResult

EPOCHS_FOR_TOKENIZER = 20
LIBRARIES = ("torch", "transformers", "tokenizers", "peft")


@dataclasses.dataclass(frozen=True)
class Job:
    """One build: where to, from which seed, on how many threads."""

    folder: Path
    seed: int
    threads: int
    config: DemoConfig

    def to_json(self) -> str:
        """One line that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self) | {"folder": str(self.folder)})

    @classmethod
    def from_json(cls, text: str) -> "Job":
        """The job that `to_json` wrote."""
        raw = json.loads(text)
        config = raw["config"]
        config["mix"] = CorpusMix(**config["mix"])
        config["lora_targets"] = tuple(config["lora_targets"])
        return cls(Path(raw["folder"]), raw["seed"], raw["threads"], DemoConfig(**config))


def run(job: Job, progress: Progress) -> None:
    """Write a whole family into `job.folder`."""
    started = time.monotonic()
    progress(Step("preparing", 0, 1))
    _quiet_torch(job)
    family, world = DemoFamily(job.folder), make_world(job.seed)
    instructions = instruction_set(world, stream(job.seed, "instructions"))
    write_texts(family, instructions, question_set(world, stream(job.seed, "questions")))
    tokenizer = _tokenizer(job, world, instructions)
    progress(Step("preparing", 1, 1))
    stages = {"base": _train_base(job, tokenizer, world, progress)}
    examples = tuning_rows(tokenizer, instructions)
    stages["lora"] = _tune_adapter(job, examples, progress)
    stages["full"] = _tune_all(job, examples, progress)
    _write_recipe(job, family, stages, time.monotonic() - started)


def _quiet_torch(job: Job) -> None:
    import torch
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)


def _tokenizer(job: Job, world: Sequence[Entity], instructions: Sequence[Instruction]) -> Any:
    """Learned from what will be read, and saved with every variant."""
    rng = stream(job.seed, "tokenizer")
    epochs = (pretraining_epoch(world, job.config.mix, rng) for _ in range(EPOCHS_FOR_TOKENIZER))
    examples = (f"{prompt_of(row.instruction)} {row.output}" for row in instructions)
    tokenizer = make_tokenizer([*chain.from_iterable(epochs), *examples], job.config.vocabulary)
    for variant in VARIANTS:
        tokenizer.save_pretrained(job.folder / variant)
    return tokenizer


def _train_base(
    job: Job, tokenizer: Any, world: Sequence[Entity], progress: Progress
) -> "StageResult":
    from app.demo.training import Plan, make_base, train

    config, rng = job.config, stream(job.seed, "pretraining")
    base = make_base(config, tokenizer)
    source = pretraining_batches(tokenizer, world, config.mix, config.batch, rng)
    plan = Plan(config.base_steps, config.base_rate, weight_decay=0.01)
    result = train(base, plan, source, _reporter("base", progress))
    base.save_pretrained(DemoFamily(job.folder).base)
    return result


def _tune_adapter(job: Job, examples: Sequence[Row], progress: Progress) -> "StageResult":
    from app.demo.training import Plan, load, train, with_adapter

    family = DemoFamily(job.folder)
    lora = with_adapter(load(family.base), job.config)
    plan = Plan(_tuning_steps(job, examples), job.config.lora_rate)
    result = train(lora, plan, _tuning(job, examples), _reporter("lora", progress))
    lora.save_pretrained(family.lora)
    (family.lora / "README.md").unlink(missing_ok=True)  # PEFT's empty form, with our paths in it
    return result


def _tune_all(job: Job, examples: Sequence[Row], progress: Progress) -> "StageResult":
    from app.demo.training import Plan, load, train

    family = DemoFamily(job.folder)
    full = load(family.base)
    plan = Plan(_tuning_steps(job, examples), job.config.full_rate)
    result = train(full, plan, _tuning(job, examples), _reporter("full", progress))
    full.save_pretrained(family.full)
    return result


def _tuning(job: Job, examples: Sequence[Row]) -> Iterator[Batch]:
    # The same order for both, so that nothing but the method and its rate differs.
    return tuning_batches(examples, job.config.batch, stream(job.seed, "tuning"))


def _tuning_steps(job: Job, examples: Sequence[Row]) -> int:
    return math.ceil(len(examples) / job.config.batch) * job.config.tuning_epochs


def _reporter(stage: Stage, progress: Progress) -> Callable[[int, int, float], None]:
    return lambda done, total, loss: progress(Step(stage, done, total, loss))


def _write_recipe(
    job: Job, family: DemoFamily, stages: dict[str, "StageResult"], seconds: float
) -> None:
    recipe = {
        "fingerprint": job.config.fingerprint(job.seed),
        "seed": job.seed,
        "threads": job.threads,
        "seconds": round(seconds, 1),
        "stages": {name: dataclasses.asdict(result) for name, result in stages.items()},
        "versions": {name: version(name) for name in LIBRARIES},
        "config": dataclasses.asdict(job.config),
    }
    family.recipe.write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")


def _own_stdout() -> TextIO:
    """Stdout for our lines only: whatever libraries print goes to stderr from here on."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return ours


def main() -> None:
    """Read the job, run it, report. A closed stdout means that the parent is gone: then stop."""
    lines = _own_stdout()
    job = Job.from_json(sys.argv[1])
    run(job, lambda step: print(json.dumps(dataclasses.asdict(step)), file=lines))


if __name__ == "__main__":
    main()
