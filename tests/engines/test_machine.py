"""What the machine and the engines' interpreter offer."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.engines import machine
from app.engines.memory import GIB
from app.errors import EngineError


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Programs that print a text, found before all others."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    def make(name: str, output: str, *, code: int = 0) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {code}\n")
        path.chmod(0o755)
        return str(path)

    return make


class TestLook:
    def test_a_gpu_when_there_is_one(self, command) -> None:
        command("nvidia-smi", "81559, 80000\n81559, 10")
        found = machine.look(cpu_only=False)
        assert (found.device, found.total, found.free) == ("gpu", 81559 * 2**20, 80000 * 2**20)

    @pytest.mark.parametrize(
        ("visible", "asked"), [("3,1", "--id=3"), ("GPU-af", "--id=GPU-af"), (None, "--id=0")]
    )
    def test_the_gpu_that_engines_will_see(self, command, monkeypatch, visible, asked) -> None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if visible:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        script = Path(command("nvidia-smi", ""))
        script.write_text(f'#!/bin/sh\ncase "$*" in *{asked}*) echo "16000, 9000";; esac\n')
        assert machine.look(cpu_only=False).free == 9000 * 2**20

    def test_the_processor_when_every_gpu_is_hidden(self, command, monkeypatch) -> None:
        command("nvidia-smi", "81559, 80000")
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
        assert machine.look(cpu_only=False).device == "cpu"

    def test_the_processor_when_the_build_knows_no_gpu(self, command) -> None:
        command("nvidia-smi", "81559, 80000")
        assert machine.look(cpu_only=True).device == "cpu"

    def test_the_processor_when_the_driver_does_not_answer(self, command) -> None:
        command("nvidia-smi", "NVIDIA-SMI has failed", code=9)
        assert machine.look(cpu_only=False).device == "cpu"

    def test_a_containers_limit_counts(self, tmp_path: Path, monkeypatch) -> None:
        limit, used = tmp_path / "memory.max", tmp_path / "memory.current"
        limit.write_text(str(GIB))
        used.write_text(str(GIB // 4))
        monkeypatch.setattr(machine, "_CGROUP_FILES", ((str(limit), str(used)),))
        found = machine.look(cpu_only=True)
        assert (found.total, found.free) == (GIB, GIB * 3 // 4)

    def test_no_limit(self, tmp_path: Path, monkeypatch) -> None:
        limit = tmp_path / "memory.max"
        limit.write_text("max\n")
        monkeypatch.setattr(machine, "_CGROUP_FILES", ((str(limit), str(limit)),))
        assert machine.look(cpu_only=True).total > GIB


class TestInterpreter:
    def test_says_which_vllm_it_has(self, command) -> None:
        python = command("python-a", '{"version": "0.32.0", "cpu_only": true, "unfit": []}')
        assert machine.interpreter(python) == machine.Interpreter("0.32.0", cpu_only=True)

    def test_without_vllm(self, command) -> None:
        python = command("python-b", '{"version": null, "cpu_only": false, "unfit": []}')
        with pytest.raises(EngineError, match="has no vLLM") as caught:
            machine.interpreter(python)
        assert caught.value.fatal
        assert "TRIPTYCH_ENGINE_PYTHON" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        ("torch", "torchvision", "unfit"),
        [
            ("2.13.0+cpu", "0.28.0", ["torchvision"]),
            ("2.13.0+cpu", "0.28.0+cpu", []),
            ("2.13.0", "0.28.0", []),
        ],
    )
    def test_other_builds_beside_a_cpu_torch_are_found(
        self, tmp_path: Path, torch, torchvision, unfit
    ) -> None:
        for name, version in {"torch": torch, "torchvision": torchvision}.items():
            folder = tmp_path / f"{name}-{version}.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        done = subprocess.run(
            [sys.executable, "-c", machine._PROBE],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )
        assert json.loads(done.stdout)["unfit"] == unfit

    def test_they_are_refused_with_the_command_that_removes_them(self, command) -> None:
        python = command("python-c", '{"version": "1", "cpu_only": true, "unfit": ["torchvision"]}')
        with pytest.raises(EngineError, match="torchvision") as caught:
            machine.interpreter(python)
        assert caught.value.fatal
        assert f"{python} -m pip uninstall -y torchvision" in (caught.value.hint or "")

    def test_the_question_itself_is_sound_python(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", machine._PROBE], capture_output=True, text=True
        )
        assert '"cpu_only"' in done.stdout
        assert done.stderr == ""
