"""The part of a study's form that defines its criteria: as typed, and what it means."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.criteria import AskedScale, CriterionForm, scale_of
from app.errors import InvalidInput, Problem
from app.tables import Scale

ROWS = 9
SCALES = (
    ("", "none, a preference only"),
    ("likert", "points"),
    ("slider", "slider, 0 to 100"),
    ("yes_no", "yes or no"),
    ("choice", "one of several options"),
    ("text", "text"),
)


@dataclass(frozen=True)
class CriterionRow:
    """One criterion as the form shows it. `only_if` is the key of another, `values` as typed."""

    label: str = ""
    key: str = ""
    guidance: str = ""
    asks_preference: bool = True
    scale: str = Scale.LIKERT.value
    points: str = "5"
    low: str = ""
    high: str = ""
    choices: str = ""
    per_answer: bool = True
    required: bool = True
    only_if: str = ""
    values: str = ""

    @property
    def is_plain(self) -> bool:
        """What the fold holds is as it is for most criteria."""
        return self.scale in ("", Scale.LIKERT) and self == CriterionRow(
            self.label, self.key, self.guidance, self.asks_preference, self.scale
        )

    @property
    def options(self) -> dict[str, Any]:
        ends = {"low": self.low, "high": self.high}
        return {"points": self.points, "choices": self.choices.splitlines(), **ends}

    @property
    def asked(self) -> AskedScale | None:
        """The scale as far as it is sound, to read the values of others' conditions by."""
        if self.scale not in set(Scale):
            return None
        choices = [" ".join(line.split()) for line in self.choices.splitlines() if line.strip()]
        points = int(self.points) if self.points in set("23456789") else 5
        return scale_of(Scale(self.scale), {"points": points, "choices": choices})


def typed_rows(fields: Mapping[str, str]) -> list[CriterionRow]:
    """The criteria that have a label, in order, each with its key."""
    keys = {str(n): _key(fields, n) for n in range(ROWS)}
    return [_row(fields, n, keys) for n in range(ROWS) if _text(fields, n, "label")]


def rows_of(criteria: Sequence[CriterionForm]) -> list[CriterionRow]:
    """Criteria of a rubric or of a study, as rows of the form."""
    scales = {one.key: scale_of(one.scale, one.options) if one.scale else None for one in criteria}
    return [_row_of(criterion, scales) for criterion in criteria]


def meant(rows: Sequence[CriterionRow]) -> list[dict[str, Any]]:
    """What `CriterionForm` takes. Raises InvalidInput for values that no scale has."""
    problems: list[Problem] = []
    criteria = [_meant(row, rows, problems) for row in rows]
    if problems:
        raise InvalidInput("The form is not complete yet.", problems)
    return criteria


def _key(fields: Mapping[str, str], number: int) -> str:
    """Out of the label where it begins with a Latin letter, else out of its place in the form."""
    if stored := fields.get(f"criterion-{number}-key", ""):
        return stored
    label = _text(fields, number, "label").lower()
    letters = "".join(c if c.isascii() and c.isalnum() else "_" for c in label).strip("_")
    return letters[:40] if letters[:1].isalpha() else f"criterion_{number + 1}"


def _text(fields: Mapping[str, str], number: int, name: str, default: str = "") -> str:
    return fields.get(f"criterion-{number}-{name}", default).replace("\r\n", "\n").strip()


def _row(fields: Mapping[str, str], number: int, keys: Mapping[str, str]) -> CriterionRow:
    def text(name: str, default: str = "") -> str:
        return _text(fields, number, name, default)

    return CriterionRow(
        label=text("label"),
        key=keys[str(number)],
        guidance=text("guidance"),
        asks_preference=f"criterion-{number}-preference" in fields,
        scale=text("scale"),
        points=text("points", "5"),
        low=text("low"),
        high=text("high"),
        choices=text("choices"),
        per_answer=text("asked") != "item",
        required=f"criterion-{number}-optional" not in fields,
        only_if=keys.get(text("only-if"), text("only-if")),
        values=text("values"),
    )


def _meant(
    row: CriterionRow, rows: Sequence[CriterionRow], problems: list[Problem]
) -> dict[str, Any]:
    other = next((one for one in rows if one.key == row.only_if), None)
    condition = None
    if row.only_if:
        values, unknown = _values(row.values, other.asked if other else None)
        condition = {"criterion": row.only_if, "values": values}
        if unknown or not values:
            known = ", ".join(map(str, unknown)) or "nothing"
            problems.append(
                Problem(
                    f"{row.label}, only where",
                    f"{known} is no value of {other.label if other else 'that criterion'}.",
                    "Write values such as: yes, or 1, 2, or 0-40.",
                )
            )
    return {
        "key": row.key,
        "label": row.label,
        "guidance": row.guidance,
        "asks_preference": row.asks_preference,
        "scale": row.scale or None,
        "options": row.options,
        "per_answer": row.per_answer,
        "required": row.required,
        "shown_if": condition,
    }


def _values(text: str, scale: AskedScale | None) -> tuple[list[int], list[str]]:
    """The numbers meant, and the words that mean none."""
    words = {scale.words(value).lower(): value for value in scale.values} if scale else {}
    parts = [text] if text.lower() in words else text.replace("\n", ",").split(",")
    values: set[int] = set()
    unknown: list[str] = []
    for part in filter(None, map(str.strip, parts)):
        span = [words[part.lower()]] if part.lower() in words else list(_span(part))
        if scale and span and set(span) <= set(scale.values):
            values |= set(span)
        else:
            unknown.append(part)
    return sorted(values), unknown


def _span(part: str) -> Iterator[int]:
    """2 is 2, and 2-4 is 2, 3, 4."""
    ends = [end.strip() for end in part.replace("–", "-").split("-")]
    if len(ends) <= 2 and all(end.isascii() and end.isdigit() and len(end) <= 3 for end in ends):
        yield from range(int(ends[0]), int(ends[-1]) + 1)


def _row_of(criterion: CriterionForm, scales: Mapping[str, AskedScale | None]) -> CriterionRow:
    condition, options = criterion.shown_if, criterion.options
    return CriterionRow(
        label=criterion.label,
        key=criterion.key,
        guidance=criterion.guidance,
        asks_preference=criterion.asks_preference,
        scale=criterion.scale.value if criterion.scale else "",
        points=str(options.get("points", 5)),
        low=_end(options, "low"),
        high=_end(options, "high"),
        choices="\n".join(options.get("choices", ())),
        per_answer=criterion.per_answer,
        required=criterion.required,
        only_if=condition.criterion if condition else "",
        values=_spelt(condition.values, scales[condition.criterion]) if condition else "",
    )


def _end(options: Mapping[str, Any], end: str) -> str:
    """Left empty where it says no more than "low" and "high"."""
    words = str(options.get(end, end))
    return "" if words == end else words


def _spelt(values: Sequence[int], scale: AskedScale | None) -> str:
    if scale and scale.kind is Scale.YES_NO:
        return ", ".join(map(scale.words, values))
    spans: list[list[int]] = []
    for value in sorted(values):
        if spans and spans[-1][-1] == value - 1:
            spans[-1].append(value)
        else:
            spans.append([value])
    return ", ".join(f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans)
