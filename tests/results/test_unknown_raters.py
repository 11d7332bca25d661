"""A file that does not say who judged: nothing is said of other raters."""

import json
import random
from io import BytesIO

from sqlalchemy.orm import Session

from app.judged import read_judgements, store_judgements
from app.readers import Source
from app.results import study_result
from app.results.sentences import UNKNOWN_RATERS, Claim
from tests.judged.test_arena import battle


def source(judge: str | None) -> Source:
    rng = random.Random(1)
    rows = []
    for prompt in range(20):
        for vote in range(8):
            row = battle(prompt, "model_a" if rng.random() < 0.85 else "model_b", f"{judge}-{vote}")
            if judge is None:
                del row["judge"]
            rows.append(row)
    return Source("battles.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))


def test_the_claim_is_not_general(session: Session) -> None:
    study = store_judgements(session, read_judgements([source(None)]), name="anonymous").study
    result = study_result(session, study)
    [pair] = result.criteria[0].pairs
    assert pair.finding.claim is Claim.THESE_RATERS
    assert (pair.by_rater.low, pair.by_rater.reason) == (None, UNKNOWN_RATERS)
    assert (result.knows_raters, result.rater_reports, result.choices.raters) == (False, (), ())
    assert "Who judged is not known" in result.criteria[0].headline


def test_with_names_it_is(session: Session) -> None:
    study = store_judgements(session, read_judgements([source("ann")]), name="named").study
    result = study_result(session, study)
    assert result.knows_raters
    assert result.criteria[0].pairs[0].finding.claim is Claim.GENERAL
    assert len(result.rater_reports) == 8
