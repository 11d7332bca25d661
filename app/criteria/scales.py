"""Scales: what is asked beside a preference, which whole numbers answer it, and how to say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.tables import Criterion, Scale

POINTS = range(2, 10)
CHOICES = range(2, 10)
MAX_WORDS = 100
MAX_TEXT = 5000
_SLIDER = range(101)


@dataclass(frozen=True)
class AskedScale:
    """One criterion's scale. `values` are the numbers that answer it, none for text.

    `low` and `high` say what the ends of points and sliders mean; `choices` are the options' words.
    """

    kind: Scale
    per_answer: bool
    low: str
    high: str
    choices: tuple[str, ...]
    lowest: int
    highest: int

    @property
    def values(self) -> range:
        return range(self.lowest, self.highest + 1)

    @property
    def has_mean(self) -> bool:
        """Numbers that can be averaged; answers in words are counted instead."""
        return self.kind in (Scale.LIKERT, Scale.SLIDER)

    @property
    def bars(self) -> tuple[range, ...]:
        """What a histogram counts together: each point, or tenths of a slider."""
        if self.kind is not Scale.SLIDER:
            return tuple(range(value, value + 1) for value in self.values)
        return tuple(range(at, 101 if at == 90 else at + 10) for at in range(0, 100, 10))

    @property
    def title(self) -> str:
        """The scale in a few words: `score 1 to 7, each answer`."""
        ends = f"{self.lowest} to {self.highest}"
        names = {
            Scale.LIKERT: f"score {ends}",
            Scale.SLIDER: f"slider {ends}",
            Scale.YES_NO: "yes or no",
            Scale.CHOICE: f"one of {len(self.choices)} options",
            Scale.TEXT: "text",
        }
        return f"{names[self.kind]}, {'each answer' if self.per_answer else 'once'}"

    def words(self, value: int) -> str:
        """What the rater saw for this number."""
        if self.kind is Scale.YES_NO:
            return "yes" if value else "no"
        return self.choices[value - 1] if self.kind is Scale.CHOICE else str(value)


def asked_scale(criterion: Criterion) -> AskedScale | None:
    """The scale of a stored criterion, or None where only a preference is asked."""
    if criterion.scale is None:
        return None
    return scale_of(criterion.scale, criterion.options, per_answer=criterion.per_answer)


def scale_of(kind: Scale, options: Mapping[str, Any], *, per_answer: bool = True) -> AskedScale:
    choices = tuple(options.get("choices", ()))
    values = _values(kind, int(options.get("points", 5)), choices)
    low, high = options.get("low", "low"), options.get("high", "high")
    return AskedScale(kind, per_answer, low, high, choices, values.start, values.stop - 1)


def _values(kind: Scale, points: int, choices: Sequence[str]) -> range:
    match kind:
        case Scale.LIKERT:
            return range(1, points + 1)
        case Scale.SLIDER:
            return _SLIDER
        case Scale.YES_NO:
            return range(2)
        case Scale.CHOICE:
            return range(1, len(choices) + 1)
        case Scale.TEXT:
            return range(0)


def checked_options(kind: Scale | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that this scale has, complete. Raises ValueError in words for a person."""
    match kind:
        case Scale.LIKERT:
            return {"points": _points(options.get("points", 5)), **_ends(options)}
        case Scale.SLIDER:
            return _ends(options)
        case Scale.CHOICE:
            return {"choices": _choices(options.get("choices", []))}
        case _:
            return {}


def _points(points: Any) -> int:
    try:
        number = int(points)
    except (TypeError, ValueError, OverflowError):
        number = 0
    if number not in POINTS:
        raise ValueError(f"a scale of points has {POINTS[0]} to {POINTS[-1]} of them")
    return number


def _ends(options: Mapping[str, Any]) -> dict[str, str]:
    return {end: _words(options.get(end, "")) or end for end in ("low", "high")}


def _choices(choices: Any) -> list[str]:
    if not isinstance(choices, list | tuple):
        raise ValueError("choices are a list, one per line")  # noqa: TRY004 (pydantic's kind)
    words = [word for word in map(_words, choices) if word]
    if len(words) not in CHOICES:
        raise ValueError(f"a choice has {CHOICES[0]} to {CHOICES[-1]} options, one per line")
    if len(set(words)) < len(words):
        raise ValueError("two options of a choice are the same")
    return words


def _words(value: Any) -> str:
    text = " ".join(str(value).split())
    if len(text) > MAX_WORDS:
        raise ValueError(f"shorten “{text[:20]}…” to {MAX_WORDS} characters")
    return text
