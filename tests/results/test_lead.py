"""What the headline says of many variants is what their ranking says, pair by pair."""

import json
import random
from itertools import combinations

import pytest
from sqlalchemy.orm import Session

from app.analysis import rank
from app.results import study_result
from app.results.read import read_columns
from app.results.votes import votes_on
from app.tables import Study
from tests.judged.conftest import import_into

VARIANTS = [f"v{number}" for number in range(7)]


@pytest.fixture
def study(session: Session) -> Study:
    """Few prompts: where intervals have to be wider than percentiles of resamples."""
    rng = random.Random(3)
    pairs = [(n, pair) for n in range(8) for pair in combinations(VARIANTS, 2)]
    rows = [
        {
            "item": item,
            "criterion": "style",
            "kind": "preference",
            "variants": pair,
            "value": "ranked",
            "ranks": rng.choice([(1, 2), (2, 1), (1, 2) if pair[0] < "v3" else (2, 1)]),
            "rater": "ann",
            "prompt_id": f"p{prompt}",
        }
        for item, (prompt, pair) in enumerate(pairs, start=1)
    ]
    return import_into(session, {"long.jsonl": "\n".join(map(json.dumps, rows))}).study


def test_pairs_are_told_apart_by_the_interval_of_their_difference(
    session: Session, study: Study
) -> None:
    columns = read_columns(session, study)
    ranking = rank(votes_on(columns, columns.criterion("style")).votes)
    pairs = [ranking.difference(*pair) for pair in combinations(range(len(VARIANTS)), 2)]
    told_apart = sum(one.low > 0 or one.high < 0 for one in pairs)
    [criterion] = study_result(session, study).criteria
    assert criterion.ranking is not None
    assert criterion.ranking.lead is not None
    assert (criterion.ranking.lead.told_apart, criterion.ranking.lead.pairs) == (told_apart, 21)
    assert f"{told_apart} of 21 pairs can be told apart" in criterion.headline
