"""The rater's form: flat fields of the page into a form that says what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from app.blinding import CriterionView, RatingPage
from app.criteria import MAX_TEXT, AskedScale, Given, asked_of, asked_scale, shown_if
from app.errors import InvalidInput, Problem
from app.i18n import gettext
from app.ratings.marks import MarkForm
from app.ratings.typed import Typed, clean_text, whole_number
from app.tables import Criterion, Outcome, Scale

MAX_COMMENT = 5000


class VerdictForm(BaseModel):
    """One criterion: the outcome (none when only a scale is asked), ranks, scores, texts by slot.

    `value` and `text` answer a scale that is asked once of the item.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    outcome: Outcome | None
    ranks: dict[int, int] = Field(default_factory=dict)
    scores: dict[int, int] = Field(default_factory=dict)
    texts: dict[int, str] = Field(default_factory=dict)
    value: int | None = None
    text: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (
            self.outcome or self.scores or self.texts or self.text or self.value is not None
        )


class RatingForm(BaseModel):
    """A complete judgement. `form_id` names one showing of the page: a repeat is not a new one."""

    model_config = ConfigDict(frozen=True)

    verdicts: tuple[VerdictForm, ...]
    comment: str = ""
    visible_ms: int | None = None
    form_id: str | None = None
    marks: tuple[MarkForm, ...] = ()


def parse_rating(
    fields: Mapping[str, str], criteria: Sequence[Criterion], slots: int
) -> RatingForm:
    """What was said on every criterion that is asked; nothing is kept of those that are not.

    Raises InvalidInput that lists everything missing, criterion by criterion.
    """
    problems: list[Problem] = []
    verdicts = _verdicts(fields, criteria, range(1, slots + 1), problems)
    comment = clean_text(fields.get("comment", ""))
    if len(comment) > MAX_COMMENT:
        problems.append(Problem(gettext("Comment"), _shorten(MAX_COMMENT)))
    if problems:
        raise InvalidInput(gettext("The judgement is not complete yet."), problems)
    return RatingForm(
        verdicts=tuple(verdict for verdict in verdicts if not verdict.is_empty),
        comment=comment,
        visible_ms=whole_number(fields.get("visible_ms"), range(24 * 3600 * 1000)),
        form_id=fields.get("form_id", "").replace("\0", "")[:64] or None,
    )


def keep_typed(page: RatingPage, fields: Mapping[str, str]) -> RatingPage:
    """The page with what was typed, complete or not, in place of what is stored."""
    slots = range(1, len(page.answers) + 1)
    criteria = tuple(
        _kept(criterion, Typed(fields, criterion.key, slots)) for criterion in page.criteria
    )
    return replace(page, criteria=criteria, comment=clean_text(fields.get("comment", "")))


def _kept(criterion: CriterionView, typed: Typed) -> CriterionView:
    scale = criterion.scale
    return replace(
        criterion,
        outcome=typed.outcome or (Outcome.RANKED if typed.pair else None),
        ranks=typed.pair or typed.ranks,
        scores=typed.scores(scale.values) if scale else {},
        texts=typed.texts,
        value=typed.value(scale.values) if scale else None,
        text=typed.text,
    )


def _verdicts(
    fields: Mapping[str, str], criteria: Sequence[Criterion], slots: range, problems: list[Problem]
) -> list[VerdictForm]:
    """In order: a condition looks at what was said before."""
    verdicts: list[VerdictForm] = []
    given: dict[str, Given] = {}
    for criterion in criteria:
        asked = asked_of(shown_if(criterion), given, slots)
        if asked:
            typed = Typed(fields, criterion.key, slots)
            verdict = _verdict(criterion, typed, asked, problems)
            verdicts.append(verdict)
            given[criterion.key] = Given(verdict.value, verdict.scores)
    return verdicts


def _verdict(
    criterion: Criterion, typed: Typed, asked: Sequence[int], problems: list[Problem]
) -> VerdictForm:
    """`asked`: the answers that the scale is asked of; a preference is always among all."""
    if typed.outcome is Outcome.CANNOT_JUDGE:
        return VerdictForm(key=criterion.key, outcome=typed.outcome)
    verdict = VerdictForm(key=criterion.key, outcome=None)
    messages: list[str] = []
    if criterion.asks_preference:
        outcome, ranks = typed.preference()
        verdict = verdict.model_copy(update={"outcome": outcome, "ranks": ranks})
        if outcome is None and (criterion.required or typed.ranks):
            messages.append(_which(len(typed.slots)))
    if scale := asked_scale(criterion):
        verdict = verdict.model_copy(update=_said(scale, typed, asked))
        messages += _missing(scale, verdict, asked) if criterion.required else ()
        messages += _too_long(verdict)
    problems += [Problem(criterion.label, message) for message in messages]
    return verdict


def _said(scale: AskedScale, typed: Typed, asked: Sequence[int]) -> dict[str, object]:
    """What was typed on the scale, by the names of a verdict's fields."""
    if scale.kind is Scale.TEXT:
        texts = {slot: text for slot, text in typed.texts.items() if slot in asked}
        return {"texts": texts} if scale.per_answer else {"text": typed.text}
    scores = {slot: n for slot, n in typed.scores(scale.values).items() if slot in asked}
    return {"scores": scores} if scale.per_answer else {"value": typed.value(scale.values)}


def _which(slots: int) -> str:
    if slots == 2:
        return gettext("say which answer is better.")
    return gettext("give every answer a rank.")


def _missing(scale: AskedScale, verdict: VerdictForm, asked: Sequence[int]) -> list[str]:
    if not scale.per_answer:
        said = verdict.value is not None or verdict.text is not None
        return [] if said else [_to_do(scale, "")]
    there = verdict.texts if scale.kind is Scale.TEXT else verdict.scores
    absent = ", ".join(
        gettext("Answer %(number)s") % {"number": slot} for slot in asked if slot not in there
    )
    return [_to_do(scale, absent)] if absent else []


def _to_do(scale: AskedScale, answers: str) -> str:
    """`answers` names those that lack something; empty where the item is asked about."""
    named = {"answers": answers, "lowest": scale.lowest, "highest": scale.highest}
    match scale.kind, bool(answers):
        case Scale.YES_NO, True:
            said = gettext("say yes or no for %(answers)s.")
        case Scale.YES_NO, False:
            said = gettext("say yes or no.")
        case Scale.CHOICE, True:
            said = gettext("choose one option for %(answers)s.")
        case Scale.CHOICE, False:
            said = gettext("choose one option.")
        case Scale.TEXT, True:
            said = gettext("write something for %(answers)s.")
        case Scale.TEXT, False:
            said = gettext("write something.")
        case _, True:
            said = gettext("score %(answers)s from %(lowest)s to %(highest)s.")
        case _:
            said = gettext("score it from %(lowest)s to %(highest)s.")
    return said % named


def _shorten(most: int) -> str:
    return gettext("shorten it to %(count)s characters.") % {"count": most}


def _too_long(verdict: VerdictForm) -> list[str]:
    texts = [*verdict.texts.values(), verdict.text or ""]
    said = gettext("shorten the text to %(count)s characters.") % {"count": MAX_TEXT}
    return [said] * any(len(t) > MAX_TEXT for t in texts)
