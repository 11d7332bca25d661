"""A study that seeded raters judged through Triptych's own steps, with every kind of verdict."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO

from sqlalchemy.orm import Session

from app.criteria import DEFAULT_CRITERIA, CriterionForm
from app.ratings import RatingForm, enter, next_assignment, submit
from app.ratings.form import VerdictForm
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, invite, open_study
from app.tables import Assignment, Design, Outcome, Study

VARIANTS = ("base", "lora", "full")
STRENGTH = {"base": 0.0, "lora": 0.9, "full": 0.5}
SAME_TEXT = "p3"  # the prompt that lora and full answer with the same words

Judge = Callable[[random.Random, CriterionForm, Mapping[int, str]], VerdictForm]


def answers(prompts: int, variants: Sequence[str] = VARIANTS) -> bytes:
    rows = [
        {
            "prompt": f"=Question {number}?",
            "id": f"p{number}",
            "variant": name,
            "kind": name,
            "response": "the very same"
            if f"p{number}" == SAME_TEXT and name != "base"
            else f"{name} says {number}",
            "category": "odd" if number % 2 else "even",
            **({"system": "Be brief."} if number == 1 else {}),
            **(
                {
                    "turns": [
                        {"role": "user", "content": "Hi"},
                        {"role": "assistant", "content": "Hello"},
                    ]
                }
                if number == 2
                else {}
            ),
        }
        for number in range(prompts)
        for name in variants
    ]
    return "\n".join(map(json.dumps, rows)).encode()


def opened_study(
    session: Session,
    design: Design = Design.SIDE_BY_SIDE,
    *,
    name: str = "Islands",
    prompts: int = 12,
    raters: int = 3,
    variants: Sequence[str] = VARIANTS,
    criteria: Sequence[CriterionForm] = DEFAULT_CRITERIA,
    strip_half: bool = False,
) -> Study:
    files = [Source("answers.jsonl", BytesIO(answers(prompts, variants)))]
    run = import_responses(session, name=name, files=files).run
    form = StudyForm(
        name=name,
        run_id=run.id,
        run_variant_ids=[member.id for member in run.variants],
        design=design,
        ratings_per_item=raters,
        criteria=list(criteria),
        strip_half=strip_half,
        seed=7,
    )
    study = create_study(session, form)
    open_study(session, study)
    return study


def judge_all(
    session: Session,
    study: Study,
    judge: Judge,
    *,
    raters: int = 3,
    revised: float = 0.2,
    seed: int = 11,
) -> list[str]:
    """Every rater judges everything and revises a share of it. The raters' real names."""
    names = [f"Real Name {number} of {study.name}" for number in range(1, raters + 1)]
    for name in names:
        rater = enter(session, study.public_id, invite(session, study, name).account)
        # Otherwise random, and with it the orders: one run in forty leaned to a side by chance.
        rater.account.public_id = name
        while (assignment := next_assignment(session, rater)) is not None:
            # Seeded by what is judged and by whom, for items come in another order each time.
            shown = _shown(assignment)
            prompt = assignment.item.prompt.key
            rng = random.Random(f"{seed} {name} {prompt} {sorted(shown.values())}")
            submit(session, rater, assignment, _form(rng, study, shown, judge))
            if rng.random() < revised:
                submit(session, rater, assignment, _form(rng, study, shown, judge))
    return names


def _shown(assignment: Assignment) -> dict[int, str]:
    """Variant names by slot, in the order of the names."""
    names = {slot.number: slot.response.run_variant.variant.name for slot in assignment.slots}
    return dict(sorted(names.items(), key=lambda entry: entry[1]))


def _form(rng: random.Random, study: Study, shown: Mapping[int, str], judge: Judge) -> RatingForm:
    return RatingForm(
        verdicts=tuple(judge(rng, criterion, shown) for criterion in study.criteria),
        comment='=HYPERLINK("x")' if rng.random() < 0.3 else "",
        visible_ms=rng.randrange(1000, 90000),
    )


def mixed_judge(
    rng: random.Random, criterion: CriterionForm, shown: Mapping[int, str]
) -> VerdictForm:
    """Wins, ranked ties, both kinds of ties and `cannot judge`."""
    kind = rng.random()
    if kind < 0.08:
        return VerdictForm(key=criterion.key, outcome=Outcome.CANNOT_JUDGE)
    worth = {slot: STRENGTH[name] + rng.gauss(0, 0.7) for slot, name in shown.items()}
    scores = {slot: min(5, max(1, round(3 + value))) for slot, value in worth.items()}
    if criterion.scale is None:
        scores = {}
    if not criterion.asks_preference:
        return VerdictForm(key=criterion.key, outcome=None, scores=scores)
    if kind < 0.3:
        outcome = Outcome.TIE_GOOD if kind < 0.2 else Outcome.TIE_BAD
        return VerdictForm(
            key=criterion.key, outcome=outcome, ranks=dict.fromkeys(shown, 1), scores=scores
        )
    # Rounding makes ranked ties.
    levels = sorted({round(value) for value in worth.values()}, reverse=True)
    ranks = {slot: levels.index(round(value)) + 1 for slot, value in worth.items()}
    return VerdictForm(key=criterion.key, outcome=Outcome.RANKED, ranks=ranks, scores=scores)


def always(winner: str) -> Judge:
    """A rater who always puts `winner` first and ties the others."""

    def judge(_: random.Random, criterion: CriterionForm, shown: Mapping[int, str]) -> VerdictForm:
        return VerdictForm(
            key=criterion.key,
            outcome=Outcome.RANKED,
            ranks={slot: 1 if name == winner else 2 for slot, name in shown.items()},
            scores={slot: 5 if name == winner else 2 for slot, name in shown.items()},
        )

    return judge
