"""What raters took answers for at the end, beside what they were: did the blinding hold?"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.blinding import blinding
from app.analysis.intervals import Estimate
from app.results.columns import JudgementColumns
from app.results.model import GuessesResult, KindGuesses
from app.results.records import pseudonyms
from app.sessions import GuessRow, read_guesses
from app.studies import asks_kinds, kind_words, kinds_of
from app.tables import RaterKind, Study


def guesses_result(
    session: Session, study: Study, columns: JudgementColumns
) -> GuessesResult | None:
    """Of the judgements that are left; None where raters are not asked."""
    rows = read_guesses(session, study)
    if not rows and not asks_kinds(study):
        return None
    kinds, names = kinds_of(study), pseudonyms(session, study, RaterKind.HUMAN)
    left = _left(rows, names, columns)
    actual = np.array([kinds.index(row.kind) for row in left], dtype=np.intp)
    guess = np.array([[*kinds, None].index(row.guess) for row in left], dtype=np.intp)
    rater = np.array([row.account for row in left], dtype=np.intp)
    found = blinding(actual, guess, rater, len(kinds))
    return GuessesResult(
        kinds=tuple(
            KindGuesses(kind, kind_words(kind), bang, _reading(bang))
            for kind, bang in zip(kinds, found.bang, strict=True)
        ),
        james=found.james,
        right=found.accuracy.right,
        chance=found.accuracy.chance,
        asked=len(left),
        raters=len(np.unique(rater)),
    )


def _left(
    rows: Sequence[GuessRow], names: Mapping[int, str], columns: JudgementColumns
) -> list[GuessRow]:
    """Those on items whose judgement by the same rater is left."""
    place = {one.name: number for number, one in enumerate(columns.raters)}
    judged = columns.item.astype(np.int64) * len(place) + columns.rater
    guessed = [row.item * len(place) + place[names[row.account]] for row in rows]
    kept = np.isin(np.array(guessed, dtype=np.int64), judged)
    return [row for row, is_left in zip(rows, kept.tolist(), strict=True) if is_left]


def _reading(bang: Estimate) -> str:
    """In words, what Bang's index of a kind says; empty where nothing can be said."""
    if bang.low is None or bang.high is None:
        return ""
    if bang.low > 0:
        return "recognised more often than by chance"
    if bang.high < 0:
        return "taken for another kind more often than by chance"
    return "not told from chance"
