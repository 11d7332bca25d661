"""A judge beside people, criterion by criterion: read from the database and compared."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.criteria import AskedScale, asked_scale
from app.judges.preferences import PreferenceBeside, preference_beside
from app.judges.ratings import RatingBeside, rating_beside
from app.results.columns import FEATURES, JudgementColumns
from app.results.raters import read_raters
from app.results.votes import cannot_judge, votes_on
from app.tables import Criterion, Judge, RaterKind, Scale

_LENGTH = FEATURES.index("tokens")


@dataclass(frozen=True)
class CriterionBeside:
    """What was asked is compared: the preference, the scale, or both. `cannot_judge` of
    `judgements`: the judge's, in both orders. Texts are not compared."""

    key: str
    label: str
    scale: AskedScale | None
    preference: PreferenceBeside | None
    rating: RatingBeside | None
    cannot_judge: int
    judgements: int


@dataclass(frozen=True)
class Beside:
    """`judgements` and `people`: how many of each there are, and of how many people."""

    criteria: tuple[CriterionBeside, ...]
    judgements: int
    people_judgements: int
    people: int


def beside(
    session: Session,
    judge: Judge,
    people: JudgementColumns,
    judges: JudgementColumns,
) -> Beside:
    """What the judge has said by now, of all that `judges` of the study said, next to what `people`
    have whose judgements count."""
    accounts = list(read_raters(session, judge.study, RaterKind.JUDGE))
    drawn, turned = (accounts.index(one) for one in (judge.drawn_id, judge.reversed_id))
    mine = judges.take(np.isin(judges.rater, [drawn, turned]))
    criteria = (_criterion(one, people, mine, turned) for one in judge.study.criteria)
    return Beside(tuple(criteria), len(mine), len(people), len(np.unique(people.rater)))


def _criterion(
    criterion: Criterion, people: JudgementColumns, judge: JudgementColumns, turned: int
) -> CriterionBeside:
    key, scale = criterion.key, asked_scale(criterion)
    human, mine = people.criterion(key), judge.criterion(key)
    lengths = people.responses.features[:, _LENGTH]
    preference = rating = None
    if criterion.asks_preference:
        given = votes_on(people, human), votes_on(judge, mine)
        preference = preference_beside(*given, turned, lengths)
    if scale is not None and scale.kind is not Scale.TEXT:
        rating = rating_beside(people, judge, turned, key, scale)
    return CriterionBeside(
        key, criterion.label, scale, preference, rating, cannot_judge(mine), len(judge)
    )
