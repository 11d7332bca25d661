"""The commands in README.md and docs/ exist, with the options that are written there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app.cli.app import root
from app.cli.commands import register

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"^(?:\w+=\S+ )*(?:\.venv/bin/)?triptych (?P<rest>[^#]+)")


def documented() -> Iterator[tuple[str, list[str]]]:
    """Lines of code blocks, and code within lines."""
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = file.read_text(encoding="utf-8")
        blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
        for line in [*blocks.splitlines(), *re.findall(r"`([^`\n]+)`", text)]:
            if found := COMMAND.match(line):
                yield file.name, shlex.split(found["rest"].replace("|", " "))


register([])
DOCUMENTED = [(name, words) for name, words in documented() if words]


def leaf(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the first words name, and the other words."""
    command: Any = typer.main.get_command(root)
    rest = list(words)
    while rest and hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"there is no command {' '.join(words)}"
        command = command.commands[name]
    return command, rest


def test_some_are_found() -> None:
    assert {"README.md", "install.md", "exports.md"} <= {name for name, _ in DOCUMENTED}
    assert ["run", "my"] in [words for _, words in DOCUMENTED]


@pytest.mark.parametrize(("name", "words"), DOCUMENTED, ids=[" ".join(w) for _, w in DOCUMENTED])
def test_it_exists(name: str, words: list[str]) -> None:
    command, rest = leaf(words)
    options = {option for parameter in command.params for option in parameter.opts}
    unknown = {word for word in rest if word.startswith("--")} - options
    assert not unknown, f"{name}: {' '.join(words)}"


def test_what_does_not_exist_is_seen() -> None:
    with pytest.raises(AssertionError, match="there is no command"):
        leaf(["judges"])
    command, _ = leaf(["run", "my", "--wait"])
    assert "--wait" not in {option for parameter in command.params for option in parameter.opts}
