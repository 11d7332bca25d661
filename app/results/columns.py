"""Judgements as columns: what every figure of the results is computed from.

J judgements, S slots at most, R responses. Numbers of raters, prompts, responses and variants are
places in the tuples and arrays given here, never ids of the database. A million judgements of two
answers take some 80 MB.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.results.records import VariantRef
from app.tables import Outcome, RaterKind

Integers = NDArray[np.integer[Any]]
Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]

NOTHING = -1
"""An empty slot, a score that was not given, a duration that is not known."""

OUTCOMES: tuple[Outcome | None, ...] = (
    None,
    Outcome.RANKED,
    Outcome.TIE_GOOD,
    Outcome.TIE_BAD,
    Outcome.CANNOT_JUDGE,
)
"""`CriterionColumns.outcome` holds places in here; 0: no preference was asked or given."""

FEATURES = ("tokens", "headers", "list items", "bold spans")
"""Columns of `ResponseColumns.features`; all but tokens without what stands in code fences."""


@dataclass(frozen=True)
class PromptRef:
    key: str
    category: str | None


@dataclass(frozen=True)
class RaterRef:
    """`name` is the pseudonym. `gold_passed` of `gold_seen` gold items were judged as expected.
    Who is not known came with a file that does not say who judged: the same person may be several.
    """

    name: str
    kind: RaterKind
    screened_out: bool = False
    gold_passed: int = 0
    gold_seen: int = 0
    below_gold: bool = False
    is_known: bool = True


@dataclass(frozen=True)
class ResponseColumns:
    """Shape of each array: (R,), `features`: (R, len(FEATURES)), of what raters were shown.
    `deleted`: the share of its characters that they were not shown, in items that are stripped."""

    id: Integers
    variant: Integers
    prompt: Integers
    introduces_itself: Booleans
    features: Floats
    deleted: Floats


@dataclass(frozen=True)
class CriterionColumns:
    """`outcome`, shape (J,), see `OUTCOMES`; `ranks`, shape (J, S), 1 is best, 0 where there is
    none; `scores`, shape (J, S), and `values`, shape (J,): NOTHING where not given.
    """

    key: str
    outcome: Integers
    ranks: Integers
    scores: Integers
    values: Integers


@dataclass(frozen=True)
class MarkColumns:
    """Shape of each array: (marks,). `judgement` is a place in J, `slot` counts from 0, `kind` is a
    place in `app.tables.MarkKind`; `start` and `end` are code points of the raw text.
    """

    judgement: Integers
    slot: Integers
    kind: Integers
    start: Integers
    end: Integers


@dataclass(frozen=True)
class JudgementColumns:
    """The latest revision of every judgement of regular items, of raters of one kind, also of those
    who failed the checks (`RaterRef.screened_out`).

    (J,): `item` counts from 1 as in exports, `prompt`, `rater`, `submitted_at` in seconds since
    1970, `duration_ms`, `revision`. (J, S): `shown` is the variant in the slot, `response` which of
    its answers. `stripped`, (J,): answers were shown without openers and formatting. `items`: how
    many the study has.
    """

    variants: tuple[VariantRef, ...]
    prompts: tuple[PromptRef, ...]
    raters: tuple[RaterRef, ...]
    item: Integers
    prompt: Integers
    rater: Integers
    submitted_at: Floats
    duration_ms: Integers
    revision: Integers
    shown: Integers
    response: Integers
    stripped: Booleans
    criteria: tuple[CriterionColumns, ...]
    responses: ResponseColumns
    marks: MarkColumns
    items: int

    def __len__(self) -> int:
        return len(self.item)

    @property
    def slots(self) -> int:
        return int(self.shown.shape[1])

    def criterion(self, key: str) -> CriterionColumns:
        return next(one for one in self.criteria if one.key == key)

    @property
    def knows_raters(self) -> bool:
        """Whether it is known of every judgement who gave it."""
        known = np.array([one.is_known for one in self.raters], dtype=np.bool_)
        return bool(known[self.rater].all())

    def last_at(self) -> datetime | None:
        if not len(self):
            return None
        return datetime.fromtimestamp(float(self.submitted_at.max()), UTC)

    def take(self, kept: Booleans) -> "JudgementColumns":
        """The judgements where `kept`, shape (J,), is true; raters, prompts and responses stay."""
        return self if kept.all() else self.pick(np.flatnonzero(kept))

    def pick(self, places: Integers) -> "JudgementColumns":
        """The judgements at these places, which are all different, in their order."""
        marks = _marks_at(self.marks, places, len(self))
        return _combined([self], lambda arrays: arrays[0][places], marks)


_OF_JUDGEMENTS = (
    "item",
    "prompt",
    "rater",
    "submitted_at",
    "duration_ms",
    "revision",
    "shown",
    "response",
    "stripped",
)
_OF_CRITERIA = ("outcome", "ranks", "scores", "values")
_OF_MARKS = ("slot", "kind", "start", "end")

Combine = Callable[[list[NDArray[Any]]], NDArray[Any]]


def joined(parts: Sequence[JudgementColumns]) -> JudgementColumns:
    """The judgements of parts of one study, at least one part; by item, then rater. Raters, prompts
    and responses are those of the first."""
    starts = np.cumsum([0, *(len(part) for part in parts)])
    marks = MarkColumns(
        np.concatenate([p.marks.judgement + s for p, s in zip(parts, starts, strict=False)]),
        **_fields([part.marks for part in parts], _OF_MARKS, np.concatenate),
    )
    together = _combined(parts, np.concatenate, marks)
    return together.pick(np.lexsort((together.rater, together.item)))


def updated(old: JudgementColumns, new: JudgementColumns) -> JudgementColumns:
    """What a rater said on an item in `new` takes the place of what they said in `old`."""
    raters = len(old.raters)
    superseded = np.isin(_places_of_raters(old, raters), _places_of_raters(new, raters))
    return joined([old.take(~superseded), new])


def _places_of_raters(columns: JudgementColumns, raters: int) -> Integers:
    """A number for every pair of item and rater."""
    return np.asarray(columns.item.astype(np.int64) * raters + columns.rater)


def _combined(
    parts: Sequence[JudgementColumns], combine: Combine, marks: MarkColumns
) -> JudgementColumns:
    criteria = tuple(
        replace(same[0], **_fields(same, _OF_CRITERIA, combine))
        for same in zip(*(part.criteria for part in parts), strict=True)
    )
    fields = _fields(parts, _OF_JUDGEMENTS, combine)
    return replace(parts[0], **fields, criteria=criteria, marks=marks)


def _fields(parts: Sequence[object], names: Sequence[str], combine: Combine) -> dict[str, Any]:
    return {name: combine([getattr(part, name) for part in parts]) for name in names}


def _marks_at(marks: MarkColumns, places: Integers, judgements: int) -> MarkColumns:
    """Those of the judgements at `places`, in their order."""
    moved = np.full(judgements, NOTHING)
    moved[places] = np.arange(len(places))
    judgement = moved[marks.judgement]
    order = np.argsort(judgement, kind="stable")
    order = order[judgement[order] != NOTHING]
    return MarkColumns(
        judgement[order], **_fields([marks], _OF_MARKS, lambda arrays: arrays[0][order])
    )
