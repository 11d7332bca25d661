"""Every command and option explains itself; wrong usage ends with 2 and shows the way."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
import typer

from app.cli.app import root
from app.cli.commands import MODULES, register
from tests.cli.conftest import Triptych

Command = Any  # of Typer's own copy of Click


def commands(command: Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


register([])
ALL = list(commands(typer.main.get_command(root)))
NAMES = [" ".join(path) or "triptych" for path, _ in ALL]


def test_a_command_needs_no_module_but_its_own() -> None:
    alone = {one.name or one.callback.__name__: one.callback for one in root.registered_commands}
    groups = {
        one.name: one.typer_instance.registered_commands[0].callback
        for one in root.registered_groups
    }
    modules = {name: function.__module__ for name, function in (alone | groups).items()}
    assert modules == {name: f"app.cli.{module}" for name, module in MODULES.items()}


def test_the_commands() -> None:
    leaves = {" ".join(path) for path, command in ALL if not hasattr(command, "commands")}
    assert leaves == {
        "admin-link",
        "check",
        "compare",
        "compare-checkpoints",
        "demo",
        "engines down",
        "engines status",
        "engines up",
        "export",
        "import-judgements",
        "judge",
        "lens",
        "prompts import",
        "prompts list",
        "recorded import",
        "report",
        "run",
        "runs",
        "serve",
        "studies",
        "team invite",
        "team list",
    }


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_help(triptych: Triptych, path: tuple[str, ...], command: Command) -> None:
    called = triptych(*path, "--help")
    assert called.code == 0
    assert " ".join(("Usage: triptych", *path)) in called.out
    assert command.help
    first = command.help.split("\n\n")[0].split()
    assert " ".join(first[:3]) in " ".join(called.out.split())


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_each_option_has_help(path: tuple[str, ...], command: Command) -> None:
    for parameter in command.params:
        text = getattr(parameter, "help", None)
        assert text, f"{path}: {parameter.name} has no help"
        assert text.endswith("."), f"{path}: {parameter.name}: {text}"


def test_without_a_command_the_help_is_shown(triptych: Triptych) -> None:
    called = triptych()
    assert called.code == 2
    assert "Answer a prompt set" in called.out + called.err


def test_version(triptych: Triptych) -> None:
    called = triptych("--version")
    assert (called.code, called.out) == (0, f"triptych {version('triptych')}\n")


WRONG = [
    ("chek", "No such command 'chek'"),
    ("check --foo", "No such option: --foo"),
    ("engines restart", "No such command 'restart'"),
    ("prompts import", "Missing argument 'file'"),
    ("recorded import", "Missing argument 'files'"),
    ("judge", "Missing argument 'study'"),
    ("judge s", "Missing option '--with'"),
    ("judge s --with v --limit 0", "'--limit'"),
    ("run", "Missing argument 'prompt_set'"),
    ("run my --wait", "No such option: --wait"),
    ("run my --samples 0", "'--samples'"),
    ("run my --samples many", "'--samples'"),
    ("run my --seed -1", "'--seed'"),
    ("run my --temperature -1", "'--temperature'"),
    ("run my --max-tokens 0", "'--max-tokens'"),
    ("serve --port 0", "'--port'"),
    ("serve --port 65536", "'--port'"),
    ("demo --port http", "'--port'"),
    ("export", "Missing argument 'study'"),
    ("report", "Missing argument 'study'"),
    ("report s --kind robots", "'robots' is not one of"),
    ("report s --out .", "name a new folder"),
    ("export s --format xlsx", "'xlsx' is not one of: long-jsonl, long-csv"),
    ("export s --option rule", "'rule' is not of the form name=value"),
    ("export s --option =each", "'=each' is not of the form name=value"),
    ("export s --out .", "name a new folder"),
]


@pytest.mark.parametrize(("line", "said"), WRONG, ids=[line for line, _ in WRONG])
def test_wrong_usage(triptych: Triptych, line: str, said: str) -> None:
    called = triptych(*line.split())
    assert called.code == 2
    assert said in " ".join(called.err.replace("│", " ").split())
    assert "--help' for help" in called.err
    assert not called.out
