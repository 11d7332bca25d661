"""The lens over a real run on real vLLM engines, stopped in both passes and resumed: its numbers
are those of plain transformers. Takes about two minutes."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from app.db import Database
from app.engines import EnginePool
from app.lens import Check, LensRunner, get_lens, lens_progress, put_under_lens
from app.lens.check import own_refusal
from app.registry import Registry, load_registry
from app.runner import Batching, Runner
from app.runs import RunForm, create_run, get_run
from app.settings import Settings
from app.tables import LensVariant, Prompt, PromptSet, Response, RunState, TokenShift
from tests.lens.reference import Agreement, Reference, expected
from tests.ports import ports_from

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "var" / "demo"
PROMPTS = 24
IDLE = 2  # answers of the adapter that will be refused
TUNED = ("lora", "full")
MODELS = """\
defaults:
  sampling: {{temperature: 0, max_tokens: 40}}
  vllm: {{max_model_len: 256, dtype: float32, max_num_seqs: 16}}
variants:
  - {{name: base, kind: base, weights: {demo}/base}}
  - {{name: lora, kind: lora, weights: {demo}/base, adapter: {demo}/lora}}
  - {{name: idle, kind: lora, weights: {demo}/base, adapter: idle}}
  - {{name: full, kind: full, weights: {demo}/full}}
"""

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(not (DEMO / "full").is_dir(), reason="demo models not built"),
]


def idle_adapter(folder: Path) -> None:
    """The demo's adapter with a B of zeros: a LoRA as PEFT makes it before the first step."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(DEMO / "lora", folder)
    file = folder / "adapter_model.safetensors"
    tensors = load_file(file)
    save_file({k: v * 0 if "lora_B" in k else v for k, v in tensors.items()}, file)


@dataclass
class Scored:
    """`stopped`: ids of the rows by response as they were at each stop. `exact`, `quick`: lenses of
    two runs with the same answers."""

    database: Database
    stopped: list[dict[int, int]]
    exact: int
    quick: int

    def shifts(self, lens_id: int, name: str) -> list[tuple[TokenShift, Response]]:
        with self.database.reading() as session:
            member = self.member(lens_id, name)
            query = select(TokenShift, Response).join(Response)
            mine = query.where(TokenShift.lens_variant_id == member.id)
            return [(one, two) for one, two in session.execute(mine.order_by(Response.prompt_id))]

    def member(self, lens_id: int, name: str) -> LensVariant:
        with self.database.reading() as session:
            found = {
                one.run_variant.variant.name: one for one in get_lens(session, lens_id).variants
            }
            return found[name]


def make_run(database: Database, registry: Registry, name: str) -> int:
    lines = (DEMO / "prompts.jsonl").read_text().splitlines()
    texts = [json.loads(line)["prompt"] for line in lines[:: len(lines) // PROMPTS][:PROMPTS]]
    with database.writing() as session:
        prompt_set = PromptSet(name=name, content_hash=name)
        prompt_set.prompts = [
            Prompt(position=n, key=str(n), text=text) for n, text in enumerate(texts)
        ]
        session.add(prompt_set)
        session.flush()
        names = [variant.name for variant in registry.variants]
        form = RunForm(name=name, prompt_set_id=prompt_set.id, variants=names)
        return create_run(session, registry, form).id


def lens_of(database: Database, run_id: int, *, wants_exact: bool) -> int:
    with database.writing() as session:
        return put_under_lens(session, get_run(session, run_id), wants_exact=wants_exact).id


def rows(database: Database) -> dict[int, int]:
    with database.reading() as session:
        return {one.response_id: one.id for one in session.scalars(select(TokenShift))}


async def answer(database: Database, pool: EnginePool, settings: Settings, run_id: int) -> None:
    runner = Runner(database, pool, settings)
    await runner.start(run_id)
    await runner.wait(run_id)
    with database.writing() as session:
        [idle] = [one for one in get_run(session, run_id).variants if one.variant.name == "idle"]
        answers = select(Response).where(Response.run_variant_id == idle.id).order_by(Response.id)
        for response in session.scalars(answers).all()[IDLE:]:
            session.delete(response)


async def scored_until(runner: LensRunner, lens_id: int, saved: int) -> None:
    """Stops once so many scorings were saved in this start."""
    await runner.start(lens_id)
    async for rate in runner.changes(lens_id):
        if rate.saved >= saved:
            await runner.stop(lens_id)
            return
    raise AssertionError("it ended before that")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Scored]:
    folder = tmp_path_factory.mktemp("lens")
    idle_adapter(folder / "idle")
    (folder / "models.yaml").write_text(MODELS.format(demo=DEMO))
    registry = load_registry(folder / "models.yaml")
    database = Database(f"sqlite:///{shutil.copy(empty_database, folder / 'test.db')}")
    settings = Settings(
        var=folder / "var", engine_port=ports_from(8820), engine_memory_gb=64.0, concurrency=8
    )

    async def scenario() -> Scored:
        pool = EnginePool(registry, settings)
        await pool.open()
        try:
            runs = [make_run(database, registry, name) for name in ("exact", "quick")]
            for run in runs:
                await answer(database, pool, settings, run)
            lens_id = lens_of(database, runs[0], wants_exact=True)
            found = Scored(database, [], lens_id, 0)
            first = PROMPTS + PROMPTS // 2
            for saved in (first, 3 * PROMPTS):  # in the first pass, and in the second
                runner = LensRunner(database, pool, settings, batching=Batching(2, 0.05))
                await scored_until(runner, lens_id, saved)
                found.stopped.append(rows(database))
            found.quick = lens_of(database, runs[1], wants_exact=False)
            for left in (lens_id, found.quick):
                runner = LensRunner(database, pool, settings)
                await runner.start(left)
                await runner.wait(left)
            return found
        finally:
            await pool.close()

    yield asyncio.run(scenario())
    database.dispose()


@pytest.fixture(scope="module")
def agreement(scored: Scored) -> Agreement:
    reference, found = Reference(DEMO), Agreement()
    for name in TUNED:
        pairs = zip(
            scored.shifts(scored.exact, name), scored.shifts(scored.quick, name), strict=True
        )
        for (shift, response), (bounded, _) in pairs:
            true = expected(reference, name, response.prompt_token_ids, response.token_ids)
            found.add(
                true,
                logprobs=shift.logprobs,
                base_logprobs=shift.base_logprobs,
                base_ranks=shift.base_ranks,
                exact=shift.kl,
                bounded=bounded.kl,
            )
    print(found)
    return found


class TestAgainstTransformers:
    def test_classes(self, agreement: Agreement) -> None:
        assert agreement.tokens > 1000
        assert agreement.share_of_classes >= 0.999

    def test_log_probabilities(self, agreement: Agreement) -> None:
        assert agreement.logprobs < 1e-3

    def test_exact_kl(self, agreement: Agreement) -> None:
        assert agreement.kl < 1e-3

    def test_the_bound_from_the_top_20_is_never_above_it(self, agreement: Agreement) -> None:
        assert agreement.over_bound < 1e-5  # of rounding


class TestWork:
    def test_every_answer_is_compared_once(self, scored: Scored) -> None:
        for lens_id in (scored.exact, scored.quick):
            for name in TUNED:
                found = scored.shifts(lens_id, name)
                assert len({response.id for _, response in found}) == len(found) == PROMPTS
                assert {shift.failure for shift, _ in found} == {None}
                assert {shift.exact for shift, _ in found} == {lens_id == scored.exact}
                for shift, response in found:
                    lists = (shift.tokens, shift.ranks, shift.base_ranks, shift.kl, shift.unknown)
                    assert {len(one) for one in lists} == {len(response.token_ids)}
            with scored.database.reading() as session:
                progress = lens_progress(session, get_lens(session, lens_id))
            assert (progress.state, progress.due, progress.failed) == (RunState.DONE, 0, 0)

    def test_what_was_scored_before_a_stop_is_not_scored_again(self, scored: Scored) -> None:
        first, second = scored.stopped
        last = rows(scored.database)
        # In the middle of the first pass, then once all of it and some of the second was done.
        assert 0 < len(first) < len(second) == 3 * PROMPTS + IDLE
        assert first.items() <= second.items() <= last.items()

    def test_the_bases_own_greedy_tokens_rank_first(self, scored: Scored) -> None:
        ranks = [
            rank for shift, _ in scored.shifts(scored.exact, "base") for rank in shift.base_ranks
        ]
        assert len(ranks) > 500
        assert sum(rank == 1 for rank in ranks) / len(ranks) > 0.999

    def test_tokens_read_as_the_answer_does(self, scored: Scored) -> None:
        for shift, response in scored.shifts(scored.exact, "full"):
            text = "".join(shift.tokens).removesuffix("<|end|>").strip()
            assert text == response.text


class TestSelfCheck:
    @pytest.mark.parametrize("name", ["base", *TUNED])
    def test_scored_again_tokens_are_as_likely_as_when_generated(
        self, scored: Scored, name: str
    ) -> None:
        check = Check.model_validate(scored.member(scored.exact, name).check)
        assert own_refusal(check) is None
        assert check.rescored_most is not None
        assert check.rescored_most < 1e-3
        assert check.first == 1

    @pytest.mark.parametrize("name", TUNED)
    def test_against_the_base(self, scored: Scored, name: str) -> None:
        check = Check.model_validate(scored.member(scored.exact, name).check)
        assert check.changed_most is not None
        assert check.changed_most > 0.1
        assert check.tokenizers_agree
        assert check.tokenized is not None
        assert check.exact
        assert check.base_first == 1

    def test_an_adapter_that_changes_nothing_is_refused(self, scored: Scored) -> None:
        member = scored.member(scored.exact, "idle")
        assert member.state is RunState.FAILED
        assert member.refusal is not None
        assert member.refusal.startswith("Its log-probabilities are those of its base")
        assert {shift.base_ranks for shift, _ in scored.shifts(scored.exact, "idle")} == {None}
