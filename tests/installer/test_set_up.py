"""scripts/setup as it is run, with a stand-in for pip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.installer import stamp

ROOT = Path(__file__).resolve().parents[2]

LIGHT = {"alpha": "1.0", "beta": "2.0"}


class TestWhenEverythingIsThere:
    def test_pip_is_not_called(self, checkout):
        checkout.stamp(LIGHT)
        result = checkout.set_up("light")
        assert result.returncode == 0
        assert "ready (light)" in result.stdout
        assert checkout.calls == []

    def test_more_than_was_asked_for_is_fine(self, checkout):
        checkout.stamp({**LIGHT, "gamma": "3.0"})
        checkout.set_up("light")
        assert checkout.calls == []

    def test_a_changed_project_is_installed_again_alone(self, checkout):
        checkout.stamp(LIGHT, project="older")
        checkout.set_up("light")
        assert len(checkout.calls) == 1
        assert "--editable" in checkout.calls[0]


class TestInstalling:
    def test_only_what_is_missing_is_installed(self, checkout):
        checkout.stamp(LIGHT)
        result = checkout.set_up("light", "--dev")
        assert result.returncode == 0, result.stderr
        assert checkout.calls[0].endswith(" gamma==3.0")
        assert "alpha" not in checkout.calls[0]

    def test_the_stamp_tells_what_is_there_now(self, checkout):
        checkout.stamp(LIGHT)
        checkout.set_up("light", "--dev")
        found = stamp.read(checkout.venv)
        assert found is not None
        assert found.pins == {**LIGHT, "gamma": "3.0"}

    def test_a_foreign_environment_is_installed_into_and_kept(self, checkout):
        (checkout.venv / "mine").touch()
        checkout.set_up("light")
        assert checkout.calls[0].endswith(" alpha==1.0 beta==2.0")
        assert (checkout.venv / "mine").exists()

    def test_pip_never_resolves(self, checkout):
        checkout.set_up("light")
        assert len(checkout.calls) == 2
        assert all("--no-deps" in call for call in checkout.calls)

    def test_docker_can_leave_out_the_project(self, checkout):
        checkout.set_up("light", "--no-project")
        assert not any("--editable" in call for call in checkout.calls)
        checkout.set_up("light")
        assert "--editable" in checkout.calls[-1]
        assert len(checkout.calls) == 2


class TestLocalBuildsOfTorch:
    """They are on a disk, on a mirror, or only on PyTorch's own index."""

    INDEX = "https://torch-index.invalid"

    @pytest.fixture(autouse=True)
    def _only_torch_is_missing(self, checkout):
        checkout.stamp(LIGHT)

    def test_pips_own_places_go_first_and_suffice(self, checkout):
        checkout.set_up("cpu", TORCH_INDEX=self.INDEX)
        assert checkout.calls[0].endswith(" torch==2.13.0+cpu")
        assert not any(self.INDEX in call for call in checkout.calls)

    def test_the_index_is_asked_when_pip_finds_nothing(self, checkout):
        checkout.let_pip_fail("No matching distribution found", of="torch==", unless=self.INDEX)
        result = checkout.set_up("cpu", TORCH_INDEX=self.INDEX)
        assert result.returncode == 0, result.stderr
        [asked] = [call for call in checkout.calls if self.INDEX in call]
        assert "--timeout 15 --retries 1" in asked

    def test_the_index_is_not_asked_for_another_reason(self, checkout):
        checkout.let_pip_fail("ERROR: the wheel is broken", of="torch==", unless=self.INDEX)
        result = checkout.set_up("cpu", TORCH_INDEX=self.INDEX)
        assert "the wheel is broken" in result.stderr
        assert not any(self.INDEX in call for call in checkout.calls)

    def test_an_index_that_lacks_it_is_an_error(self, checkout):
        checkout.let_pip_fail("No matching distribution found", of="torch==")
        result = checkout.set_up("cpu", TORCH_INDEX=self.INDEX)
        assert result.returncode == 1
        assert f"not to be had at {self.INDEX}" in result.stderr

    def test_nowhere_the_build_for_all_machines_takes_its_place(self, checkout):
        checkout.let_pip_fail("No matching distribution found", of="torch==2.13.0+cpu")
        result = checkout.set_up("cpu")
        assert result.returncode == 0, result.stderr
        assert "TORCH_INDEX=" in result.stdout
        assert checkout.calls[1].endswith(" nvidia-libraries==13.0 torch==2.13.0")
        assert not any("--index-url" in call for call in checkout.calls)

    def test_and_is_not_fetched_again(self, checkout):
        checkout.let_pip_fail("No matching distribution found", of="torch==2.13.0+cpu")
        checkout.set_up("cpu")
        calls = len(checkout.calls)
        assert "ready (cpu)" in checkout.set_up("cpu").stdout
        assert len(checkout.calls) == calls


class TestFailing:
    def test_pips_error_is_shown_and_its_warnings_are_not(self, checkout):
        noise = "WARNING: Location 'x' is ignored"
        checkout.let_pip_fail(f"{noise}\nERROR: no such version")
        result = checkout.set_up("light")
        assert result.returncode == 1
        assert "ERROR: no such version" in result.stderr
        assert noise not in result.stdout + result.stderr
        assert noise in (checkout.root / "var/setup.log").read_text()

    def test_without_a_network_it_says_so(self, checkout):
        checkout.let_pip_fail("NewConnectionError: refused")
        assert "cannot reach a package index" in checkout.set_up("light").stderr

    def test_without_space_it_says_so(self, checkout):
        checkout.let_pip_fail("OSError: [Errno 28] No space left on device")
        assert "disk is full" in checkout.set_up("light").stderr

    def test_a_failure_leaves_no_stamp(self, checkout):
        checkout.stamp({"alpha": "1.0"})
        checkout.let_pip_fail("ERROR: anything")
        checkout.set_up("light")
        assert stamp.read(checkout.venv) is None

    def test_an_interruption_leaves_no_stamp_and_no_traceback(self, checkout):
        checkout.let_pip_fail("SIGINT")
        result = checkout.set_up("light")
        assert result.returncode == 130
        assert "starts over" in result.stderr
        assert "Traceback" not in result.stderr
        assert stamp.read(checkout.venv) is None

    @pytest.mark.parametrize("flavour", ["tpu", "CPU"])
    def test_an_unknown_flavour_is_refused(self, checkout, flavour):
        given = checkout.set_up(flavour)
        from_environment = checkout.set_up(FLAVOUR=flavour)
        assert given.returncode == from_environment.returncode == 2
        assert f"invalid choice: '{flavour}'" in given.stderr
        assert f"invalid choice: '{flavour}'" in from_environment.stderr

    def test_a_browser_that_cannot_be_run_is_refused(self, checkout):
        checkout.stamp(LIGHT)
        result = checkout.set_up("light", "--browser", CHROMIUM="/no/such/chromium")
        assert result.returncode == 1
        assert "CHROMIUM is /no/such/chromium" in result.stderr


@pytest.mark.slow
class TestMakingTheEnvironmentAnew:
    """Real environments, with locks that give pip nothing to fetch."""

    @pytest.fixture(autouse=True)
    def _empty_lock(self, checkout):
        checkout.write_lock("light")

    def test_after_an_interruption(self, checkout):
        (checkout.venv / "leftover").touch()
        stamp.write_unfinished(checkout.venv)
        result = checkout.set_up("light", "--no-project")
        assert "making .venv anew" in result.stdout
        assert not (checkout.venv / "leftover").exists()
        assert _imports_pip(checkout.venv)

    def test_when_a_lock_names_another_version(self, checkout):
        checkout.stamp({"beta": "1.9"}, project="")
        (checkout.venv / "leftover").touch()
        checkout.write_lock("light", "beta==2.0")
        checkout.set_up("light", "--no-project", PIP_NO_INDEX="1", PIP_FIND_LINKS="")
        assert not (checkout.venv / "leftover").exists()

    def test_when_its_python_is_gone(self, checkout):
        checkout.stamp({}, project="")
        (checkout.venv / "bin/python").unlink()
        assert checkout.set_up("light", "--no-project").returncode == 0
        assert _imports_pip(checkout.venv)


class TestTheShell:
    def test_it_finds_a_python_and_hands_the_arguments_on(self):
        result = _shell("--help", PYTHON=sys.executable)
        assert result.returncode == 0
        assert "--browser" in result.stdout

    def test_without_a_python_it_says_what_to_install(self):
        result = _shell(PYTHON="/no/such/python")
        assert result.returncode == 1
        assert "No Python 3.11 or newer" in result.stderr
        assert "PYTHON=" in result.stderr

    def test_an_older_python_is_refused(self, tmp_path):
        old = tmp_path / "python"
        old.write_text("#!/bin/sh\nexit 1\n")  # what the question about its version ends with
        old.chmod(0o755)
        assert "No Python 3.11 or newer" in _shell(PYTHON=str(old)).stderr


def _shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts/setup", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _imports_pip(venv: Path) -> bool:
    command = [venv / "bin/python", "-c", "import pip"]
    return subprocess.run(command, check=False).returncode == 0
