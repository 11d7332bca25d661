"""Ballots into the rows that they need, by number, before anything is written. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from app.criteria import CriterionForm
from app.introductions import find_introduction
from app.judged.criteria import criteria_of
from app.judged.shapes import MOST_ANSWERS, Ballot, Batch, Shown
from app.prompts import PromptRow, RowError
from app.tables import Design, RaterKind, VariantKind

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PlannedResponse:
    variant: int
    prompt: int
    sample: int
    text: str | None
    introduces_itself: str | None


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """`position` counts from 0; `responses` are in the order of the variants."""

    prompt: int
    position: int
    responses: tuple[int, ...]
    is_stripped: bool = False


@dataclass(frozen=True, slots=True)
class Revision:
    """`slots`: for each slot of the assignment, the place of its answer in the ballot."""

    number: int
    ballot: Ballot
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """`shown`: responses in the order of the slots, as at the last revision."""

    item: int
    rater: int
    shown: tuple[int, ...]
    revisions: tuple[Revision, ...]


@dataclass
class Plan:
    """`criteria` by their names in the file; `raters` are None where the file names nobody.

    `others`: the raters who are no people. `most_raters`: people per item at most.
    """

    prompts: list[PromptRow] = field(default_factory=list)
    variants: dict[str, VariantKind] = field(default_factory=dict)
    criteria: dict[str, CriterionForm] = field(default_factory=dict)
    responses: list[PlannedResponse] = field(default_factory=list)
    items: list[PlannedItem] = field(default_factory=list)
    raters: list[str | None] = field(default_factory=list)
    assignments: list[PlannedAssignment] = field(default_factory=list)
    design: Design = Design.PAIRWISE
    block_size: int | None = None
    others: dict[str, RaterKind] = field(default_factory=dict)
    most_raters: int = 1
    unknown_raters: int = 0


def make_plan(batch: Batch) -> Plan:
    """What contradicts itself goes into the batch's problems: then the plan is not to be used."""
    ballots = [ballot for ballot in batch.ballots if _is_comparison(ballot, batch)]
    plan = Plan(variants=_variants(ballots, batch), criteria=criteria_of(batch))
    _Planner(plan, batch).add(ballots)
    plan.design, plan.block_size = _design(plan, batch.definition.design)
    plan.most_raters = _most_raters(plan)
    return plan


def _most_raters(plan: Plan) -> int:
    people = {place for place, name in enumerate(plan.raters) if name not in plan.others}
    items = Counter(one.item for one in plan.assignments if one.rater in people)
    return max(items.values(), default=1)


def _is_comparison(ballot: Ballot, batch: Batch) -> bool:
    names = [shown.variant for shown in ballot.shown]
    if not 2 <= len(names) <= MOST_ANSWERS:
        message = f"{len(names)} answers were compared."
        batch.refuse(ballot.where, RowError(message, f"It must be 2 to {MOST_ANSWERS}."))
    elif len(set(names)) < len(names):
        batch.refuse(ballot.where, RowError("a variant stands against itself.", "Delete the row."))
    else:
        return True
    return False


def _variants(ballots: Sequence[Ballot], batch: Batch) -> dict[str, VariantKind]:
    """In the manifest's order; the others by kind, then by name."""
    names = {shown.variant for ballot in ballots for shown in ballot.shown}
    told = [name for name in batch.definition.variants if name in names]
    kinds = {name: _kind(name, batch) for name in names}
    order = list(VariantKind)
    others = sorted(names - set(told), key=lambda n: (order.index(kinds[n]), _natural(n)))
    return {name: kinds[name] for name in (*told, *others)}


def _kind(name: str, batch: Batch) -> VariantKind:
    if name in batch.kinds:
        return batch.kinds[name]
    return VariantKind(name.lower()) if name.lower() in list(VariantKind) else VariantKind.OTHER


def _natural(name: str) -> list[tuple[int, str]]:
    """rater-2 before rater-10."""
    parts = re.split(r"([0-9]{1,18})", name)
    return [(int(p), "") if number % 2 else (0, p) for number, p in enumerate(parts)]


def _design(plan: Plan, told: Design | None) -> tuple[Design, int | None]:
    sizes = {len(item.responses) for item in plan.items}
    if sizes == {2} and told in (None, Design.PAIRWISE):
        return Design.PAIRWISE, None
    if sizes == {len(plan.variants)}:
        return Design.SIDE_BY_SIDE, None
    return Design.BLOCKS, max(sizes, default=2)


class _Planner:
    def __init__(self, plan: Plan, batch: Batch) -> None:
        self._plan = plan
        self._batch = batch
        self._places = {name: place for place, name in enumerate(plan.variants)}
        self._prompts: dict[Hashable, int] = {}
        self._responses: dict[Hashable, int] = {}
        self._samples: Counter[tuple[int, int]] = Counter()
        self._items: dict[Hashable, int] = {}
        self._positions: dict[int, int] = {}
        self._kinds: dict[str, RaterKind] = {}

    def add(self, ballots: Sequence[Ballot]) -> None:
        cast: defaultdict[tuple[int, str], list[tuple[Ballot, tuple[int, ...]]]] = defaultdict(list)
        unknown: Counter[int] = Counter()
        for number, ballot in enumerate(ballots, start=1):
            self._check_kind(ballot)
            prompt = self._prompt(ballot, number)
            shown = tuple(self._response(one, prompt) for one in ballot.shown)
            item = self._item(ballot, prompt, shown)
            if ballot.rater is None:
                unknown[item] += 1
                # No file's name begins with a blank: names are stripped.
                cast[item, f" {unknown[item]}"].append((ballot, shown))
            else:
                cast[item, ballot.rater].append((ballot, shown))
        self._plan.prompts = _keyed(self._plan.prompts)
        self._plan.unknown_raters = unknown.total()
        people = RaterKind.HUMAN
        self._plan.others = {n: kind for n, kind in self._kinds.items() if kind is not people}
        self._assign(cast)

    def _check_kind(self, ballot: Ballot) -> None:
        kind = ballot.rater_kind
        if ballot.rater is None and kind is not RaterKind.HUMAN:
            error = RowError(f"a rater of kind {kind} has no name.", "Say which one it was.")
            self._batch.refuse(ballot.where, error)
        elif ballot.rater and (first := self._kinds.setdefault(ballot.rater, kind)) is not kind:
            message = f"'{ballot.rater}' is of kind {kind} here, and was of kind {first} before."
            self._batch.refuse(ballot.where, RowError(message, "Kinds are never counted together."))

    def _prompt(self, ballot: Ballot, number: int) -> int:
        row = ballot.prompt
        key: Hashable = ("id", row.key) if row.key else ("text", row.text) if row.text else number
        place = self._prompts.setdefault(key, len(self._plan.prompts))
        if place == len(self._plan.prompts):
            self._plan.prompts.append(row)
            return place
        first = self._plan.prompts[place]
        if first.text and row.text and first.text != row.text:
            message = f"the prompt '{row.key}' has another text than before."
            self._batch.refuse(ballot.where, RowError(message, "Give each prompt an id."))
        elif row.text and not first.text:
            self._plan.prompts[place] = row
        return place

    def _response(self, shown: Shown, prompt: int) -> int:
        variant = self._places[shown.variant]
        place = self._responses.setdefault(
            (variant, prompt, shown.key, shown.text), len(self._plan.responses)
        )
        if place == len(self._plan.responses):
            sample = self._samples[variant, prompt]
            self._samples[variant, prompt] += 1
            found = find_introduction(shown.text or "", self._plan.variants)
            planned = PlannedResponse(variant, prompt, sample, shown.text, found)
            self._plan.responses.append(planned)
        return place

    def _item(self, ballot: Ballot, prompt: int, shown: tuple[int, ...]) -> int:
        responses = sorted(shown, key=lambda response: self._plan.responses[response].variant)
        key = (prompt, ballot.item, *responses)
        place = self._items.setdefault(key, len(self._plan.items))
        if place == len(self._plan.items):
            position = place if ballot.number is None else ballot.number - 1
            if self._positions.setdefault(position, place) != place:
                message = f"there is another item {position + 1} before."
                self._batch.refuse(ballot.where, RowError(message, "Import one study at a time."))
            planned = PlannedItem(prompt, position, tuple(responses), ballot.is_stripped)
            self._plan.items.append(planned)
        return place

    def _assign(self, cast: dict[tuple[int, str], list[tuple[Ballot, tuple[int, ...]]]]) -> None:
        names = sorted({rater for _, rater in cast}, key=_rater_order)
        places = {name: place for place, name in enumerate(names)}
        self._plan.raters = [None if name.startswith(" ") else name for name in names]
        for (item, rater), revisions in cast.items():
            if (ordered := self._ordered(revisions)) is not None:
                shown = ordered[-1][1][1]
                numbered = tuple(
                    Revision(number, ballot, tuple(there.index(one) for one in shown))
                    for number, (ballot, there) in ordered
                )
                planned = PlannedAssignment(item, places[rater], shown, numbered)
                self._plan.assignments.append(planned)

    def _ordered(
        self, revisions: list[tuple[Ballot, tuple[int, ...]]]
    ) -> list[tuple[int, tuple[Ballot, tuple[int, ...]]]] | None:
        """Oldest first, with their numbers; None after noting that nothing tells their order."""
        numbers = [ballot.revision for ballot, _ in revisions]
        told = [number for number in numbers if number is not None]
        if len(told) == len(revisions) == len(set(told)):
            return sorted(zip(told, revisions, strict=True), key=lambda one: one[0])
        if len(revisions) == 1:
            return [(1, revisions[0])]
        times = [ballot.at for ballot, _ in revisions if ballot.at is not None]
        if len(times) == len(revisions) == len(set(times)):
            by_time = sorted(zip(times, revisions, strict=True), key=lambda one: one[0])
            return [(number, one) for number, (_, one) in enumerate(by_time, start=1)]
        first = revisions[0][0].where
        for ballot, _ in revisions[1:]:
            message = f"'{ballot.rater}' has judged the same item at {first} already."
            hint = "Delete one, or give both a time, so that the later one counts."
            self._batch.refuse(ballot.where, RowError(message, hint))
        return None


def _rater_order(name: str) -> tuple[bool, list[tuple[int, str]]]:
    return name.startswith(" "), _natural(name)


def _keyed(prompts: Sequence[PromptRow]) -> list[PromptRow]:
    """Every prompt with an id and a text: a stand-in where the file has none."""
    taken = {prompt.key for prompt in prompts}
    numbers = (str(n) for n in range(1, 2 * len(prompts) + 2) if str(n) not in taken)
    keyed = [replace(prompt, key=prompt.key or next(numbers)) for prompt in prompts]
    return [p if p.text else replace(p, text=placeholder(p.key)) for p in keyed]


def placeholder(key: str | None) -> str:
    """Stands where the file has no text of a prompt."""
    return f"(Prompt {key}: the imported file does not have its text.)"
