"""A recorded reply of vLLM, taken through parsing, database and analysis."""

import asyncio
import json
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import Base, Database
from app.engines import Generation, Scoring
from app.engines.scoring import read_scoring
from app.lens import LensRunner, VariantLens, get_lens, put_under_lens, variant_lens
from app.registry import Registry
from app.runner import Batching, Effort
from app.runs import RunForm, create_run
from app.settings import Settings
from app.tables import Prompt, PromptSet, Response, Run, RunState, TokenShift
from tests.lens.scripted import registry
from tests.runner.fake_engines import FakePool

GOLDEN = Path(__file__).with_name("golden")
PROMPT = "Where did Ilse Gaskell grow up?"
MEASURED = ("rescored_mean", "rescored_most", "first", "changed_most", "tokenizers_agree", "exact")
COLUMNS = (
    "tokens",
    "logprobs",
    "ranks",
    "base_logprobs",
    "base_ranks",
    "alternatives",
    "kl",
    "unknown",
    "exact",
    "failure",
)


def recorded(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def found_in(folder: Path) -> dict[str, Any]:
    """What the lens makes of the recorded replies, in a database of its own in the folder."""
    database = Database(f"sqlite:///{folder / 'golden.db'}")
    Base.metadata.create_all(database.engine)
    lens_id = work(database, make_run(database, registry(folder, size=None)))
    with database.reading() as session:
        member = get_lens(session, lens_id).variants[-1]
        row = session.scalars(select(TokenShift)).one()
        found = {
            "check": {name: member.check[name] for name in MEASURED},
            "row": {column: getattr(row, column) for column in COLUMNS},
            "result": summary(variant_lens(session, member)),
        }
    database.dispose()
    return rounded(found)


class Recorded:
    """Stands in for `app.engines`: whoever is asked says what was said then."""

    async def generate(self, *_: Any, **__: Any) -> Generation:
        return Generation(**recorded("answer"))

    async def tokenize(self, target: str, text: str, /) -> list[int]:
        return [ord(character) for character in text]

    async def score(
        self, target: str, prompt_ids: list[int], token_ids: list[int], /, *, top: int
    ) -> Scoring:
        content = (GOLDEN / f"{target}.json").read_bytes()
        return read_scoring(content, len(prompt_ids), token_ids)


def make_run(database: Database, known: Registry) -> int:
    """Of one prompt, which only the adapter has answered."""
    with database.writing() as session:
        prompt = Prompt(position=0, key="0", text=PROMPT)
        prompt_set = PromptSet(name="set", content_hash="set", prompts=[prompt])
        session.add(prompt_set)
        session.flush()
        form = RunForm(name="run", prompt_set_id=prompt_set.id, variants=["base", "lora"])
        run = create_run(session, known, form)
        run.state = RunState.DONE
        session.flush()
        answer = recorded("answer")
        kept = {key: answer[key] for key in ("text", "prompt_token_ids", "token_ids", "logprobs")}
        session.add(Response(run_variant_id=run.variants[1].id, prompt_id=prompt.id, **kept))
        return run.id


def work(database: Database, run_id: int) -> int:
    with database.writing() as session:
        lens_id = put_under_lens(session, session.get_one(Run, run_id), wants_exact=False).id

    async def through() -> None:
        runner = LensRunner(
            database,
            FakePool(),  # type: ignore[arg-type]
            Settings(),
            asking=Recorded(),  # type: ignore[arg-type]
            effort=Effort(1),
            batching=Batching(1, 0.01),
        )
        await runner.start(lens_id)
        await runner.wait(lens_id)

    asyncio.run(through())
    return lens_id


def summary(lens: VariantLens) -> dict[str, Any]:
    overall = lens.shares.overall
    shares = (overall.unshifted, overall.marginal, overall.shifted)
    tokens = lens.read.tokens
    return {
        "shares": [share.value for share in shares],
        "opening": lens.shares.opening.shifted.value,
        "rest": lens.shares.rest.shifted.value,
        "kl": lens.shares.kl.value,
        "unknown": lens.unknown,
        "positions": [[one.shifted.value, one.kl.value] for one in lens.positions],
        "starts": tokens.start.tolist(),
        "ends": tokens.end.tolist(),
        "words": [tokens.word[place] for place in range(len(tokens))],
        "frequent": {
            kind.name.lower(): [[one.text, one.seen, one.shifted] for one in rows]
            for kind, rows in lens.frequent.items()
        },
        "openers": [one.most_common[0].text for one in lens.openers],
    }


def rounded(value: Any) -> Any:
    match value:
        case float():
            return round(value, 6)
        case dict():
            return {key: rounded(one) for key, one in value.items()}
        case list() | tuple():
            return [rounded(one) for one in value]
        case _:
            return value
