"""What a results page leaves out: a value that the address carries and every figure obeys."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import AppError
from app.results.columns import NOTHING, Booleans, Integers, JudgementColumns
from app.tables import RaterKind


class Gold(enum.StrEnum):
    """Raters who failed the checks: left out, counted like the others, or looked at alone."""

    PASSED = "passed"
    ALL = "all"
    FAILED = "failed"


class Flag(enum.StrEnum):
    """Judgements that can be left out. `introductions`: of items with an answer that introduces
    itself. `fast`: in view for less than three seconds. `revised`: changed later by their rater."""

    INTRODUCTIONS = "introductions"
    FAST = "fast"
    REVISED = "revised"


class Form(enum.StrEnum):
    """Where a study strips half of its items: both forms, or the judgements of one."""

    ALL = "all"
    AS_IS = "as_is"
    STRIPPED = "stripped"


FAST_MS = 3000


@dataclass(frozen=True)
class ResultFilter:
    """Empty tuples leave nothing out. Raters are pseudonyms; "" is the category of prompts without
    one."""

    kind: RaterKind = RaterKind.HUMAN
    raters: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    without: tuple[Flag, ...] = ()
    gold: Gold = Gold.PASSED
    form: Form = Form.ALL

    @classmethod
    def parse(cls, fields: Mapping[str, Sequence[str]]) -> "ResultFilter":
        """From an address's query, each name with its values. Raises AppError."""
        try:
            return cls(
                RaterKind(_last(fields, "kind", RaterKind.HUMAN)),
                tuple(sorted(set(fields.get("rater", ())))),
                tuple(sorted(set(fields.get("category", ())))),
                tuple(sorted({Flag(flag) for flag in fields.get("without", ())})),
                Gold(_last(fields, "gold", Gold.PASSED)),
                Form(_last(fields, "form", Form.ALL)),
            )
        except ValueError as error:
            raise AppError(
                f"The filter in the address is not understood: {error}.",
                hint="Choose it on the results page again.",
            ) from error

    def query(self) -> Iterator[tuple[str, str]]:
        """What an address carries; nothing for what is as usual."""
        if self.kind is not RaterKind.HUMAN:
            yield "kind", self.kind.value
        yield from (("rater", rater) for rater in self.raters)
        yield from (("category", category) for category in self.categories)
        yield from (("without", flag.value) for flag in self.without)
        if self.gold is not Gold.PASSED:
            yield "gold", self.gold.value
        if self.form is not Form.ALL:
            yield "form", self.form.value

    def keeps(self, columns: JudgementColumns) -> Booleans:
        """Shape (J,)."""
        kept = np.ones(len(columns), dtype=np.bool_)
        if self.raters:
            kept &= _of([one.name in self.raters for one in columns.raters], columns.rater)
        if self.categories:
            wanted = [(one.category or "") in self.categories for one in columns.prompts]
            kept &= _of(wanted, columns.prompt)
        if self.gold is not Gold.ALL:
            failed = [one.screened_out or one.below_gold for one in columns.raters]
            failing = _of(failed, columns.rater)
            kept &= (
                failing
                if self.gold is Gold.FAILED
                else ~_of([one.screened_out for one in columns.raters], columns.rater)
            )
        if self.form is not Form.ALL:
            kept &= columns.stripped == (self.form is Form.STRIPPED)
        for flag in self.without:
            kept &= ~_flagged(columns, flag)
        return kept


def _last(fields: Mapping[str, Sequence[str]], name: str, default: str) -> str:
    values = fields.get(name) or [default]
    return values[-1]


def _of(wanted: Sequence[bool], place: Integers) -> Booleans:
    return np.asarray(np.array(wanted, dtype=np.bool_)[place], dtype=np.bool_)


def _flagged(columns: JudgementColumns, flag: Flag) -> Booleans:
    match flag:
        case Flag.INTRODUCTIONS:
            there = columns.response != NOTHING
            return np.asarray(
                (columns.responses.introduces_itself[columns.response] & there).any(axis=1)
            )
        case Flag.FAST:
            known = columns.duration_ms != NOTHING
            return np.asarray(known & (columns.duration_ms < FAST_MS))
        case Flag.REVISED:
            return np.asarray(columns.revision > 1)
