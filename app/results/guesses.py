"""What raters took answers for at the end, beside what they were: did the blinding hold?"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.blinding import Naming, blinding
from app.results.columns import JudgementColumns
from app.results.model import GuessesResult, KindGuesses
from app.results.records import pseudonyms
from app.results.sentences import percent
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
            KindGuesses(kind, kind_words(kind), bang, _reading(naming))
            for kind, bang, naming in zip(kinds, found.bang, found.naming, strict=True)
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


def _reading(naming: Naming) -> str:
    """In words, whether a kind was recognised; empty where nothing can be said. Not from Bang's
    index: that of a kind which raters name much, whatever they see, is above 0, too."""
    apart = naming.difference
    if apart.low is None or apart.high is None:
        return ""
    assert naming.own.value is not None
    assert naming.others.value is not None
    claim = "not told from chance"
    if apart.low > 0:
        claim = "recognised more often than by chance"
    elif apart.high < 0:
        claim = "named on its own answers less often than by chance"
    return (
        f"{claim}: {percent(naming.own.value)} of its answers were taken for it, "
        f"{percent(naming.others.value)} of others"
    )
