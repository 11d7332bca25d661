"""The only way from stored responses to what a rater sees.

`RatingPage` has no field that could name a variant, a run, an engine or a database row; a test
walks its fields. Study names are the admin's ("lora vs full, take 2") and stay out as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.criteria import AskedScale, asked_scale, shown_if
from app.diff import compare_words
from app.errors import NotFound
from app.i18n import gettext
from app.introductions import mask_introductions
from app.markup import plain_to_html, to_html
from app.stripping import Stripped
from app.studies import session_of, shown_form
from app.tables import (
    Assignment,
    Criterion,
    ItemKind,
    Judgement,
    MarkKind,
    Outcome,
    Prompt,
    Response,
    Study,
)


@dataclass(frozen=True)
class AnswerView:
    """One answer: rendered Markdown, or the text as it is. `number` is all that names it.

    Where raters mark spans, `html` is given for both and carries positions in the raw text.
    """

    number: int
    text: str
    html: Markup
    is_plain: bool


@dataclass(frozen=True)
class ConditionView:
    """The criterion is asked only where another, by its label, has one of these values."""

    criterion: str
    label: str
    values: tuple[int, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class CriterionView:
    """A criterion with what the rater said before: ranks, scores and texts by answer number.

    `value` and `text` were said of the item as a whole.
    """

    key: str
    label: str
    guidance: str
    asks_preference: bool
    scale: AskedScale | None
    required: bool = True
    shown_if: ConditionView | None = None
    outcome: Outcome | None = None
    ranks: dict[int, int] = field(default_factory=dict)
    scores: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    value: int | None = None
    text: str | None = None


@dataclass(frozen=True)
class TurnView:
    """An earlier message of the conversation: rendered Markdown, or `html` is empty."""

    role: str
    content: str
    html: Markup


@dataclass(frozen=True)
class MarkView:
    """A span that the rater marked before: code points of the raw text of Answer `answer`."""

    answer: int
    start: int
    end: int
    kind: MarkKind
    correction: str
    source: str


@dataclass(frozen=True)
class RatingPage:
    """Everything about an item that reaches a rater's browser.

    `prompt_html` and `reference_html` are empty where Markdown is not rendered.
    """

    assignment: str
    prompt: str
    prompt_html: Markup
    system: str | None
    turns: tuple[TurnView, ...]
    reference: str | None
    reference_html: Markup
    answers: tuple[AnswerView, ...]
    criteria: tuple[CriterionView, ...]
    comment: str
    instructions_html: Markup
    asks_marks: bool = False
    marks: tuple[MarkView, ...] = ()


@dataclass(frozen=True)
class StretchView:
    """Words of both answers, or of one: `side` is both, left or right."""

    side: str
    text: str


@dataclass(frozen=True)
class DiffPage:
    """Two answers of an item compared word by word, as the rater sees them numbered."""

    assignment: str
    left: int
    right: int
    pairs: tuple[tuple[int, int], ...]
    stretches: tuple[StretchView, ...]
    is_cut: bool
    is_same: bool


def diff_page(session: Session, assignment: Assignment, left: int, right: int) -> DiffPage:
    """Raises NotFound where these are not two answers of the item."""
    study = session.get_one(Study, assignment.item.study_id)
    shown = {
        slot.number: masked(study, form.text)
        for slot, form in zip(assignment.slots, forms_shown(assignment), strict=True)
    }
    if left == right or not {left, right} <= shown.keys():
        raise NotFound(
            "There are no two such answers to compare.", hint="Go back to the item and try again."
        )
    difference = compare_words(shown[left], shown[right])
    return DiffPage(
        assignment=assignment.public_id,
        left=left,
        right=right,
        pairs=tuple(combinations(sorted(shown), 2)),
        stretches=tuple(StretchView(one.side.value, one.text) for one in difference.stretches),
        is_cut=difference.is_cut,
        is_same=shown[left] == shown[right],
    )


def rating_page(session: Session, assignment: Assignment) -> RatingPage:
    """What this rater sees of this item, with their latest judgement filled in."""
    study = session.get_one(Study, assignment.item.study_id)
    latest = assignment.judgements[-1] if assignment.judgements else None
    item = assignment.item
    forms = forms_shown(assignment)
    return _page(study, assignment.public_id, item.prompt, forms, latest, item.is_stripped)


def preview_page(
    study: Study, prompt: Prompt, responses: list[Response], *, is_stripped: bool = False
) -> RatingPage:
    """The same page for the admin, of a study that may have no items yet; nothing is stored."""
    forms = [shown_form(study, one.text, is_stripped=is_stripped) for one in responses]
    return _page(study, "preview", prompt, forms, None, is_stripped)


def forms_shown(assignment: Assignment) -> list[Stripped]:
    """The answers by slot as this rater sees them, and where their characters are stored."""
    item = assignment.item
    return [
        shown_form(item.study, slot.response.text, is_stripped=item.is_stripped)
        for slot in assignment.slots
    ]


def study_criteria(study: Study) -> tuple[CriterionView, ...]:
    """The criteria as a rater reads them before the first item."""
    return tuple(_criterion(criterion, None, study.criteria) for criterion in study.criteria)


def study_instructions(study: Study) -> Markup:
    return to_html(study.instructions)


def consent_text(study: Study) -> Markup:
    return to_html(session_of(study).consent)


@dataclass(frozen=True)
class ExpectedView:
    """What a training item wanted on a criterion, and what was said; answers by their numbers.

    Groups from best to worst: answers of a group tie. `said` is empty for "cannot judge".
    """

    label: str
    expected: tuple[tuple[int, ...], ...]
    said: tuple[tuple[int, ...], ...]

    @property
    def is_met(self) -> bool:
        return self.expected == self.said


@dataclass(frozen=True)
class FeedbackPage:
    """After a training item: what was expected of it, in the numbers that the rater saw."""

    explanation_html: Markup
    criteria: tuple[ExpectedView, ...]
    item: RatingPage

    @property
    def is_met(self) -> bool:
        return all(one.is_met for one in self.criteria)


def feedback_page(session: Session, assignment: Assignment) -> FeedbackPage:
    """Raises NotFound for what is no training item, and before it was judged."""
    item = assignment.item
    if item.kind is not ItemKind.TRAINING or not assignment.judgements or not item.expected:
        raise NotFound(gettext("There is nothing at this address."))
    numbers = {slot.response_id: slot.number for slot in assignment.slots}
    shown = [numbers[one.response_id] for one in item.responses]
    latest = assignment.judgements[-1]
    return FeedbackPage(
        to_html(item.feedback),
        tuple(
            ExpectedView(
                verdict.criterion.label,
                _groups(dict(zip(shown, item.expected[verdict.criterion.key], strict=True))),
                _groups({one.slot.number: one.rank for one in verdict.slots if one.rank}),
            )
            for verdict in latest.verdicts
            if verdict.criterion.key in item.expected
        ),
        rating_page(session, assignment),
    )


def _groups(ranks: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(sorted(number for number, rank in ranks.items() if rank == this))
        for this in sorted(set(ranks.values()))
    )


def _page(
    study: Study,
    assignment: str,
    prompt: Prompt,
    forms: Sequence[Stripped],
    latest: Judgement | None,
    is_stripped: bool,
) -> RatingPage:
    reference = prompt.reference if study.show_reference else None
    is_plain = is_stripped or not study.markdown  # what is left is no Markdown any more
    return RatingPage(
        assignment=assignment,
        prompt=prompt.text,
        prompt_html=_typed(prompt.text, study),
        system=prompt.system,
        turns=tuple(_turn(turn, study) for turn in prompt.turns),
        reference=reference,
        reference_html=_typed(reference or "", study),
        answers=tuple(
            _answer(number, masked(study, form.text), study, is_plain=is_plain)
            for number, form in enumerate(forms, start=1)
        ),
        criteria=tuple(_criterion(one, latest, study.criteria) for one in study.criteria),
        comment=latest.comment if latest else "",
        instructions_html=to_html(study.instructions),
        asks_marks=study.marks,
        marks=tuple(_marks(latest, forms)) if latest and study.marks else (),
    )


def _turn(turn: Mapping[str, str], study: Study) -> TurnView:
    return TurnView(turn["role"], turn["content"], _typed(turn["content"], study))


def _typed(text: str, study: Study) -> Markup:
    """What stands around the answers, line by line as it was typed."""
    return to_html(text, breaks=True) if study.markdown else Markup()


def masked(study: Study, text: str) -> str:
    """The answer, without the words that tell who made it where the study hides them."""
    if not study.mask_introductions:
        return text
    return mask_introductions(text, [one.run_variant.variant.name for one in study.variants])


def _answer(number: int, text: str, study: Study, *, is_plain: bool) -> AnswerView:
    if is_plain:
        html = plain_to_html(text) if study.marks else Markup()
    else:
        html = to_html(text, positions=study.marks)
    return AnswerView(number, text, html, is_plain)


def _marks(judgement: Judgement, forms: Sequence[Stripped]) -> Iterator[MarkView]:
    for mark in sorted(judgement.marks, key=lambda mark: (mark.slot.number, mark.start, mark.end)):
        number = mark.slot.number
        start, end = forms[number - 1].in_text(mark.start, mark.end)
        yield MarkView(number, start, end, mark.kind, mark.correction, mark.source)


def _criterion(
    criterion: Criterion, latest: Judgement | None, others: Sequence[Criterion]
) -> CriterionView:
    verdicts = latest.verdicts if latest else []
    verdict = next((v for v in verdicts if v.criterion_id == criterion.id), None)
    said = verdict.slots if verdict else []
    return CriterionView(
        key=criterion.key,
        label=criterion.label,
        guidance=criterion.guidance,
        asks_preference=criterion.asks_preference,
        scale=asked_scale(criterion),
        required=criterion.required,
        shown_if=_condition(criterion, others),
        outcome=verdict.outcome if verdict else None,
        ranks={one.slot.number: one.rank for one in said if one.rank is not None},
        scores={one.slot.number: one.score for one in said if one.score is not None},
        texts={one.slot.number: one.text for one in said if one.text is not None},
        value=verdict.value if verdict else None,
        text=verdict.text if verdict else None,
    )


def _condition(criterion: Criterion, others: Sequence[Criterion]) -> ConditionView | None:
    condition = shown_if(criterion)
    if condition is None:
        return None
    other = next(other for other in others if other.key == condition.criterion)
    scale = asked_scale(other)
    words = tuple(scale.words(value) for value in condition.values) if scale else ()
    return ConditionView(other.key, other.label, tuple(condition.values), words)
