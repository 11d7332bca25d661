"""Locks, wheel, Dockerfile and make targets agree with the application and with each other."""

import os
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.settings import Settings
from app.web import home
from scripts.installer.__main__ import parse
from scripts.installer.pins import as_lines, is_local_build, read_lock, wanted
from scripts.lock import UNFIT_FOR_CPU
from tests.test_architecture import LIGHT_MODULES

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = {"light": [], "cpu": ["cpu", "demo"], "gpu": ["gpu", "demo"], "dev": ["dev"]}


def declared(name: str) -> list[Requirement]:
    """What pyproject.toml asks for where a lock is installed."""
    project = PROJECT["project"]
    lines = [*project["dependencies"], *PROJECT["dependency-groups"]["build"]]
    for extra in EXTRAS[name]:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


class TestLocks:
    @pytest.mark.parametrize("name", EXTRAS)
    def test_a_lock_meets_what_the_project_declares(self, name):
        pins = read_lock(LOCKS / f"{name}.txt")
        for need in declared(name):
            version = pins.get(canonicalize_name(need.name))
            assert version is not None, f"{need} is not in {name}.txt: run `make lock`"
            assert version in need.specifier, f"{name}.txt has {version}, not {need}"

    @pytest.mark.parametrize("name", EXTRAS)
    def test_a_lock_names_no_place(self, name):
        lines = (LOCKS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if not line.startswith("#")]
        assert pins == as_lines(read_lock(LOCKS / f"{name}.txt"))  # name==version and no more

    @pytest.mark.parametrize("flavour", ["cpu", "gpu"])
    def test_a_flavour_is_light_and_more(self, flavour):
        assert read_lock(LOCKS / "light.txt").items() <= read_lock(LOCKS / f"{flavour}.txt").items()

    def test_tests_run_on_the_versions_that_are_shipped(self):
        cpu, dev = read_lock(LOCKS / "cpu.txt"), read_lock(LOCKS / "dev.txt")
        assert {name: dev[name] for name in dev.keys() & cpu} == {
            name: cpu[name] for name in dev.keys() & cpu
        }

    def test_a_gpu_keeps_its_own_torch_beside_the_test_tools(self):
        assert not is_local_build(wanted(LOCKS, "gpu", dev=True)["torch"])
        assert is_local_build(wanted(LOCKS, "cpu", dev=True)["torch"])

    def test_what_does_not_fit_the_cpu_build_is_left_out(self):
        assert not set(UNFIT_FOR_CPU) & set(wanted(LOCKS, "cpu", dev=True))


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> set[str]:
    """The files of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


class TestWheel:
    @pytest.mark.parametrize("folder", ["templates", "static", "migrations"])
    def test_it_has_the_files_that_stand_beside_app(self, names, folder):
        wanted = {f"app/{path}" for path in tracked(folder)}
        assert wanted
        assert wanted <= names

    def test_it_has_every_module(self, names):
        assert {path for path in tracked("app") if path.endswith(".py")} <= names

    def test_it_has_nothing_else(self, names):
        inside = {name.split("/")[0] for name in names}
        assert inside == {"app", f"triptych-{PROJECT['project']['version']}.dist-info"}
        assert not [name for name in names if "__pycache__" in name]


def test_the_application_starts_with_the_light_packages_alone(tmp_path):
    absent = set(packages_distributions()) - LIGHT_MODULES
    program = f"""
import sys
from importlib.abc import MetaPathFinder

class OnlyLight(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {absent!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}} in a light installation")

sys.meta_path.insert(0, OnlyLight())
from app.cli import main
from app.main import create_app
from app.settings import Settings
create_app(Settings())
print("started")
"""
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "TRIPTYCH_VAR": str(tmp_path), "TRIPTYCH_MODELS_FILE": "/none.yaml"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.strip() == "started", result.stderr


class TestDockerfile:
    def test_everything_that_it_copies_is_there_and_not_ignored(self):
        for name, words in instructions():
            if name == "COPY" and not words[0].startswith("--from"):
                for source in words[:-1]:
                    assert (ROOT / source).exists(), source
                    assert not ignored(source), f".dockerignore hides {source}"

    def test_var_and_the_environment_stay_out(self):
        assert all(ignored(path) for path in (".venv", ".git", "var"))

    @pytest.mark.parametrize("target", ["cpu", "gpu"])
    def test_a_target_installs_its_flavour_by_the_script_that_make_runs(self, target):
        runs = [" ".join(words) for name, words in stages()[target] if name == "RUN"]
        calls = [run.split("&&")[0] for run in runs if run.startswith("scripts/setup")]
        requests = [parse(shlex.split(call)[1:]) for call in calls]
        assert [request.flavour for request in requests] == [target, target]
        assert [request.project for request in requests] == [False, True]
        assert not any("pip install" in run for run in runs)

    @pytest.mark.parametrize("target", ["cpu", "gpu"])
    def test_a_target_does_not_run_as_root(self, target):
        assert stages()[target][-1] == ("USER", ["triptych"])

    def test_the_cpu_is_the_default(self):
        assert list(stages())[-1] == "cpu"

    def test_it_says_what_the_server_does(self):
        base = dict(stages()["base"])
        assert base["EXPOSE"] == [str(Settings.model_fields["port"].default)]
        assert any("/healthz" in word for word in base["HEALTHCHECK"])
        assert "/healthz" in {getattr(route, "path", None) for route in home.router.routes}
        assert base["VOLUME"] == ["/srv/triptych/var"]

    def test_its_settings_exist(self):
        names = [
            word.split("=")[0].removeprefix("TRIPTYCH_").lower()
            for name, words in instructions()
            for word in words
            if name == "ENV" and word.startswith("TRIPTYCH_")
        ]
        assert names
        assert set(names) <= set(Settings.model_fields)


class TestMake:
    def test_help_lists_every_target(self):
        listed = {line.split()[0] for line in make("help").splitlines()[1:]}
        assert {"demo", "test", "test-fast", "lint", "lock", "clean", "setup"} <= listed

    def test_no_target_means_help(self):
        assert make() == make("help")

    def test_demo_sets_up_first(self):
        steps = make("--dry-run", "demo").splitlines()
        assert [step.split()[0] for step in steps] == ["scripts/setup", ".venv/bin/triptych"]

    def test_test_has_tools_browser_and_demo_models(self):
        steps = make("--dry-run", "test", "FLAVOUR=cpu").splitlines()
        assert steps[0] == "scripts/setup cpu --dev --browser"
        assert steps[1].endswith("demo --build-only")
        assert "pytest" in steps[2]

    def test_fast_tests_need_no_browser(self):
        assert "--browser" not in make("--dry-run", "test-fast")


def test_ci_runs_lint_and_tests():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert {"make lint", "make test"} <= set(lines)


def make(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not _of_make(name)}
    command = ["make", "--no-print-directory", *arguments]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return result.stdout


def _of_make(name: str) -> bool:
    """What an outer make, running these tests, would hand to an inner one."""
    return name.startswith("MAKE") or name in {"MFLAGS", "FLAVOUR", "PYTEST_ARGS"}


def tracked(folder: str) -> list[str]:
    """The files of a folder that are part of the project."""
    command = ["git", "ls-files", "--cached", folder]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in result.stdout.splitlines() if (ROOT / path).exists()]


def instructions() -> Iterator[tuple[str, list[str]]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, rest = line.split(maxsplit=1)
            yield name, shlex.split(rest)


def stages() -> dict[str, list[tuple[str, list[str]]]]:
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for name, words in instructions():
        if name == "FROM":
            found[words[-1]] = []
        else:
            found[next(reversed(found))].append((name, words))
    return found


def ignored(path: str) -> bool:
    """What .dockerignore says: the last line that fits decides."""
    hidden = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and fnmatch(path, line.removeprefix("!")):
            hidden = not line.startswith("!")
    return hidden
