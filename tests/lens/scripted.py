"""Runs answered in a language whose probabilities are known, and engines of this process that score
in it: failures on demand."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import Database
from app.engines import Generation, PromptInput, Scoring
from app.engines.scoring import read_scoring
from app.errors import AppError, EngineError
from app.lens import LensProgress, LensRunner, get_lens, lens_progress, put_under_lens
from app.registry import AdapterSpec, Registry, VariantSpec, WeightsSpec
from app.runner import Batching, Effort
from app.runs import RunForm, create_run
from app.settings import Settings
from app.tables import Prompt, PromptSet, Response, Run, RunState, VariantKind
from tests.engines.language import PROMPT, SIZE, Language, logprob
from tests.runner.fake_engines import FakePool

LANGUAGE = Language(shifts={"lora": {0: 4}, "full": {1: 2}})
# What the self-check generates is after this id, answers of the run after others.
PROBE = PROMPT - 1


def registry(folder: Path, *, size: int | None = SIZE) -> Registry:
    """base and lora on the same weights, full on others; `size` of the vocabularies."""
    for name in ("base", "full"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "config.json").write_text(json.dumps({"vocab_size": size}))
    base, full = (WeightsSpec(id=str(folder / name)) for name in ("base", "full"))
    lora = AdapterSpec(id=str(folder / "lora"), target_modules=("q_proj",))
    return Registry(
        source=folder / "models.yaml",
        variants=(
            VariantSpec(name="base", kind=VariantKind.BASE, weights=base),
            VariantSpec(name="lora", kind=VariantKind.LORA, weights=base, adapter=lora),
            VariantSpec(name="full", kind=VariantKind.FULL, weights=full),
        ),
    )


def answered_run(
    database: Database,
    known: Registry,
    language: Language,
    *,
    prompts: int = 6,
    variants: Sequence[str] = ("base", "lora", "full"),
    samples: int = 1,
    formats: Mapping[str, int] | None = None,
) -> int:
    """A finished run; the answers to prompt n have the prompt ids `PROMPT`, `PROMPT + n`, those of
    a variant in another of the `formats` begin with that id."""
    with database.writing() as session:
        prompt_set = PromptSet(name="set", content_hash="set")
        prompt_set.prompts = [
            Prompt(position=n, key=str(n), text=f"question {n}") for n in range(prompts)
        ]
        session.add(prompt_set)
        session.flush()
        form = RunForm(
            name="run",
            prompt_set_id=prompt_set.id,
            variants=list(variants),
            samples=samples,
            temperature=float(samples > 1),
        )
        run = create_run(session, known, form)
        run.state = RunState.DONE
        session.flush()
        for member in run.variants:
            name = member.variant.name
            ids = language.answer(name)
            session.add_all(
                Response(
                    run_variant_id=member.id,
                    prompt_id=prompt.id,
                    text=language.text(name),
                    sample=sample,
                    prompt_token_ids=[(formats or {}).get(name, PROMPT), PROMPT + prompt.position],
                    token_ids=ids,
                    logprobs=[logprob(1)] * len(ids),
                )
                for prompt in prompt_set.prompts
                for sample in range(samples)
            )
        return run.id


@dataclass(frozen=True)
class Asked:
    """A scoring: under whom, of which prompt's answer, in what number of candidates."""

    name: str
    prompt: int
    token_ids: tuple[int, ...]
    top: int
    format: int = PROMPT


class ScriptedEngines:
    """Stands in for `app.engines`. `before` runs in every scoring of an answer of the run, and
    `before_again` where it is for a control or the self-check; `asked` are those that were
    answered. The rest is what an engine may get wrong, by its variant's name:
    `logprob`, `rank` and `text` of a token that is scored, the ids of a text, and the most
    candidates that it tells of."""

    def __init__(self, language: Language, pool: FakePool) -> None:
        self.language = language
        self.pool = pool
        self.before: Callable[[Asked], Any] = lambda asked: None
        self.before_again: Callable[[Asked], None] = lambda asked: None
        self.asked: list[Asked] = []
        self.again: list[Asked] = []
        self.prompted: Callable[[str, PromptInput], None] = lambda name, prompt: None
        self.logprob: Callable[[str, float], float] = lambda name, value: value
        self.rank: Callable[[str, int], int] = lambda name, value: value
        self.text: Callable[[str, str], str] = lambda name, value: value
        self.tokenizers: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.tells_ids = True

    async def generate(
        self, target: str, variant: VariantSpec, prompt: PromptInput, /, **how: Any
    ) -> Generation:
        self.prompted(target, prompt)
        ids = self.language.answer(variant.name) if self.tells_ids else []
        said = [logprob(1)] * len(ids)
        return Generation(prompt.text, "stop", None, [PROBE] if ids else [], ids, said, 5)

    async def tokenize(self, target: str, text: str, /) -> list[int] | None:
        return [ord(character) + self.tokenizers.get(target, 0) for character in text]

    async def score(
        self, target: str, prompt_ids: Sequence[int], token_ids: Sequence[int], /, *, top: int
    ) -> Scoring:
        if prompt_ids[0] != PROBE:
            prompt = prompt_ids[-1] - PROMPT
            asked = Asked(target, prompt, tuple(token_ids), top, prompt_ids[0])
            if top == 1:  # of a control, or by the self-check
                self.before_again(asked)
                self.again.append(asked)
            else:
                await self._survive(target, asked)
                self.asked.append(asked)
        if target in self.most and not 0 <= top <= self.most[target]:
            raise AppError(f"The engine refuses this prompt: at most {self.most[target]}.")
        places = self.language.prompt_logprobs(target, [*prompt_ids, *token_ids], top)
        content = json.dumps({"choices": [{"prompt_logprobs": places}]}).encode()
        found = read_scoring(content, len(prompt_ids), token_ids)
        return replace(
            found,
            texts=[self.text(target, one) for one in found.texts],
            logprobs=[self.logprob(target, one) for one in found.logprobs],
            ranks=[self.rank(target, one) for one in found.ranks],
        )

    async def _survive(self, target: str, asked: Asked) -> None:
        engine = "full" if target == "full" else "base"
        deaths = self.pool._deaths[engine]
        await asyncio.sleep(0)
        waited = self.before(asked)
        if asyncio.iscoroutine(waited):
            await waited
        await asyncio.sleep(0)
        if self.pool._deaths[engine] != deaths:
            raise EngineError(f"Engine {engine} died.", log_tail="Killed")


class ScriptedLens:
    """A run, its engines, and a lens to put it under."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        language: Language | None = None,
        *,
        known: Registry | None = None,
        **run: Any,
    ) -> None:
        self.database = database
        self.registry = known or registry(folder)
        self.language = language or LANGUAGE
        self.pool = FakePool()
        self.engines = ScriptedEngines(self.language, self.pool)
        self.run_id = answered_run(database, self.registry, self.language, **run)

    def take_answer(self, name: str = "base") -> Callable[[], None]:
        """The first answer of a variant goes missing. -> What gives it back."""
        with self.database.writing() as session:
            run = session.get_one(Run, self.run_id)
            member = next(one for one in run.variants if one.variant.name == name)
            found = select(Response).where(Response.run_variant_id == member.id)
            taken = session.scalars(found.order_by(Response.id)).all()[0]
            values = {column.name: getattr(taken, column.name) for column in Response.__table__.c}
            session.delete(taken)

        def give_back() -> None:
            with self.database.writing() as session:
                session.add(Response(**values))

        return give_back

    def put(self, **how: Any) -> int:
        with self.database.writing() as session:
            run = session.get_one(Run, self.run_id)
            return put_under_lens(session, run, self.registry, **how).id

    def runner(self, concurrency: int = 4, batch: int = 4) -> LensRunner:
        return LensRunner(
            self.database,
            self.pool,  # type: ignore[arg-type]
            Settings(),
            asking=self.engines,  # type: ignore[arg-type]
            effort=Effort(concurrency, back_off=(0, 0, 0)),
            batching=Batching(batch, 0.01),
        )

    def work(self, lens_id: int, **how: int) -> LensProgress:
        async def through() -> None:
            runner = self.runner(**how)
            await runner.start(lens_id)
            await runner.wait(lens_id)

        asyncio.run(through())
        return self.progress(lens_id)

    def progress(self, lens_id: int) -> LensProgress:
        with self.database.reading() as session:
            found = lens_progress(session, get_lens(session, lens_id))
            for one in found.variants:
                _ = one.name, one.member.is_control
            return found
