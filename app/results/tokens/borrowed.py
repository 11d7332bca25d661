"""What judged answers have from the set their variant was trained on, and those rated wrong."""

import numpy as np

from app.borrowing import borrowed_when, report_borrowing
from app.results.columns import NOTHING, Booleans, JudgementColumns
from app.results.tokens.model import BorrowedVariant
from app.results.tokens.scored import ScoredVariant
from app.results.tokens.sentences import borrowed_finding
from app.tables import RaterKind


def borrowed_variant(
    columns: JudgementColumns, scored: ScoredVariant, is_wrong: Booleans | None, who: RaterKind
) -> BorrowedVariant | None:
    """`is_wrong`, shape (responses,): rated wrong; None where nothing says so. None without an
    instruction set, or where no judged answer was searched."""
    judged = np.unique(columns.response[columns.response != NOTHING])
    ids = columns.responses.id[judged].tolist()
    known = [
        (place, scored.answers.borrowed[id_])
        for place, id_ in zip(judged.tolist(), ids, strict=True)
        if id_ in scored.answers.borrowed
    ]
    if not known:
        return None
    places = np.array([place for place, _ in known])
    words = [one.content_words for _, one in known]
    prompts = columns.responses.prompt[places].tolist()
    report = report_borrowing(words, [one.by_chance for _, one in known], prompts)
    wrong = None if is_wrong is None else is_wrong[places]
    when_wrong = None if wrong is None else borrowed_when(words, wrong, prompts)
    return BorrowedVariant(
        variant=scored.ref,
        report=report,
        wrong=0 if wrong is None else int(wrong.sum()),
        when_wrong=when_wrong,
        finding=borrowed_finding(scored.ref, report, when_wrong, who),
    )
