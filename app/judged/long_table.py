"""Our own long table, as docs/exports.md describes it: rows back into ballots. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from app.errors import Problem
from app.judged.marks import mark_of
from app.judged.shapes import Asked, Ballot, Batch, Said, Shown
from app.judged.values import (
    checked_name,
    comment,
    duration,
    is_missing,
    moment,
    person,
    rater_kind,
    required_whole,
    whole,
    whole_list,
)
from app.prompts import PromptRow, RowError
from app.prompts.rows import check_storable, decoded_list, identifier, short_text
from app.readers import Rows
from app.tables import Outcome, RaterKind, Scale

T = TypeVar("T")

NAME = "triptych"
REQUIRED = {"item", "criterion", "kind", "variants", "value", "rater"}
_USED = REQUIRED | {
    *("schema_version", "study", "prompt_id", "category", "response_ids", "slot", "variant"),
    *("scale", "label", "ranks", "submitted_at", "duration_ms", "revision", "flags"),
    *("rater_kind", "stripped"),
    # Known, and not kept: a lens is of the run that it looked at.
    *("lens_tokens", "lens_shifted", "lens_opening_shifted", "lens_kl", "lens_kl_exact"),
    "lens_borrowed_words",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row. `shown`: (variant, response id) in the order shown."""

    where: str
    item: int
    rater: str
    revision: int
    prompt: str
    category: str | None
    shown: tuple[tuple[str, str], ...]
    criterion: str
    kind: str
    slot: int | None
    value: str
    scale: Scale | None
    label: str | None
    ranks: tuple[int, ...]
    at: datetime | None
    duration_ms: int | None
    rater_kind: RaterKind
    is_stripped: bool


def recognise(columns: set[str]) -> bool:
    return columns >= REQUIRED


def read(rows: Rows, batch: Batch) -> None:
    batch.columns += [column for column in rows.columns if column not in _USED]
    escaped = rows.filename.lower().endswith(".csv") and not batch.definition.formulas_kept
    studies: set[str] = set()
    groups: dict[tuple[int, str, int], list[_Entry]] = {}
    for row in rows.rows:
        values = _unescaped(row.values) if escaped else row.values
        try:
            entry = _entry(row.where, values)
        except RowError as error:
            batch.refuse(row.where, error)
        else:
            studies.add(str(values.get("study")))
            groups.setdefault((entry.item, entry.rater, entry.revision), []).append(entry)
    if len(studies) > 1:
        names = ", ".join(f"'{name[:40]}'" for name in sorted(studies)[:5])
        message = f"has judgements of several studies: {names}."
        batch.problems.append(Problem(rows.filename, message, "Import one study at a time."))
        return
    _Ballots(batch).add(group for _, group in sorted(groups.items(), key=lambda one: one[0]))


def _unescaped(values: Mapping[str, Any]) -> dict[str, Any]:
    """The export puts an apostrophe before texts that a spreadsheet would run."""
    return {
        key: value[1:] if isinstance(value, str) and value.startswith("'") else value
        for key, value in values.items()
    }


def _entry(where: str, values: Mapping[str, Any]) -> _Entry:
    rater = person(values, "rater")
    if rater is None:
        raise RowError("'rater' is missing.", "Any name will do, such as rater-1.")
    value, kind = values.get("value"), values.get("kind")
    item = required_whole(values, "item", least=1)
    revision = whole(values, "revision", least=1)
    has_prompt = not is_missing(values.get("prompt_id"))
    return _Entry(
        where=where,
        item=item,
        rater=rater,
        revision=1 if revision is None else revision,
        prompt=(identifier(values, "prompt_id") if has_prompt else None) or f"item {item}",
        category=None if is_missing(values.get("category")) else short_text(values, "category"),
        shown=_shown(values),
        criterion=(short_text(values, "criterion") or "").strip(),
        kind=kind if isinstance(kind, str) else "",
        slot=whole(values, "slot", least=1),
        value=value if isinstance(value, str) else "" if is_missing(value) else str(value),
        scale=_scale(values),
        label=None if is_missing(values.get("label")) else short_text(values, "label"),
        ranks=tuple(whole_list(values, "ranks")),
        at=moment(values, "submitted_at"),
        duration_ms=duration(values, "duration_ms"),
        rater_kind=rater_kind(values, "rater_kind"),
        is_stripped=str(values.get("stripped")).casefold() == "true",
    )


def _shown(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    names = [checked_name(name) for name in decoded_list(values, "variants")]
    ids = [str(number) for number in whole_list(values, "response_ids")] or [""] * len(names)
    if len(ids) != len(names):
        raise RowError("'variants' and 'response_ids' are of different length.", _IN_ORDER)
    return tuple(zip(names, ids, strict=True))


def _scale(values: Mapping[str, Any]) -> Scale | None:
    text = None if is_missing(values.get("scale")) else short_text(values, "scale")
    try:
        return Scale(text) if text else None
    except ValueError:
        raise RowError(f"'{text}' is no scale.", f"Known: {', '.join(Scale)}.") from None


_IN_ORDER = "Both are lists in the order in which the rater saw the answers."


class _Ballots:
    """Entries of one revision each into one ballot each."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._prompts: dict[str, PromptRow] = {}
        self._items: dict[int, tuple[str, frozenset[tuple[str, str]], bool]] = {}

    def add(self, groups: Iterable[list[_Entry]]) -> None:
        for entries in groups:
            if ballot := self._ballot(entries):
                self._batch.ballots.append(ballot)

    def _ballot(self, entries: list[_Entry]) -> Ballot | None:
        first = entries[0]
        ballot = Ballot(
            where=first.where,
            rater=first.rater,
            prompt=self._prompt(first),
            shown=tuple(Shown(name, self._text(key), key) for name, key in first.shown),
            said={},
            item=str(first.item),
            number=first.item,
            at=first.at,
            duration_ms=first.duration_ms,
            revision=first.revision,
            rater_kind=first.rater_kind,
            is_stripped=first.is_stripped,
        )
        sound = True
        for entry in entries:
            try:
                self._check(entry, first)
                self._say(entry, ballot)
            except RowError as error:
                self._batch.refuse(entry.where, error)
                sound = False
        return ballot if sound and (ballot.said or ballot.comment or ballot.marks) else None

    def _text(self, key: str) -> str | None:
        return self._batch.texts.get(key) if key else None

    def _prompt(self, entry: _Entry) -> PromptRow:
        if entry.prompt not in self._prompts:
            known = self._batch.prompts.get(entry.prompt, PromptRow("", key=entry.prompt))
            self._prompts[entry.prompt] = replace(known, category=entry.category or known.category)
        return self._prompts[entry.prompt]

    def _check(self, entry: _Entry, first: _Entry) -> None:
        if entry.shown != first.shown:
            message = f"has other answers, or another order, than {first.where}."
            raise RowError(message, "They are one judgement: same item, rater and revision.")
        here = (entry.prompt, frozenset(entry.shown), entry.is_stripped)
        if self._items.setdefault(entry.item, here) != here:
            message = f"item {entry.item} had another prompt, other answers or another form before."
            raise RowError(message, "Give every set of answers a number of its own.")

    def _say(self, entry: _Entry, ballot: Ballot) -> None:
        if entry.kind == "comment":
            if ballot.comment:
                raise RowError("a second comment of one judgement.", "Keep one.")
            ballot.comment = comment(entry.value)
            return
        if entry.kind == "mark":
            mark = mark_of(entry.value, entry.slot, ballot.shown)
            if mark is None:
                self._batch.ignored["marks of answers whose texts are not there"] += 1
            else:
                ballot.marks.append(mark)
            return
        say = _SAY.get(entry.kind)
        if say is None:
            self._batch.ignored[_unknown(entry.kind)] += 1
            return
        if not entry.criterion:
            raise RowError("'criterion' is missing.", "Such as factuality.")
        earlier = ballot.said.get(entry.criterion)
        nothing = Said.preference(None, (None,) * len(ballot.shown))
        ballot.said[entry.criterion] = say(entry, earlier or nothing)
        if entry.kind != "preference":
            self._learn(entry)

    def _learn(self, entry: _Entry) -> None:
        asked = self._batch.asked.setdefault(entry.criterion, Asked())
        asked.scale = entry.scale or asked.scale or (Scale.TEXT if entry.kind == "text" else None)
        asked.per_answer = entry.slot is not None
        if entry.label and entry.kind != "text":
            asked.words[_whole(entry)] = entry.label


def _unknown(kind: str) -> str:
    shown = kind.encode(errors="replace").decode()[:40]
    return f"rows of the kind '{shown}', which is not imported"


def _preference(entry: _Entry, said: Said) -> Said:
    if said.outcome is not None:
        raise RowError(f"a second verdict on {entry.criterion}.", "Keep one.")
    try:
        outcome = Outcome(entry.value)
    except ValueError:
        hint = f"It must be one of: {', '.join(Outcome)}."
        raise RowError(f"'{entry.value[:40]}' is no verdict.", hint) from None
    slots = len(entry.shown)
    if entry.ranks and (
        len(entry.ranks) != slots or not set(entry.ranks) <= {*range(1, slots + 1)}
    ):
        raise RowError(f"'ranks' must be {slots} numbers from 1 to {slots}.", _IN_ORDER)
    if outcome is Outcome.RANKED and not entry.ranks:
        raise RowError("'ranks' are missing.", "One for each answer; 1 is best.")
    return replace(said, outcome=outcome, ranks=entry.ranks or said.ranks)


def _score(entry: _Entry, said: Said) -> Said:
    return replace(said, scores=_with(entry, said.scores, _whole(entry)))


def _value(entry: _Entry, said: Said) -> Said:
    if said.value is not None:
        raise RowError(f"a second value of {entry.criterion}.", "Keep one.")
    return replace(said, value=_whole(entry))


def _text(entry: _Entry, said: Said) -> Said:
    check_storable(entry.value, "the text")
    if entry.slot is not None:
        return replace(said, texts=_with(entry, said.texts, entry.value))
    if said.text is not None:
        raise RowError(f"a second text on {entry.criterion}.", "Keep one.")
    return replace(said, text=entry.value)


_SAY = {"preference": _preference, "score": _score, "value": _value, "text": _text}


def _whole(entry: _Entry) -> int:
    return required_whole({"value": entry.value}, "value")


def _with(entry: _Entry, said: tuple[T | None, ...], one: T) -> tuple[T | None, ...]:
    """`said` of the answers so far, and `one` of the entry's own."""
    if entry.slot is None or entry.slot > len(said):
        raise RowError(f"'slot' must be a number from 1 to {len(said)}.", _IN_ORDER)
    place, now_said = entry.slot - 1, list(said)
    if now_said[place] is not None:
        message = f"a second {entry.kind} of answer {entry.slot} on {entry.criterion}."
        raise RowError(message, "Keep one.")
    now_said[place] = one
    return tuple(now_said)
