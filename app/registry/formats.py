"""Prompt formats: checks of a template's or example file's content."""

import hashlib
from pathlib import Path

from jinja2 import TemplateSyntaxError
from pydantic import BaseModel

from app.errors import InvalidInput
from app.readers import read_rows
from app.registry.document import Place
from app.registry.folders import absolute
from app.registry.forms import FormatForm
from app.registry.specs import FormatSpec
from app.registry.templates import compile_template


class Example(BaseModel):
    """One in-context example of a URIAL-style prompt."""

    prompt: str
    response: str


def read_examples(path: Path) -> list[Example]:
    """The examples of a URIAL file (JSONL of prompt and response), in order.

    Raises InvalidInput naming the lines that are wrong, OSError.
    """
    rows = read_rows(path.name, path)
    for row in rows.rows:
        for key in ("prompt", "response"):
            text = row.values.get(key)
            if not isinstance(text, str) or not text.strip():
                rows.problem(row.where, f"'{key}' must be text.", "Each line: prompt and response.")
    rows.raise_if_any()
    return [Example(prompt=r.values["prompt"], response=r.values["response"]) for r in rows.rows]


def resolve_format(form: FormatForm | None, base: Path, place: Place) -> FormatSpec | None:
    """None after reporting problems; `base` is models.yaml's folder."""
    if form is None:
        return FormatSpec()
    needs_file = form.type in ("template", "urial")
    if not needs_file and form.file is None:
        return FormatSpec(type=form.type)
    if not needs_file or form.file is None:
        message = "needs a file" if needs_file else "takes no file"
        place.problem(f"the format '{form.type}' {message}.", _USES[form.type])
        return None
    return _with_file(form, absolute(form.file, base), place / "file")


_USES = {
    "chat": "Chat uses the tokenizer's own template; your own goes under type: template.",
    "raw": "Raw sends the prompt as it is.",
    "template": "Write {type: template, file: my-format.jinja}.",
    "urial": "Write {type: urial, file: examples.jsonl}.",
}


def _with_file(form: FormatForm, path: Path, place: Place) -> FormatSpec | None:
    if not path.is_file():
        place.problem(f"the file '{form.file}' does not exist.", f"Looked for {path}.")
        return None
    sound = (
        _sound_template(path, place) if form.type == "template" else _sound_examples(path, place)
    )
    if not sound:
        return None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return FormatSpec(type=form.type, file=path, fingerprint=digest)


def _sound_template(path: Path, place: Place) -> bool:
    try:
        compile_template(path)
    except TemplateSyntaxError as error:
        message = f"{path.name}, line {error.lineno}, is not a Jinja template: {error.message}"
        place.problem(f"{(message).rstrip('.')}.", "Correct the template.")
        return False
    except UnicodeDecodeError:
        place.problem(f"{path.name} is not UTF-8 text.", "Save the file as UTF-8.")
        return False
    return True


def _sound_examples(path: Path, place: Place) -> bool:
    try:
        read_examples(path)
    except InvalidInput as error:
        for problem in error.problems:
            place.problem(f"{problem.where}: {problem.message}", problem.hint)
        return False
    return True
