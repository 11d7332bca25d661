"""`triptych compare-checkpoints` with a real vLLM: the demo's adapter, weaker and as it is."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Home, Triptych
from tests.ports import ports_from

DEMO = ROOT / "var" / "demo"
PROMPTS = 6
ALPHAS = {4: 100, 16: 200}
MODELS = """\
defaults:
  sampling: {{max_tokens: 24}}
  vllm: {{max_model_len: 256, dtype: float32}}
variants:
  - {{name: base, kind: base, weights: {demo}/base}}
"""

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(not (DEMO / "full").is_dir(), reason="`make demo` builds the weights"),
]


def _checkpoint(folder: Path, alpha: int) -> None:
    shutil.copytree(DEMO / "lora", folder)
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"lora_alpha": alpha}))


def test_a_stronger_adapter_is_shifted_more(
    home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TRIPTYCH_ENGINE_PYTHON", "TRIPTYCH_ENGINE_START_TIMEOUT"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRIPTYCH_ENGINE_PORT", str(ports_from(8660)))
    home.write("models.yaml", MODELS.format(demo=DEMO))
    home.write("my.jsonl", "".join(_lines()))
    for alpha, step in ALPHAS.items():
        _checkpoint(home.folder / "sft" / f"checkpoint-{step}", alpha)
    triptych("prompts", "import", "my.jsonl")
    called = triptych("compare-checkpoints", "my", "--adapter", "sft", "--quick")
    assert (called.code, called.err) == (0, "")
    weak, strong = ([cell.strip() for cell in row.split("│")] for row in _rows(called.out))
    assert (weak[2], strong[2]) == ("100", "200")
    assert _value(weak[5]) < _value(strong[5])
    assert _value(strong[6]) == 20  # one of the five tokens of each opening


def _lines() -> list[str]:
    return (DEMO / "prompts.jsonl").read_text().splitlines(keepends=True)[:PROMPTS]


def _rows(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("│")]


def _value(cell: str) -> float:
    return float(cell.replace("\u00a0", " ").split()[0])
