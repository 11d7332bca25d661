"""Simulated raters into a study, with judgements of their own beside those of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict
from app.simulation.answers import Answers, read_answers
from app.simulation.judging import Judge
from app.simulation.orders import Orders
from app.simulation.rules import RULES, Place, Rule, longest_sentence
from app.simulation.spec import SimulatedSpec
from app.simulation.verdicts import Question
from app.simulation.worth import merits
from app.simulation.write import Sitting, write_sittings
from app.tables import (
    Account,
    Assignment,
    Invitation,
    Item,
    Prompt,
    RaterKind,
    Slot,
    Study,
    StudyState,
)

MOST = 1000


@dataclass(frozen=True)
class Simulation:
    """`raters` are all that the study has now; `added` and `judgements` came with this call."""

    spec: SimulatedSpec
    raters: int
    added: int
    judgements: int


def simulate(
    session: Session,
    study: Study,
    count: int,
    *,
    spec: SimulatedSpec | None = None,
    rules: Mapping[str, Rule] = RULES,
    wrong: Place = longest_sentence,
) -> Simulation:
    """Has the study judged by as many simulated raters as are missing to `count`. `wrong`: what
    they mark where they are asked for marks.

    Without a spec they are like those who are there already, else as by default. Raises Conflict
    for a draft, and where other simulated raters are there; AppError for a count out of bounds, and
    where no prompt of the study has a reference answer to judge facts by.
    """
    if not 1 <= count <= MOST:
        raise AppError(f"Simulate between 1 and {MOST} raters.")
    _require_material(session, study)
    before = simulated_raters(session, study)
    settled = _settled(study, before, spec)
    numbers = range(len(before) + 1, count + 1)
    answers = read_answers(session, study, rules, wrong)
    sittings = _sittings(session, study, answers, settled, numbers)
    write_sittings(session, study, answers, settled, sittings)
    judged = sum(len(sitting.shown) for sitting in sittings)
    return Simulation(settled, max(len(before), count), len(numbers), judged)


def simulated_raters(session: Session, study: Study) -> list[Invitation]:
    """In the order of their numbers. `external` holds the truth: the number, sloppy or not, and
    under `spec` everything that they were drawn from; nothing of it where they were imported."""
    query = (
        select(Invitation)
        .join(Account, Account.id == Invitation.account_id)
        .where(Invitation.study_id == study.id, Account.rater_kind == RaterKind.SIMULATED)
        .order_by(Invitation.id)
    )
    return list(session.scalars(query))


def _require_material(session: Session, study: Study) -> None:
    if study.state is StudyState.DRAFT:
        raise Conflict(f"{study.name} is a draft: it has no items yet.", hint="Open it first.")
    referenced = (
        select(Item.id)
        .join(Prompt, Prompt.id == Item.prompt_id)
        .where(Item.study_id == study.id, Prompt.reference.is_not(None))
    )
    if session.scalar(referenced.limit(1)) is None:
        raise AppError(
            f"No prompt of {study.name} has a reference answer.",
            hint="Simulated raters judge facts by it: import prompts with references.",
        )


def _settled(
    study: Study, before: Sequence[Invitation], spec: SimulatedSpec | None
) -> SimulatedSpec:
    stored = [one.external["spec"] for one in before if "spec" in one.external]
    if not stored:
        return spec or SimulatedSpec()
    there = SimulatedSpec(**stored[-1])
    if spec not in (None, there):
        raise Conflict(
            f"{study.name} has simulated raters of another kind.",
            hint="Raters of one study are drawn from one specification.",
        )
    return there


def _sittings(
    session: Session, study: Study, answers: Answers, spec: SimulatedSpec, numbers: Sequence[int]
) -> list[Sitting]:
    questions = [Question.of(criterion) for criterion in study.criteria]
    worth = {question.key: merits(spec, answers, question.key) for question in questions}
    judge = Judge(spec, answers, questions, worth, marks=study.marks)
    orders = Orders(answers, study.seed)
    _note_earlier(session, study, answers, orders)
    sittings = []
    for number in numbers:
        shown = orders.of(f"simulated rater {number}", judge.items_of(number))
        sittings.append(Sitting(number, shown, list(judge.judge(number, shown))))
    return sittings


def _note_earlier(session: Session, study: Study, answers: Answers, orders: Orders) -> None:
    """What simulated raters who were there before have seen."""
    items = {item.id: number for number, item in enumerate(answers.items)}
    places = {int(response): place for place, response in enumerate(answers.response)}
    query = (
        select(Assignment.id, Assignment.item_id, Slot.response_id)
        .join(Account, Account.id == Assignment.account_id)
        .join(Slot, Slot.assignment_id == Assignment.id)
        .where(Assignment.item_id.in_(select(Item.id).where(Item.study_id == study.id)))
        .where(Account.rater_kind == RaterKind.SIMULATED)
        .order_by(Assignment.id, Slot.number)
    )
    seen: dict[tuple[int, int], list[int]] = {}
    for assignment, item, response in session.execute(query):
        seen.setdefault((assignment, items[item]), []).append(places[response])
    for (_, item), order in seen.items():
        orders.note(item, order)
