"""A prompt as text, for the formats that Triptych renders itself: template, urial, raw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template, TemplateError

from app.errors import AppError
from app.registry import FormatSpec
from app.registry.formats import read_examples
from app.registry.templates import compile_template

_PREAMBLE = (
    "# Instruction\n\n"
    "What follows are questions from a person and the answers of a careful assistant. "
    "The answers are correct, clear, complete and polite."
)
_URIAL_STOPS = ("\n# Query:", "\n# Answer:")


@dataclass(frozen=True)
class PromptInput:
    """A prompt with its context. `turns` are earlier messages, {"role", "content"} each."""

    text: str
    system: str | None = None
    turns: tuple[Mapping[str, str], ...] = ()

    @property
    def messages(self) -> list[dict[str, str]]:
        system = [{"role": "system", "content": self.system}] if self.system else []
        turns = [{"role": turn["role"], "content": turn["content"]} for turn in self.turns]
        return [*system, *turns, {"role": "user", "content": self.text}]


@dataclass(frozen=True)
class Rendered:
    """The text to complete, and where the format says an answer ends."""

    text: str
    stop: tuple[str, ...] = ()


def render(format: FormatSpec, prompt: PromptInput) -> Rendered:
    """For every format but `chat`. Raises AppError when the file does not work for this prompt."""
    if format.type == "raw":
        return Rendered(_raw(prompt))
    if format.file is None:
        raise AppError(f"The format '{format.type}' needs a file.")
    try:
        changed = format.file.stat().st_mtime_ns
        if format.type == "urial":
            return Rendered(_urial(format.file, changed, prompt), _URIAL_STOPS)
        return Rendered(_template(format.file, changed, prompt))
    except OSError as error:
        message = f"The format's file {format.file} cannot be read: {error.strerror}."
        raise AppError(message, hint="Correct format in models.yaml.") from error


def _raw(prompt: PromptInput) -> str:
    """The prompt as it is; system text and earlier turns stand before it, a blank line between."""
    return "\n\n".join(message["content"] for message in prompt.messages)


# --- template -----------------------------------------------------------------------------------


def _template(path: Path, changed: int, prompt: PromptInput) -> str:
    """Sees messages, system, prompt, turns and what chat templates expect.

    `bos_token` is empty: the engine puts it in front of every completion itself.
    """
    names: dict[str, Any] = {
        "messages": prompt.messages,
        "system": prompt.system,
        "prompt": prompt.text,
        "turns": list(prompt.turns),
        "add_generation_prompt": True,
        "bos_token": "",
        "tools": None,
        "documents": None,
    }
    try:
        return _compiled(path, changed).render(names)
    except _MISTAKES as error:
        reason = str(error).rstrip(".")
        message = f"The template {path.name} does not work for this prompt: {reason}."
        hint = f"Known names: {', '.join(names)}. Write special tokens such as </s> as they are."
        raise AppError(message, hint=hint) from error


# A template is a program: it can add a number to a text or divide by zero.
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


@lru_cache(maxsize=64)
def _compiled(path: Path, _changed: int) -> Template:
    return compile_template(path)


# --- urial --------------------------------------------------------------------------------------


def _urial(path: Path, changed: int, prompt: PromptInput) -> str:
    """In-context examples teach a base without a chat template what an answer looks like."""
    preamble = f"{_PREAMBLE} {prompt.system}" if prompt.system else _PREAMBLE
    turns = [(turn["role"], turn["content"]) for turn in prompt.turns]
    blocks = [_block(role, text) for role, text in [*_examples(path, changed), *turns]]
    return "\n\n".join([preamble, *blocks, _block("user", prompt.text), "# Answer:\n"])


@lru_cache(maxsize=64)
def _examples(path: Path, _changed: int) -> Sequence[tuple[str, str]]:
    return [
        part
        for example in read_examples(path)
        for part in (("user", example.prompt), ("assistant", example.response))
    ]


def _block(role: str, text: str) -> str:
    return f"# {'Answer' if role == 'assistant' else 'Query'}:\n{text.strip()}"
