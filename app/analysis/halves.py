"""A preference in two halves of the prompts that differ in one thing: how far apart they are."""

from dataclasses import dataclass

from app.analysis.differences import difference
from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, Means, estimate_from, means_of
from app.analysis.pairs import pairs_among, turned
from app.analysis.resampling import SEED
from app.analysis.votes import Booleans, Votes


@dataclass(frozen=True)
class HalvesOfPair:
    """Shares of `first` < `second`, places of variants, ties as half: in the half, in the `rest`,
    and `gap`, the rest's less the half's. Intervals resample prompts, that of `by_rater` raters.
    """

    first: int
    second: int
    half: Estimate
    rest: Estimate
    gap: Estimate
    by_rater: Estimate


def halves_of_pairs(
    votes: Votes,
    in_half: Booleans,
    *,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> tuple[HalvesOfPair, ...]:
    """Every pair of the variants. `in_half`, shape (votes,), is the same for all of a prompt.

    The halves have no prompt in common, so over prompts their intervals are independent and are
    joined as such (`difference`). Raters judge in both, so they are drawn for both at once.
    """
    rows, pairs = turned(votes), pairs_among(len(votes.variants))
    thing, things = rows.pair + len(pairs) * in_half, 2 * len(pairs)
    prompts, raters = (
        means_of(rows.points, thing, things, cluster, seed=seed, resamples=resamples)
        for cluster in (votes.prompt, votes.rater)
    )
    shares = [prompts.share(place, level=level) for place in range(things)]
    gaps = zip(shares[: len(pairs)], shares[len(pairs) :], strict=True)
    return tuple(
        HalvesOfPair(*pair, half, rest, difference(rest, half), _over_raters(raters, place, level))
        for place, (pair, (rest, half)) in enumerate(zip(pairs, gaps, strict=True))
    )


def _over_raters(raters: Means, place: int, level: float) -> Estimate:
    """Of the rest's share less the half's, with raters drawn for both."""
    other = place + len(raters.n) // 2
    both = raters.n[[place, other]]
    clusters = int(raters.clusters[[place, other]].min())
    if not both.all():
        return Estimate(None, None, None, int(both.sum()), clusters, "no data")
    draws = raters.draws[:, place] - raters.draws[:, other]
    value = float(raters.value[place] - raters.value[other])
    return estimate_from(
        value, draws, int(both.sum()), clusters, level=level, of="rater", what="gap"
    )
