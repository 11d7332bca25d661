"""Batches, targets and rates; and, slowly, whole builds of a very small family."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from app.demo.batches import Row, batches
from app.demo.build import build
from app.demo.child import environment
from app.demo.config import CorpusMix, DemoConfig
from app.demo.corpus import prompt_of
from app.demo.files import read_instructions, read_questions
from app.demo.progress import silent

pytest.importorskip("torch")
pytest.importorskip("peft")

TINY = DemoConfig(
    mix=CorpusMix(faq=0.1, talk=0.1, glossary=0.05),
    vocabulary=512,
    hidden=32,
    feed_forward=64,
    layers=1,
    heads=1,
    base_steps=4,
    tuning_epochs=1,
    batch=64,
)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return build(tmp_path_factory.mktemp("demo") / "tiny", config=TINY, progress=silent)


def weights_of(family):
    files = [*family.folder.rglob("*.safetensors"), *family.folder.rglob("*.jsonl")]
    files += family.folder.rglob("tokenizer*.json")
    return {str(f.relative_to(family.folder)): f.read_bytes() for f in files}


def test_batches_hold_every_row_once_and_similar_lengths():
    rows = [Row(list(range(n % 17 + 1))) for n in range(100)]
    cut = batches(rows, 16, random.Random(1))
    assert sorted(len(r.tokens) for b in cut for r in b) == sorted(len(r.tokens) for r in rows)
    assert all(len({len(r.tokens) for r in b}) <= 4 for b in cut)
    assert cut != batches(rows, 16, random.Random(2))


def test_only_the_answer_is_learned():
    from app.demo.training import IGNORED, tensors

    inputs, targets = tensors([Row([5, 6, 7, 8], given=2), Row([9])])
    assert inputs.tolist() == [[5, 6, 7, 8], [9, 0, 0, 0]]
    assert targets.tolist() == [[IGNORED, IGNORED, 7, 8], [9, IGNORED, IGNORED, IGNORED]]


def test_the_rate_rises_then_falls():
    from app.demo.training import FLOOR, schedule

    rates = [schedule(step, 100) for step in range(100)]
    peak = rates.index(max(rates))
    assert 0 < peak < 10
    assert rates[peak] == pytest.approx(1.0, abs=0.02)
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert FLOOR <= rates[-1] < FLOOR + 0.01


@pytest.mark.slow
def test_the_same_seed_and_threads_give_the_same_bytes(tiny, tmp_path):
    again = build(tmp_path / "again", config=TINY, progress=silent)
    assert weights_of(tiny) == weights_of(again)
    adapter = json.loads((again.lora / "adapter_config.json").read_text())
    other = json.loads((tiny.lora / "adapter_config.json").read_text())
    assert adapter.pop("base_model_name_or_path") == str(again.base)
    assert other.pop("base_model_name_or_path") == str(tiny.base)
    assert list(adapter.items()) == list(other.items())


@pytest.mark.slow
def test_another_seed_gives_other_weights(tiny, tmp_path):
    other = build(tmp_path / "other", seed=8, config=TINY, progress=silent)
    assert weights_of(tiny).keys() == weights_of(other).keys()
    assert weights_of(tiny)["base/model.safetensors"] != weights_of(other)["base/model.safetensors"]


@pytest.mark.slow
def test_tuning_changes_what_it_should_and_nothing_else(tiny):
    from safetensors.torch import load_file

    base = load_file(tiny.base / "model.safetensors")
    full = load_file(tiny.full / "model.safetensors")
    adapter = load_file(tiny.lora / "adapter_model.safetensors")
    assert base.keys() == full.keys()
    assert any(not base[name].equal(full[name]) for name in base)
    assert all(value.any() for value in adapter.values())
    assert {name.split(".")[-3] for name in adapter} == set(TINY.lora_targets)


@pytest.mark.slow
def test_the_chat_template_gives_the_prompt_format(tiny):
    from transformers import AutoTokenizer

    for folder in (tiny.base, tiny.lora, tiny.full):
        tokenizer = AutoTokenizer.from_pretrained(folder)
        chat = [{"role": "user", "content": "Where is Orrin Vale?"}]
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        assert text == prompt_of("Where is Orrin Vale?")
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text


@pytest.mark.slow
def test_the_recipe_tells_how_it_was_made(tiny):
    recipe = json.loads(tiny.recipe.read_text())
    assert recipe["fingerprint"] == TINY.fingerprint(7)
    assert set(recipe["stages"]) == {"base", "lora", "full"}
    assert recipe["stages"]["base"]["steps"] == 4
    assert {"torch", "transformers", "peft"} <= recipe["versions"].keys()


@pytest.mark.slow
def test_the_texts_can_be_read_back(tiny):
    assert len(read_questions(tiny)) == 396
    assert len(read_instructions(tiny)) == 396
    lines = [json.loads(line) for line in tiny.prompts.read_text().splitlines()]
    assert [line["id"] for line in lines] == [q.id for q in read_questions(tiny)]


@pytest.mark.slow
def test_ctrl_c_ends_a_build_and_leaves_nothing(tmp_path):
    code = (
        "import sys\nfrom pathlib import Path\nfrom app.demo.build import build\n"
        "build(Path(sys.argv[1]), progress=lambda step: print(step.stage, flush=True))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(1),
    )
    while process.stdout.readline().strip() != "base":
        assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode != 0
    assert "KeyboardInterrupt" in errors
    assert [p.name for p in tmp_path.iterdir()] == [".demo.lock"]
