"""The self-check: in which situations a variant, or a whole run, is refused, and what is said."""

from pathlib import Path

import pytest

from app.db import Database
from app.engines import ALL, PromptInput
from app.errors import AppError, Conflict, EngineError
from app.lens import Check, cost_of, get_lens
from app.lens.check import Probe, base_refusal, own_check, own_refusal
from app.registry import Registry, VariantSpec, WeightsSpec
from app.runs import get_run
from app.tables import RunState, VariantKind
from tests.engines.language import SIZE, Language
from tests.lens.scripted import Asked, ScriptedLens, registry

ANSWERS = 6


def said(scripted: ScriptedLens, lens_id: int) -> dict[str, str | None]:
    """Why each variant was refused, or given up."""
    with scripted.database.reading() as session:
        return {
            one.run_variant.variant.name: one.refusal or one.error
            for one in get_lens(session, lens_id).variants
        }


def check_of(scripted: ScriptedLens, lens_id: int, name: str) -> Check:
    with scripted.database.reading() as session:
        found = {one.run_variant.variant.name: one for one in get_lens(session, lens_id).variants}
        return Check.model_validate(found[name].check)


def refused(scripted: ScriptedLens, name: str) -> str:
    """Why the lens refuses this variant, and it alone."""
    lens_id = scripted.put()
    progress = scripted.work(lens_id)
    reasons = said(scripted, lens_id)
    assert progress.state is RunState.DONE
    [one] = [variant for variant in progress.variants if variant.name == name]
    assert (one.member.state, one.compared, one.total) == (RunState.FAILED, 0, 0)
    others = {other: reason for other, reason in reasons.items() if other != name}
    assert set(others.values()) == {None}
    reason = reasons[name]
    assert reason is not None
    return reason


def changed(known: Registry, name: str, **fields: object) -> Registry:
    """With one variant in another way."""
    variants = tuple(
        one.model_copy(update=fields) if one.name == name else one for one in known.variants
    )
    return known.model_copy(update={"variants": variants})


class TestByItself:
    def test_an_adapter_on_lm_head_asks_no_engine(self, database: Database, tmp_path: Path) -> None:
        known = registry(tmp_path)
        adapter = known.variant("lora").adapter
        assert adapter is not None
        on_head = adapter.model_copy(update={"target_modules": ("lm_head", "q_proj")})
        scripted = ScriptedLens(database, tmp_path, known=changed(known, "lora", adapter=on_head))
        prompted: list[str] = []
        scripted.engines.prompted = lambda name, prompt: prompted.append(name)
        assert "The adapter changes lm_head" in refused(scripted, "lora")
        assert set(prompted) == {"base", "full"}

    def test_scored_again_the_log_probabilities_differ(self, scripted: ScriptedLens) -> None:
        scripted.engines.logprob = lambda name, value: value - 0.2 * (name == "full")
        assert "differ by 0.20 nats on average (at most 0.05" in refused(scripted, "full")

    def test_scored_again_greedy_tokens_are_not_first(self, scripted: ScriptedLens) -> None:
        scripted.engines.rank = lambda name, value: value + (name == "full")
        assert "only 0% of the tokens of its own greedy answers rank first" in refused(
            scripted, "full"
        )

    def test_a_server_that_returns_no_token_ids(self, scripted: ScriptedLens) -> None:
        scripted.engines.tells_ids = False
        lens_id = scripted.put()
        progress = scripted.work(lens_id)
        assert (progress.state, progress.done) == (RunState.FAILED, 0)
        assert all(
            reason is not None and reason.startswith("The server does not return the ids")
            for reason in said(scripted, lens_id).values()
        )

    def test_a_prompt_that_is_too_long_is_passed_over(self, scripted: ScriptedLens) -> None:
        def too_long(name: str, prompt: PromptInput) -> None:
            if prompt.text == "question 1":
                raise AppError("The engine refuses this prompt: at most 256 tokens.")

        scripted.engines.prompted = too_long
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        assert len(check_of(scripted, lens_id, "lora").probes) == 3

    def test_where_all_are_refused_it_says_why(self, scripted: ScriptedLens) -> None:
        def refuse(name: str, prompt: PromptInput) -> None:
            if name == "full":
                raise AppError("The engine refuses this prompt: at most 2 tokens.")

        scripted.engines.prompted = refuse
        lens_id = scripted.put()
        scripted.work(lens_id)
        assert (
            said(scripted, lens_id)["full"] == "The engine refuses this prompt: at most 2 tokens."
        )

    def test_what_was_measured_is_kept(self, scripted: ScriptedLens) -> None:
        lens_id = scripted.put()
        scripted.work(lens_id)
        check = check_of(scripted, lens_id, "lora")
        assert (check.rescored_mean, check.rescored_most, check.first) == (0, 0, 1)
        assert (check.tokenizers_agree, check.base_first, check.exact) == (True, 1, True)
        assert check.changed_most is not None
        assert check.changed_most > 2  # ranks 4 and 1 are three halvings apart
        assert [probe.token_ids for probe in check.probes] == [scripted.language.answer("lora")] * 4


class TestAgainstTheBase:
    def test_an_adapter_that_changes_nothing(self, database: Database, tmp_path: Path) -> None:
        scripted = ScriptedLens(database, tmp_path, Language(shifts={"full": {1: 2}}))
        assert "Its log-probabilities are those of its base" in refused(scripted, "lora")

    def test_a_change_that_is_less_than_scoring_differs_by_itself(self) -> None:
        check = Check(changed_most=0.01, rescored_most=0.02, tokenizers_agree=True)
        assert "changes nothing that can be measured" in str(base_refusal(check))
        assert base_refusal(check.model_copy(update={"changed_most": 0.03})) is None

    def test_another_tokenizer(self, scripted: ScriptedLens) -> None:
        scripted.engines.tokenizers["full"] = 1
        assert "The tokenizers of base and variant make different ids" in refused(scripted, "full")

    def test_the_same_ids_read_otherwise(self, scripted: ScriptedLens) -> None:
        scripted.engines.text = lambda name, value: value.upper() if name == "full" else value
        assert "The tokenizers of base and variant make different ids" in refused(scripted, "full")

    def test_put_right_it_gets_another_chance(self, scripted: ScriptedLens) -> None:
        scripted.engines.tokenizers["full"] = 1
        refused(scripted, "full")
        scripted.engines.tokenizers.clear()
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        assert said(scripted, lens_id)["full"] is None


class TestBasesThatAreRefused:
    """Nothing is compared with a base that does not score with what it generates with."""

    def test_what_is_held_against_it_is_refused_too(self, scripted: ScriptedLens) -> None:
        scripted.engines.rank = lambda name, value: value + (name == "base")
        lens_id = scripted.put()
        assert scripted.work(lens_id).state is RunState.FAILED
        reasons = said(scripted, lens_id)
        assert str(reasons["base"]).startswith("Scored again, only 0%")
        for name in ("lora", "full"):
            assert reasons[name] == f"Its base did not pass the self-check. {reasons['base']}"
        assert not [one for one in scripted.engines.asked if one.name == "base"]

    def test_also_when_the_lens_was_interrupted_in_between(self, scripted: ScriptedLens) -> None:
        scripted.engines.rank = lambda name, value: value + (name == "base")
        lens_id = scripted.put()
        scripted.work(lens_id)
        with scripted.database.writing() as session:
            for one in get_lens(session, lens_id).variants:
                one.refusal = None if not one.is_control else one.refusal
        scripted.work(lens_id)
        assert None not in said(scripted, lens_id).values()

    def test_put_right_all_are_compared(self, scripted: ScriptedLens) -> None:
        scripted.engines.rank = lambda name, value: value + (name == "base")
        scripted.work(scripted.put())
        scripted.engines.rank = lambda name, value: value
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        assert set(said(scripted, lens_id).values()) == {None}


class TestThatKillsTheEngine:
    """The others on it are compared all the same."""

    def test_one_variant_whose_check_always_does_is_given_up(self, scripted: ScriptedLens) -> None:
        def prompted(name: str, prompt: PromptInput) -> None:
            if name == "lora":
                raise EngineError("Engine base died.")

        scripted.engines.prompted = prompted
        lens_id = scripted.put()
        progress = scripted.work(lens_id)
        assert progress.state is RunState.DONE
        assert said(scripted, lens_id) == {"base": None, "lora": "Engine base died.", "full": None}
        assert {one.name: one.compared for one in progress.variants} == {
            "base": ANSWERS,
            "lora": 0,
            "full": ANSWERS,
        }

    def test_a_prompt_that_does_is_not_checked_with(self, scripted: ScriptedLens) -> None:
        def prompted(name: str, prompt: PromptInput) -> None:
            if name == "lora" and prompt.text == "question 1":
                raise EngineError("Engine base died.")

        scripted.engines.prompted = prompted
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        assert len(check_of(scripted, lens_id, "lora").probes) == 2  # those after the first four

    def test_nor_is_an_answer_of_the_base(self, scripted: ScriptedLens) -> None:
        def before(asked: Asked) -> None:
            if (asked.name, asked.prompt) == ("base", 1):
                raise EngineError("Engine base died.")

        scripted.engines.before_again = before
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        assert {one.prompt for one in scripted.engines.again} >= {4, 5}
        assert check_of(scripted, lens_id, "lora").base_first == 1


class TestWholeDistributions:
    def test_none_are_asked_for_where_it_goes_on_as_quick(self, scripted: ScriptedLens) -> None:
        """Its own distributions are whole already, from before it was stopped."""
        of_full = tuple(scripted.language.answer("full"))

        def before(asked: Asked) -> None:
            if asked.name == "base" and asked.token_ids == of_full:
                raise EngineError("No more.", fatal=True)

        scripted.engines.before = before
        scripted.work(scripted.put())
        scripted.engines.before = lambda asked: None
        scripted.engines.asked.clear()
        assert scripted.work(scripted.put(wants_exact=False)).due == 0
        assert {one.top for one in scripted.engines.asked if one.token_ids == of_full} == {20}

    @pytest.mark.parametrize("name", ["lora", "base"])
    def test_an_engine_that_refuses_them_is_asked_for_the_top_20(
        self, scripted: ScriptedLens, name: str
    ) -> None:
        """On either side: KL is exact where both give them."""
        scripted.engines.most[name] = 20
        lens_id = scripted.put()
        assert scripted.work(lens_id).due == 0
        check = check_of(scripted, lens_id, "lora")
        assert not check.exact
        of_lora = tuple(scripted.language.answer("lora"))
        asked = scripted.engines.asked
        assert {one.top for one in asked if one.name == name and one.token_ids == of_lora} == {20}

    def test_where_the_base_has_another_size_they_are_not_compared(
        self, database: Database, tmp_path: Path
    ) -> None:
        known = registry(tmp_path)
        (tmp_path / "full" / "config.json").write_text(f'{{"vocab_size": {SIZE + 1}}}')
        scripted = ScriptedLens(database, tmp_path, known=known)
        assert scripted.work(scripted.put()).due == 0
        tops = {(one.name, one.top) for one in scripted.engines.asked}
        assert ("full", 20) in tops
        assert ("full", ALL) not in tops
        assert ("lora", ALL) in tops


class TestOwnRefusal:
    def test_of_nothing_that_was_generated(self) -> None:
        assert "generated nothing to check" in str(own_refusal(Check()))

    def test_a_few_ties_are_no_reason(self) -> None:
        assert own_refusal(ranked([1] * 96 + [2] * 4)) is None
        assert "rank first" in str(own_refusal(ranked([1] * 94 + [2] * 6)))

    def test_nor_is_one_where_answers_are_short(self) -> None:
        assert own_refusal(ranked([1, 1, 1, 2])) is None
        assert "rank first" in str(own_refusal(ranked([1, 1, 2, 2])))


def ranked(ranks: list[int]) -> Check:
    """Of one greedy answer, scored again with these ranks."""
    same, texts = [-1.0] * len(ranks), ["x"] * len(ranks)
    ids = list(range(len(ranks)))
    probe = Probe(
        prompt_ids=[1], token_ids=ids, texts=texts, generated=same, scored=same, ranks=ranks
    )
    return own_check([probe], None, exact=False)


class TestBases:
    def refusals(self, scripted: ScriptedLens) -> dict[str, str | None]:
        return said(scripted, scripted.put())

    def test_none_in_the_run(self, database: Database, tmp_path: Path) -> None:
        scripted = ScriptedLens(database, tmp_path, variants=("lora", "full"))
        reasons = self.refusals(scripted)
        assert reasons.keys() == {"lora", "full"}
        assert all("This run has no base" in str(reason) for reason in reasons.values())

    def test_several_and_nothing_says_which(self, database: Database, tmp_path: Path) -> None:
        known = with_other_base(registry(tmp_path), tmp_path)
        scripted = ScriptedLens(
            database, tmp_path, known=known, variants=("base", "other", "lora", "full")
        )
        reasons = self.refusals(scripted)
        assert reasons.keys() == {"base", "lora", "full"}  # the other is nobody's
        assert "several bases" in str(reasons["full"])
        assert reasons["lora"] is None  # it is on the weights of one of them

    def test_none_has_the_adapters_weights(self, database: Database, tmp_path: Path) -> None:
        known = with_other_base(registry(tmp_path), tmp_path)
        scripted = ScriptedLens(database, tmp_path, known=known, variants=("other", "lora"))
        assert "No base of this run has the weights" in str(self.refusals(scripted)["lora"])

    def test_a_base_alone(self, database: Database, tmp_path: Path) -> None:
        scripted = ScriptedLens(database, tmp_path, variants=("base",))
        with pytest.raises(AppError, match="no tuned variant"):
            scripted.put()

    def test_where_no_variant_is_left_the_lens_does_nothing(
        self, database: Database, tmp_path: Path
    ) -> None:
        scripted = ScriptedLens(database, tmp_path, variants=("lora", "full"))
        lens_id = scripted.put()
        progress = scripted.work(lens_id)
        assert (progress.state, progress.total) == (RunState.FAILED, 0)
        assert scripted.pool.starts == {}


def with_other_base(known: Registry, folder: Path) -> Registry:
    other = VariantSpec(
        name="other", kind=VariantKind.BASE, weights=WeightsSpec(id=str(folder / "other"))
    )
    return known.model_copy(update={"variants": (*known.variants, other)})


class TestRuns:
    def test_recorded_answers(self, scripted: ScriptedLens) -> None:
        with scripted.database.writing() as session:
            get_run(session, scripted.run_id).imported = True
        with pytest.raises(AppError, match="no engine that could score them"):
            scripted.put()

    @pytest.mark.parametrize("state", [RunState.PENDING, RunState.RUNNING])
    def test_not_finished(self, scripted: ScriptedLens, state: RunState) -> None:
        with scripted.database.writing() as session:
            get_run(session, scripted.run_id).state = state
        with pytest.raises(Conflict, match="not finished"):
            scripted.put()

    @pytest.mark.parametrize("state", [RunState.STOPPED, RunState.FAILED])
    def test_of_what_was_stopped_the_answers_that_there_are(
        self, scripted: ScriptedLens, state: RunState
    ) -> None:
        with scripted.database.writing() as session:
            get_run(session, scripted.run_id).state = state
        assert scripted.work(scripted.put()).done == 5 * ANSWERS


class TestCost:
    def test_answers_requests_and_tokens_of_all_passes(self, scripted: ScriptedLens) -> None:
        with scripted.database.reading() as session:
            cost = cost_of(session, get_run(session, scripted.run_id))
        each = 2 + 3  # ids of the prompt and of the answer
        assert (cost.answers, cost.requests) == (3 * ANSWERS, 5 * ANSWERS)
        assert cost.tokens == 5 * ANSWERS * each
