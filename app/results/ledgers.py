"""Factuality and style side by side: the place of each variant, and where the two part."""

from itertools import permutations

from app.analysis.ledgers import cross_table, plane
from app.results.model import LedgersResult
from app.results.preferences import variants_of
from app.results.votes import CriterionVotes
from app.tables import Criterion

_USUAL = ("factuality", "style")


def ledgers_of(
    given: dict[str, CriterionVotes], criteria: dict[str, Criterion]
) -> LedgersResult | None:
    """Of factuality and style, else of the first two criteria that ask for a preference; None where
    there are fewer or nothing was said on one of them."""
    found = _two(list(given))
    if found is None or not all(len(given[key].votes) for key in found):
        return None
    x, y = found
    variants = variants_of(given[x])
    places = plane(given[x].votes, given[y].votes)
    tables = cross_table(given[y].votes, given[x].votes)
    return LedgersResult(
        x=criteria[x].label,
        y=criteria[y].label,
        places=tuple((variants[place.variant], place) for place in places),
        tables=tuple(
            (variants[table.first], variants[table.second], table)
            for table in tables
            if table.share.n
        ),
    )


def _two(keys: list[str]) -> tuple[str, str] | None:
    if _USUAL in permutations(keys, 2):
        return _USUAL
    return (keys[0], keys[1]) if len(keys) > 1 else None
