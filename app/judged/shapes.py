"""What every layout becomes: ballots, and what else a file tells or lacks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.criteria import CriterionForm
from app.errors import Problem
from app.prompts import PromptRow, RowError
from app.ratings.marks import MarkForm
from app.readers import invalid_file
from app.tables import Design, Outcome, RaterKind, Scale, VariantKind

MOST_ANSWERS = 9
"""Answers of one item, as in a study that is made here."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer in its place. `key` tells apart what one variant answered to one prompt.

    `text` is None where the file has no answers, which is not an empty answer.
    """

    variant: str
    text: str | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One criterion: ranks (1 is best), scores and texts by slot, in the order shown.

    `value` and `text` answer a scale that is asked once of the item.
    """

    outcome: Outcome | None
    ranks: tuple[int | None, ...]
    scores: tuple[int | None, ...]
    texts: tuple[str | None, ...]
    value: int | None = None
    text: str | None = None

    @classmethod
    def preference(cls, outcome: Outcome | None, ranks: Sequence[int | None]) -> "Said":
        """Nothing but a preference; without an outcome not even that."""
        nothing = (None,) * len(ranks)
        return cls(outcome, tuple(ranks), nothing, nothing)


@dataclass
class Asked:
    """What rows tell of a criterion's scale; `words`: what its numbers mean."""

    scale: Scale | None = None
    per_answer: bool = True
    words: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Ballot:
    """One revision of what one rater said about one item, and where it stands.

    `item` tells apart items with the same prompt and answers, `number` is their place in the
    source's study. Without `rater` the file does not say who it was. `is_stripped`: the answers
    were shown without openers and formatting.
    """

    where: str
    rater: str | None
    prompt: PromptRow
    shown: tuple[Shown, ...]
    said: dict[str, Said]
    item: str = ""
    number: int | None = None
    comment: str = ""
    marks: list[MarkForm] = field(default_factory=list)
    at: datetime | None = None
    duration_ms: int | None = None
    revision: int | None = None
    rater_kind: RaterKind = RaterKind.HUMAN
    is_stripped: bool = False


@dataclass(frozen=True)
class Definition:
    """The study as its manifest describes it; what is None or empty follows from the ballots."""

    design: Design | None = None
    criteria: tuple[CriterionForm, ...] = ()
    variants: tuple[str, ...] = ()
    ratings_per_item: int | None = None
    instructions: str = ""
    show_reference: bool = True
    markdown: bool = True
    stripping_rule: int | None = None
    formulas_kept: bool = False


@dataclass
class Batch:
    """All files of one import together.

    `texts` and `prompts` come from files beside the judgements: an answer's text by its key, a
    prompt by its id. `ignored` counts what was left out, by the reason.
    """

    name: str
    layout: str = ""
    ballots: list[Ballot] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: dict[str, VariantKind] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    prompts: dict[str, PromptRow] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    definition: Definition = field(default_factory=Definition)

    def refuse(self, where: str, error: RowError) -> None:
        self.problems.append(Problem(where, error.message, error.hint))

    def refuse_all(self) -> None:
        """Nothing is left to import."""
        told = "; ".join(f"{count} {why}" for why, count in sorted(self.ignored.items()))
        hint = f"Left out: {told}." if told else None
        self.problems.append(Problem(self.name, "has no judgement that can be used.", hint))

    def raise_if_any(self) -> None:
        if self.problems:
            raise invalid_file(self.name, self.problems)
