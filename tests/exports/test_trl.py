"""Preference pairs as TRL reads them, decided by the rules that docs/exports.md states."""

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, load_dataset
from sqlalchemy.orm import Session

from app.criteria import FACTUALITY, STYLE, CriterionForm
from app.errors import Conflict
from app.exports import write_export
from app.ratings.form import VerdictForm
from app.results import study_result
from app.tables import Design, Outcome, Study
from tests.results.judged_study import (
    SAME_TEXT,
    Judge,
    always,
    judge_all,
    mixed_judge,
    opened_study,
)

BASE = Path("var/demo/base")


def load(path: Path, cache: Path) -> Dataset:
    return load_dataset("json", data_files=str(path), split="train", cache_dir=str(cache))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def excluded(folder: Path, criterion: str) -> dict[str, int]:
    rows = json.loads((folder / "manifest.json").read_text())["excluded"]
    return {row["rule"]: row["count"] for row in rows if row["criterion"] == criterion}


def counted(folder: Path, criterion: str) -> dict[str, int]:
    included = json.loads((folder / "manifest.json").read_text())["included"]
    counts: dict[str, int] = included["criteria"][criterion]
    return counts


def voting(votes: Sequence[str]) -> Judge:
    """Rater after rater on the one item of base and lora: a name, `tie` or `cannot`."""
    remaining = iter(votes)

    def judge(_: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> VerdictForm:
        vote = next(remaining)
        if vote == "cannot":
            return VerdictForm(key=criterion.key, outcome=Outcome.CANNOT_JUDGE)
        if vote == "tie":
            return VerdictForm(
                key=criterion.key, outcome=Outcome.TIE_BAD, ranks=dict.fromkeys(shown, 1)
            )
        return always(vote)(random.Random(), criterion, shown)

    return judge


class TestForTrl:
    def test_the_conversational_layout(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        from trl.data_utils import extract_prompt, is_conversational, maybe_extract_prompt

        folder = write_export(session, study, "trl-preference", tmp_path / "out")
        for criterion in ("factuality", "style"):
            dataset = load(folder / f"{criterion}.jsonl", tmp_path / "hf")
            assert dataset.column_names == ["prompt", "chosen", "rejected"]
            assert dataset.num_rows == counted(folder, criterion)["pairs"] > 0
            for row in dataset:
                assert is_conversational(row)
                assert maybe_extract_prompt(row) == row  # explicit already
                assert row["prompt"][-1]["role"] == "user"
                assert [m["role"] for m in row["chosen"] + row["rejected"]] == ["assistant"] * 2
                implicit = {k: row["prompt"] + row[k] for k in ("chosen", "rejected")}
                assert extract_prompt(implicit)["prompt"] == row["prompt"]

    def test_the_standard_layout(self, session: Session, study: Study, tmp_path: Path) -> None:
        from trl.data_utils import is_conversational

        folder = write_export(session, study, "trl-preference", tmp_path / "out", layout="standard")
        dataset = load(folder / "style.jsonl", tmp_path / "hf")
        assert not is_conversational(dataset[0])
        assert all(isinstance(value, str) for row in dataset for value in row.values())
        assert "Be brief.\n\n=Question 1?" in set(dataset["prompt"])
        assert "Hi\n\nHello\n\n=Question 2?" in set(dataset["prompt"])

    def test_system_and_turns_are_kept(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, study, "trl-preference", tmp_path / "out", rule="each")
        prompts = {row["prompt"][-1]["content"]: row["prompt"] for row in lines_of(folder)}
        assert [m["role"] for m in prompts["=Question 1?"]] == ["system", "user"]
        assert [m["role"] for m in prompts["=Question 2?"]] == ["user", "assistant", "user"]

    @pytest.mark.slow
    @pytest.mark.skipif(not BASE.is_dir(), reason="needs the demo's weights: triptych demo build")
    def test_dpo_takes_a_step(self, session: Session, study: Study, tmp_path: Path) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from trl import DPOConfig, DPOTrainer

        folder = write_export(session, study, "trl-preference", tmp_path / "out")
        trainer = DPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(BASE),
            args=DPOConfig(
                output_dir=str(tmp_path / "dpo"),
                max_steps=1,
                per_device_train_batch_size=2,
                use_cpu=True,
                bf16=False,
                report_to=[],
                save_strategy="no",
                logging_steps=1,
            ),
            processing_class=with_chat_template(AutoTokenizer.from_pretrained(BASE)),
            train_dataset=load(folder / "style.jsonl", tmp_path / "hf"),
        )
        outcome = trainer.train()
        assert outcome.global_step == 1
        assert outcome.training_loss == pytest.approx(0.693, abs=0.01)  # ln 2 before any step
        logged = next(entry for entry in trainer.state.log_history if "rewards/margins" in entry)
        assert logged["rewards/margins"] == pytest.approx(0, abs=1e-3)


def with_chat_template(tokenizer: Any) -> Any:
    # A base has none: DPO on conversations needs one, whichever it is.
    tokenizer.chat_template = tokenizer.chat_template or (
        "{% for m in messages %}{{ m.content }}\n{% endfor %}"
    )
    return tokenizer


def lines_of(folder: Path, criterion: str = "factuality") -> list[dict[str, Any]]:
    return lines(folder / f"{criterion}.jsonl")


class TestRules:
    @pytest.mark.parametrize("rule", ["majority", "each"])
    def test_what_is_considered_comes_out_or_is_counted(
        self, session: Session, study: Study, tmp_path: Path, rule: str
    ) -> None:
        folder = write_export(session, study, "trl-preference", tmp_path / "out", rule=rule)
        for criterion in ("factuality", "style"):
            counts, left_out = counted(folder, criterion), excluded(folder, criterion)
            assert counts["considered"] == 36 * (3 if rule == "each" else 1)
            assert counts["pairs"] + sum(left_out.values()) == counts["considered"]
            assert left_out["tie"] > 0
            assert (left_out["equal_votes"] > 0) is (rule == "majority")

    def test_each_judgement_is_a_pair(self, session: Session, study: Study, tmp_path: Path) -> None:
        folder = write_export(session, study, "trl-preference", tmp_path / "out", rule="each")
        for criterion in study_result(session, study).criteria:
            left_out = excluded(folder, criterion.key)
            decided = sum(pair.wins + pair.losses for pair in criterion.pairs)
            assert counted(folder, criterion.key)["pairs"] == decided - left_out["identical_texts"]
            pairs = criterion.pairs
            ties = sum(pair.ties + pair.ties_good + pair.ties_bad for pair in pairs)
            assert left_out["tie"] == ties
            assert left_out["cannot_judge"] == sum(pair.cannot_judge for pair in pairs)

    @pytest.mark.parametrize(
        ("votes", "outcome"),
        [
            (["lora"], "lora"),
            (["lora", "lora", "base"], "lora"),
            (["base", "base", "tie"], "base"),
            (["base", "cannot", "cannot"], "base"),
            (["base", "lora"], "equal_votes"),
            (["base", "tie"], "equal_votes"),
            (["base", "lora", "tie"], "equal_votes"),
            (["base", "tie", "tie"], "tie"),
            (["cannot", "cannot"], "cannot_judge"),
        ],
    )
    def test_the_verdict_of_most_raters(
        self, session: Session, tmp_path: Path, votes: list[str], outcome: str
    ) -> None:
        study = opened_study(
            session,
            Design.PAIRWISE,
            prompts=1,
            raters=len(votes),
            variants=("base", "lora"),
            criteria=[FACTUALITY],
        )

        judge_all(session, study, voting(votes), raters=len(votes), revised=0)
        if outcome not in ("base", "lora"):
            with pytest.raises(Conflict, match="No judgement prefers") as raised:
                write_export(session, study, "trl-preference", tmp_path / "out")
            assert raised.value.hint == f"Left out: factuality: {outcome} 1."
            return
        folder = write_export(session, study, "trl-preference", tmp_path / "out")
        [row] = lines_of(folder)
        assert row["chosen"][0]["content"] == f"{outcome} says 0"
        [origin] = lines(folder / "factuality.provenance.jsonl")
        assert origin["votes_chosen"] == votes.count(outcome)
        assert origin["votes_tie"] == votes.count("tie")
        assert origin["cannot_judge"] == votes.count("cannot")

    def test_identical_texts_are_dropped(self, session: Session, tmp_path: Path) -> None:
        study = opened_study(session)
        judge_all(session, study, always("lora"))
        folder = write_export(session, study, "trl-preference", tmp_path / "out")
        # lora won against base and full on 12 prompts; on one, full has the same words.
        assert counted(folder, "style")["pairs"] == 23
        assert excluded(folder, "style")["identical_texts"] == 1
        rejected = {
            row["rejected_variant"]
            for row in lines(folder / "style.provenance.jsonl")
            if row["prompt_id"] == SAME_TEXT
        }
        assert rejected == {"base"}

    def test_provenance_has_the_same_order(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, study, "trl-preference", tmp_path / "out", rule="each")
        rows, origins = lines_of(folder), lines(folder / "factuality.provenance.jsonl")
        assert [origin["row"] for origin in origins] == list(range(len(rows)))
        assert len({origin["pair_id"] for origin in origins}) == len(rows)
        for row, origin in zip(rows, origins, strict=True):
            number = origin["prompt_id"].removeprefix("p")
            assert row["prompt"][-1]["content"] == f"=Question {number}?"
            if origin["prompt_id"] != SAME_TEXT:
                chosen = f"{origin['chosen_variant']} says {number}"
                assert row["chosen"][0]["content"] == chosen
            assert origin["chosen_variant"] != origin["rejected_variant"]
            assert origin["votes_chosen"] == 1
            assert len(origin["raters"]) == 1

    def test_a_criterion_without_preferences_has_no_file(
        self, session: Session, tmp_path: Path
    ) -> None:
        scores_only = STYLE.model_copy(update={"asks_preference": False})
        study = opened_study(session, criteria=[FACTUALITY, scores_only])
        judge_all(session, study, mixed_judge)
        folder = write_export(session, study, "trl-preference", tmp_path / "out")
        names = {path.name for path in folder.iterdir()}
        assert names == {"factuality.jsonl", "factuality.provenance.jsonl", "manifest.json"}


def test_scores_alone_are_no_comparisons(session: Session, tmp_path: Path) -> None:
    style = STYLE.model_copy(update={"asks_preference": False})
    study = opened_study(session, prompts=2, raters=1, criteria=[FACTUALITY, style])

    def judge(
        rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]
    ) -> VerdictForm:
        if criterion.key == STYLE.key:
            return VerdictForm(key=criterion.key, outcome=Outcome.CANNOT_JUDGE)
        return always("lora")(rng, criterion, shown)

    judge_all(session, study, judge, raters=1, revised=0)
    folder = write_export(session, study, "trl-preference", tmp_path / "out")
    assert counted(folder, "style") == {"considered": 0, "pairs": 0}
    assert set(excluded(folder, "style").values()) == {0}
    assert counted(folder, "factuality") == {"considered": 6, "pairs": 4}
