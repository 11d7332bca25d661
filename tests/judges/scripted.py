"""A judge whose mind is a function of what it is asked, on engines of this process."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.db import Database
from app.engines import Generation, PromptInput
from app.errors import EngineError
from app.judges import (
    JudgeForm,
    JudgeProgress,
    JudgeRunner,
    create_judge,
    get_judge,
    judge_progress,
)
from app.registry import Registry, SamplingSpec, VariantSpec, WeightsSpec
from app.runner import Batching, Effort
from app.settings import Settings
from app.tables import Study, VariantKind
from tests.runner.fake_engines import FakePool

OWL = VariantSpec(name="owl", kind=VariantKind.OTHER, weights=WeightsSpec(id="w/owl"))
REGISTRY = Registry(source=Path("models.yaml"), variants=(OWL,))

ANSWER = re.compile(r"^BEGIN ANSWER (\d) (\w+)\n(.*?)\nEND ANSWER \1 \2$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Asked:
    """One request as the judge's server sees it. `answers`: the texts by their numbers."""

    prompt: str
    sampling: SamplingSpec
    schema: Mapping[str, Any]

    @property
    def answers(self) -> dict[int, str]:
        return {int(number): text for number, _, text in ANSWER.findall(self.prompt)}


Mind = Callable[[Asked], str | Generation | Awaitable[str]]


def generation(text: str, finish_reason: str = "stop") -> Generation:
    return Generation(text, finish_reason, None, [], [], [], 5, 100, 20)


def saying(*outcomes: str, scores: Mapping[str, int] | None = None) -> str:
    """A reply on the default criteria, factuality and style: outcomes of the two, or one of both.

    The same scores by the answers' numbers on both, 3 by default.
    """
    rated = scores or {"1": 3, "2": 3}
    both = outcomes if len(outcomes) == 2 else (outcomes[0], outcomes[0])
    return json.dumps(
        {
            key: {"outcome": outcome, "ratings": rated}
            for key, outcome in zip(("factuality", "style"), both, strict=True)
        }
    )


def preferring(worth: Callable[[str], float]) -> Mind:
    """Whose answers are best by what they are worth; equal ones are both good."""

    def mind(asked: Asked) -> str:
        first, second = (worth(text) for text in asked.answers.values())
        return saying("tie_good" if first == second else "1" if first > second else "2")

    return mind


@dataclass
class ScriptedJudge:
    """Makes a judge of a study and lets it work."""

    database: Database
    mind: Mind
    pool: FakePool = field(default_factory=FakePool)
    asked: list[Asked] = field(default_factory=list)
    turn: int = 0  # of the mind, from 1

    def make(self, study_id: int, **form: Any) -> int:
        with self.database.writing() as session:
            study = session.get_one(Study, study_id)
            wanted = JudgeForm(**({"variant": "owl"} | form))
            return create_judge(session, study, REGISTRY, wanted).id

    def runner(self, concurrency: int = 4, batch: int = 4) -> JudgeRunner:
        return JudgeRunner(
            self.database,
            self.pool,  # type: ignore[arg-type]
            Settings(),
            ask=self.ask,  # type: ignore[arg-type]
            effort=Effort(concurrency, back_off=(0, 0, 0)),
            batching=Batching(batch, 0.01),
        )

    def work(self, judge_id: int, **how: int) -> JudgeProgress:
        async def through() -> None:
            runner = self.runner(**how)
            await runner.start(judge_id)
            await runner.wait(judge_id)

        asyncio.run(through())
        return self.progress(judge_id)

    def progress(self, judge_id: int) -> JudgeProgress:
        with self.database.reading() as session:
            return judge_progress(session, get_judge(session, judge_id))

    async def ask(
        self,
        target: str,
        variant: VariantSpec,
        prompt: PromptInput,
        *,
        sampling: SamplingSpec,
        schema: Mapping[str, Any],
    ) -> Generation:
        asked = Asked(prompt.text, sampling, schema)
        deaths = self.pool._deaths["w/owl"]
        self.asked.append(asked)
        await asyncio.sleep(0)
        self.turn += 1
        said = self.mind(asked)
        if isinstance(said, Awaitable):
            said = await said
        await asyncio.sleep(0)
        if self.pool._deaths["w/owl"] != deaths:
            raise EngineError("The engine died.", log_tail="Killed")
        return said if isinstance(said, Generation) else generation(said)


def counts(values: Sequence[object]) -> dict[object, int]:
    return {value: values.count(value) for value in dict.fromkeys(values)}
