"""The rules of docs/decisions/0001-architecture.md that the code itself can be asked about.

Each rule is a function from one file's syntax tree to complaints. It is tried on a snippet that
breaks it before it is trusted with the application.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from scripts.installer.pins import read_lock

ROOT = Path(__file__).resolve().parents[1]

# From top to bottom: a module imports from lines below its own only.
LAYERS = (
    {"cli"},
    {"main"},
    {"web"},
    {"reports"},
    {"lineage"},
    {"demo", "exports", "figures", "judged", "judges", "live", "overview", "recorded"},
    {"results"},
    {"lens", "sessions", "simulation"},
    {"ratings", "runner"},
    {"blinding"},
    {"studies"},
    {"runs"},
    {"assignment", "auth", "borrowing", "criteria", "prompts", "team", "variants"},
    {"analysis", "engines"},
    {"registry"},
    {"bulk", "migrate", "readers", "threads"},
    {"tables"},
    {
        "db",
        "diff",
        "errors",
        "i18n",
        "introductions",
        "latest",
        "markup",
        "settings",
        "spreadsheets",
        "stripping",
        "wording",
    },
)

# Packages that know less of the application than their layer would let them.
KNOWS_ONLY = {
    "engines": {"registry", "errors", "settings"},
    "analysis": {"errors"},
    "assignment": {"errors"},
    "borrowing": {"analysis", "errors", "readers", "registry"},
}

# Nothing of the database reaches these, not even a type.
WITHOUT_DATABASE = {
    "engines",
    "analysis",
    "assignment",
    "borrowing",
    "diff",
    "introductions",
    "markup",
    "readers",
    "stripping",
}

ENVIRONMENT_READERS = {
    "app/settings.py": "the reader of TRIPTYCH_ names",
    "app/cli/app.py": "refuses TRIPTYCH_ names that no setting has",
    "app/engines/endpoints.py": "a key by the name that api_key_env gives",
    "app/engines/machine.py": "which GPU the engines may see",
    "app/engines/memory.py": "where Hugging Face keeps its cache",
    "app/engines/vllm.py": "hands the environment on to an engine",
    "app/demo/child.py": "hands the environment on to the training process",
}

SESSION_METHODS = {"add", "delete", "execute", "flush", "get", "query", "scalar", "scalars"}

Rule = Callable[[str, ast.Module], Iterator[str]]


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported module with its line; `from app import live` is `app.live`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "app":
            yield from ((f"app.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "", node.lineno)


def package(path: str) -> str:
    """app/engines/pool.py -> engines, app/db.py -> db."""
    return Path(path).with_suffix("").parts[1]


def own_imports(path: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The application's other packages that a file imports."""
    for module, line in imports(tree):
        if module.startswith("app.") and (target := module.split(".")[1]) != package(path):
            yield target, line


def layer(name: str) -> int:
    for index, names in enumerate(LAYERS):
        if name in names:
            return index
    raise AssertionError(f"app.{name} has no layer: give it a place in LAYERS")


# --- the rules ----------------------------------------------------------------------------------


def imports_point_down(path: str, tree: ast.Module) -> Iterator[str]:
    for target, line in own_imports(path, tree):
        if layer(target) <= layer(package(path)):
            yield f"{path}:{line} imports app.{target}, which is not below app.{package(path)}"


def packages_know_only_what_they_may(path: str, tree: ast.Module) -> Iterator[str]:
    allowed = KNOWS_ONLY.get(package(path))
    for target, line in own_imports(path, tree):
        if allowed is not None and target not in allowed:
            yield f"{path}:{line} imports app.{target}; {package(path)} may know {allowed}"


def some_packages_are_without_database(path: str, tree: ast.Module) -> Iterator[str]:
    if package(path) not in WITHOUT_DATABASE:
        return
    for module, line in imports(tree):
        if module.split(".")[0] == "sqlalchemy":
            yield f"{path}:{line} imports {module}, but {package(path)} has no database"


def screens_do_not_query(path: str, tree: ast.Module) -> Iterator[str]:
    if package(path) != "web":
        return
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("sqlalchemy"):
                if {alias.name for alias in names} != {"Session"}:
                    yield f"{path}:{node.lineno} imports {module}: queries belong to the domain"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="session"), attr=method)):
                if method in SESSION_METHODS:
                    yield f"{path}:{node.lineno} session.{method}(): queries belong to the domain"


def only_the_edge_commits(path: str, tree: ast.Module) -> Iterator[str]:
    if path == "app/db.py":
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit")):
                yield f"{path}:{node.lineno} commits: only Database.writing() does"


def the_environment_has_one_reader(path: str, tree: ast.Module) -> Iterator[str]:
    if path in ENVIRONMENT_READERS:
        return
    for line in environment_reads(tree):
        yield f"{path}:{line} reads the environment: take it from Settings"


def a_light_installation_suffices(path: str, tree: ast.Module) -> Iterator[str]:
    """Only the demo's training may need more than requirements/light.txt."""
    if package(path) == "demo":
        return
    for module, line in imports(tree):
        name = module.split(".")[0]
        if name not in LIGHT_MODULES:
            yield f"{path}:{line} imports {name}, which requirements/light.txt does not bring"


def environment_reads(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "getenv"):
                yield node.lineno
            case ast.ImportFrom(module="os", names=names):
                if {"environ", "getenv"} & {alias.name for alias in names}:
                    yield node.lineno


def light_modules() -> set[str]:
    """The names that can be imported where only the light lock is installed."""
    light = set(read_lock(ROOT / "requirements/light.txt"))
    brought = {
        module
        for module, distributions in packages_distributions().items()
        if light & {name.lower().replace("_", "-").replace(".", "-") for name in distributions}
    }
    return brought | sys.stdlib_module_names | {"app"}


LIGHT_MODULES = light_modules()

RULES: tuple[Rule, ...] = (
    imports_point_down,
    packages_know_only_what_they_may,
    some_packages_are_without_database,
    screens_do_not_query,
    only_the_edge_commits,
    the_environment_has_one_reader,
    a_light_installation_suffices,
)


def name_of(rule: Rule) -> str:
    return rule.__name__


# --- the application ----------------------------------------------------------------------------


def sources() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted((ROOT / "app").rglob("*.py")):
        path = file.relative_to(ROOT).as_posix()
        if path != "app/__init__.py":
            yield path, ast.parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_the_application_keeps(rule: Rule) -> None:
    complaints = [line for path, tree in sources() for line in rule(path, tree)]
    assert not complaints, "\n".join(complaints)


def test_every_listed_reader_of_the_environment_still_reads_it() -> None:
    reading = {path for path, tree in sources() if any(environment_reads(tree))}
    # Settings reads through pydantic-settings.
    assert set(ENVIRONMENT_READERS) - reading == {"app/settings.py"}


def test_no_package_is_in_two_layers() -> None:
    names = [name for names in LAYERS for name in names]
    assert len(names) == len(set(names))


# --- the rules themselves -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        (imports_point_down, "app/db.py", "from app.tables import Run"),
        (imports_point_down, "app/runs/work.py", "import app.web.render"),
        (imports_point_down, "app/studies/open.py", "from app import blinding"),
        (imports_point_down, "app/runs/x.py", "def f():\n    from app.studies import y"),
        (packages_know_only_what_they_may, "app/engines/pool.py", "from app.tables import Run"),
        (packages_know_only_what_they_may, "app/analysis/a.py", "from app.db import Base"),
        (some_packages_are_without_database, "app/analysis/a.py", "import sqlalchemy.orm"),
        (some_packages_are_without_database, "app/engines/e.py", "from sqlalchemy import select"),
        (screens_do_not_query, "app/web/runs.py", "from sqlalchemy import select"),
        (screens_do_not_query, "app/web/runs.py", "session.scalars(query)"),
        (screens_do_not_query, "app/web/runs.py", "run = session.get(Run, 1)"),
        (only_the_edge_commits, "app/runs/work.py", "def f(s):\n    s.commit()"),
        (the_environment_has_one_reader, "app/auth.py", "import os\nos.environ['X']"),
        (the_environment_has_one_reader, "app/auth.py", "import os\nx = os.getenv('X')"),
        (the_environment_has_one_reader, "app/auth.py", "from os import environ"),
        (a_light_installation_suffices, "app/runs/work.py", "import torch"),
        (a_light_installation_suffices, "app/web/x.py", "def f():\n    from pandas import Series"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_a_rule_sees_what_breaks_it(rule: Rule, path: str, code: str) -> None:
    assert list(rule(path, ast.parse(code)))


@pytest.mark.parametrize(
    ("rule", "path", "code"),
    [
        (imports_point_down, "app/web/runs.py", "from app.runs import create_run"),
        (imports_point_down, "app/runs/work.py", "from app.runs.create import create_run"),
        (packages_know_only_what_they_may, "app/engines/pool.py", "from app.registry import X"),
        (some_packages_are_without_database, "app/runs/work.py", "import sqlalchemy"),
        (screens_do_not_query, "app/web/deps.py", "from sqlalchemy.orm import Session"),
        (screens_do_not_query, "app/web/runs.py", "templates.get(name)"),
        (only_the_edge_commits, "app/runs/work.py", "commit = spec.commit"),
        (the_environment_has_one_reader, "app/engines/memory.py", "import os\nos.environ['X']"),
        (the_environment_has_one_reader, "app/auth.py", "import os\nos.getpid()"),
        (a_light_installation_suffices, "app/demo/worker.py", "import torch"),
        (a_light_installation_suffices, "app/web/x.py", "import json\nfrom fastapi import Form"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_a_rule_leaves_the_rest_alone(rule: Rule, path: str, code: str) -> None:
    assert not list(rule(path, ast.parse(code)))


def test_a_new_package_has_to_take_its_place() -> None:
    with pytest.raises(AssertionError, match="no layer"):
        list(imports_point_down("app/novelty.py", ast.parse("from app.db import Base")))
