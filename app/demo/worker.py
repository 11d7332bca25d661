"""The child process of a build: makes texts and weights in the folder it is given.

A process of its own keeps torch's threads, random state and memory out of the caller, and lets
Ctrl-C end a build at any moment. It speaks JSON lines on stdout, one per step, and takes its
job from the command line. Run it through `app.demo.build`, which also puts the result in its place.
"""

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

from app.demo.batches import Row, pretraining_batches, tuning_batches, tuning_rows
from app.demo.config import CorpusMix, DemoConfig
from app.demo.corpus import instruction_set, pretraining_epoch, prompt_of, question_set
from app.demo.files import VARIANTS, DemoFamily, write_texts
from app.demo.progress import Progress, Stage, Step
from app.demo.tokenizer import make_tokenizer
from app.demo.world import make_world, stream

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
    family = DemoFamily(job.folder)
    world = make_world(job.seed)
    instructions = instruction_set(world, stream(job.seed, "instructions"))
    write_texts(family, instructions, question_set(world, stream(job.seed, "questions")))
    sample_of = stream(job.seed, "tokenizer")
    texts = [
        text
        for _ in range(EPOCHS_FOR_TOKENIZER)
        for text in pretraining_epoch(world, job.config.mix, sample_of)
    ]
    texts += [f"{prompt_of(row.instruction)} {row.output}" for row in instructions]
    tokenizer = make_tokenizer(texts, job.config.vocabulary)
    for variant in VARIANTS:
        tokenizer.save_pretrained(job.folder / variant)
    progress(Step("preparing", 1, 1))
    reading = pretraining_batches(
        tokenizer, world, job.config.mix, job.config.batch, stream(job.seed, "pretraining")
    )
    stages = _train_all(job, tokenizer, reading, tuning_rows(tokenizer, instructions), progress)
    _write_recipe(job, family, stages, time.monotonic() - started)


def _quiet_torch(job: Job) -> None:
    import torch
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(job.threads)
    torch.manual_seed(job.seed)


def _train_all(
    job: Job, tokenizer: Any, reading: Iterator[Any], tuning: list[Row], progress: Progress
) -> dict[str, Any]:
    from app.demo.training import Plan, load, make_base, train, with_adapter

    config, family = job.config, DemoFamily(job.folder)
    tuning_steps = -(-len(tuning) // config.batch) * config.tuning_epochs

    def examples() -> Iterator[Any]:
        # The same order for both, so that nothing but the method differs.
        return tuning_batches(tuning, config.batch, stream(job.seed, "tuning"))

    base = make_base(config, tokenizer)
    plan = Plan(config.base_steps, config.base_rate, weight_decay=0.01)
    stages = {"base": train(base, plan, reading, _reporter("base", progress))}
    base.save_pretrained(family.base)

    lora = with_adapter(load(family.base), config)
    plan = Plan(tuning_steps, config.lora_rate)
    stages["lora"] = train(lora, plan, examples(), _reporter("lora", progress))
    lora.save_pretrained(family.lora)
    (family.lora / "README.md").unlink(missing_ok=True)  # PEFT's empty form, with our paths in it

    full = load(family.base)
    plan = Plan(tuning_steps, config.full_rate)
    stages["full"] = train(full, plan, examples(), _reporter("full", progress))
    full.save_pretrained(family.full)
    return {name: dataclasses.asdict(result) for name, result in stages.items()}


def _reporter(stage: Stage, progress: Progress) -> Callable[[int, int, float], None]:
    return lambda done, total, loss: progress(Step(stage, done, total, loss))


def _write_recipe(job: Job, family: DemoFamily, stages: dict[str, Any], seconds: float) -> None:
    recipe = {
        "fingerprint": job.config.fingerprint(job.seed),
        "seed": job.seed,
        "threads": job.threads,
        "seconds": round(seconds, 1),
        "stages": stages,
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
