"""Which answers raters found wrong, by a stated rule."""

from collections.abc import Sequence

import numpy as np

from app.criteria import AskedScale, asked_scale
from app.results.columns import NOTHING, Booleans, JudgementColumns
from app.results.tokens.marked import wrong_marks
from app.tables import Criterion, Scale, Study

FACTS = "factuality"
_ORDERED = (Scale.LIKERT, Scale.SLIDER, Scale.YES_NO)


def scale_of_facts(criteria: Sequence[Criterion]) -> AskedScale | None:
    """Of each answer on factuality; None where nothing is asked that has a low end."""
    scales = [asked_scale(one) for one in criteria if one.key == FACTS]
    found = scales[0] if scales else None
    return found if found and found.per_answer and found.kind in _ORDERED else None


def rule_in_words(study: Study) -> str:
    """Which answers count as rated wrong; empty where nothing is asked that would say so."""
    said = []
    if study.marks:
        said.append("marked something in it as wrong")
    if scale := scale_of_facts(study.criteria):
        said.append(
            f"answered no on {FACTS}"
            if scale.kind is Scale.YES_NO
            else f"scored it below the middle of the scale on {FACTS}"
        )
    return f"at least half of those who judged it {' or '.join(said)}" if said else ""


def rated_wrong(columns: JudgementColumns, scale: AskedScale | None) -> Booleans:
    """Shape (responses,). `scale`: that of factuality."""
    says_wrong = np.zeros(columns.response.shape, dtype=np.bool_)
    wrong = wrong_marks(columns)
    says_wrong[columns.marks.judgement[wrong], columns.marks.slot[wrong]] = True
    if scale is not None:
        scores = columns.criterion(FACTS).scores
        middle = (scale.lowest + scale.highest) / 2
        says_wrong |= (scores != NOTHING) & (scores < middle)
    there = columns.response != NOTHING
    count = len(columns.responses.id)
    judged = np.bincount(columns.response[there], minlength=count)
    against = np.bincount(columns.response[there & says_wrong], minlength=count)
    return np.asarray((judged > 0) & (2 * against >= judged))
