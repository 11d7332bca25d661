"""The layouts of recorded answers, recognised by their columns, brought to Triptych's own words."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Problem
from app.readers import Row, Rows, invalid_file


@dataclass(frozen=True)
class Layout:
    """`columns`: the name in the file -> the name in Triptych. The first three must be there."""

    name: str
    columns: dict[str, str]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.columns)[:3]


def _same(*names: str) -> dict[str, str]:
    return dict(zip(names, names, strict=True))


TRIPTYCH = Layout(
    "Triptych",
    _same("prompt", "variant", "response", "id", "kind", "sample", "system", "turns")
    | _same("category", "reference", "token_ids", "logprobs", "rendered_prompt"),
)
_OUTPUTS = {"instruction": "prompt", "generator": "variant", "output": "response"}
# `model_input` is what URIAL's inference writes: the prompt as the model saw it.
_OPTIONAL = {"dataset": "category", "model_input": "rendered_prompt"}
JUST_EVAL = Layout("just-eval", _OUTPUTS | {"id": "id"} | _OPTIONAL)
ALPACA_EVAL = Layout("AlpacaEval", _OUTPUTS | _OPTIONAL)

LAYOUTS = (TRIPTYCH, JUST_EVAL, ALPACA_EVAL)


def to_own_words(rows: Rows) -> tuple[str, tuple[str, ...]]:
    """Renames the columns in place; the layout's name and the columns that were not used.

    Raises InvalidInput when no layout fits.
    """
    columns = rows.columns
    layout = _recognise(rows.filename, columns)
    for number, row in enumerate(rows.rows):
        values = {own: row.values[c] for c, own in layout.columns.items() if c in row.values}
        rows.rows[number] = Row(row.where, values)
    return layout.name, tuple(c for c in columns if c not in layout.columns)


def _recognise(filename: str, columns: Sequence[str]) -> Layout:
    if set(TRIPTYCH.required) <= set(columns):
        return TRIPTYCH
    if set(ALPACA_EVAL.required) <= set(columns):
        # AlpacaEval has no ids; just-eval needs them, for some of its instructions are equal.
        return JUST_EVAL if "id" in columns else ALPACA_EVAL
    found = ", ".join(columns[:8]) or "none"
    hint = "It needs prompt, variant, response; or instruction, generator, output (AlpacaEval)."
    raise invalid_file(filename, [Problem(filename, f"has other columns: {found}.", hint)])
