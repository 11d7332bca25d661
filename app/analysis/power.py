"""What a planned study could detect, asked before it begins.

The share of wins (a tie is half) is tested against 50 %. Judgements of one prompt resemble each
other, so n of them are worth n / (1 + (ratings per item - 1) x within_prompt) independent ones, and
likewise for those of one rater (the design effect: Kish, Survey Sampling, 1965, section 5.4).
"""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

from app.analysis.intervals import FEWEST_CLUSTERS, LEVEL

POWER = 0.8
# Where two raters agree on 65 % of what both decide, and variants win equally often, the
# correlation is 2 x 0.65 - 1. Published studies report agreement from 63 % (Bai et al., arXiv
# 2204.05862) to 73 % (Ouyang et al., arXiv 2203.02155).
WITHIN_PROMPT = 0.3
# An assumption: what raters favour differs less than what prompts do.
WITHIN_RATER = 0.02
TIES = 0.2


@dataclass(frozen=True)
class Detectable:
    """The smallest share above 50 % that would be found, and its distance from 50 %; None where
    not even a variant that never loses would be. `effective`: how many independent judgements the
    planned ones are worth.
    """

    share: float | None
    difference: float | None
    effective: float


def smallest_detectable(
    *,
    prompts: int,
    ratings_per_item: int,
    raters: int | None = None,
    within_prompt: float = WITHIN_PROMPT,
    within_rater: float = WITHIN_RATER,
    ties: float = TIES,
    power: float = POWER,
    level: float = LEVEL,
) -> Detectable:
    """Of two variants. `within_prompt`: the correlation of two raters' points on one prompt,
    `within_rater` that of one rater's on two prompts, counted where `raters` is given; `ties`:
    their share. Raises ValueError for shares and correlations outside of 0 to 1 and for no ratings.
    """
    _check(ties, within_prompt, within_rater, power, level, least=min(prompts, ratings_per_item))
    judgements = prompts * ratings_per_item
    load = judgements / raters if raters else 1.0
    effective = judgements / _effect(ratings_per_item, within_prompt, load, within_rater)
    reach = _reach(power, level)
    difference = sqrt((1 - ties) * reach / (effective + reach)) / 2
    if prompts < FEWEST_CLUSTERS or difference > (1 - ties) / 2:
        return Detectable(None, None, effective)
    return Detectable(0.5 + difference, difference, effective)


def prompts_needed(
    *,
    share: float,
    ratings_per_item: int,
    within_prompt: float = WITHIN_PROMPT,
    ties: float = TIES,
    power: float = POWER,
    level: float = LEVEL,
) -> int:
    """How many prompts show that a variant wins this `share`, ties as half. Raises ValueError like
    `smallest_detectable`, and for a share of 1/2 or one that ties leave no room for.
    """
    _check(ties, within_prompt, power, level, least=ratings_per_item)
    difference = abs(share - 0.5)
    if not 0 < difference <= (1 - ties) / 2:
        raise ValueError(f"with {ties:.0%} ties no variant wins {share:.0%} and differs from 50 %")
    effective = _reach(power, level) * ((1 - ties) / (4 * difference**2) - 1)
    effect = _effect(ratings_per_item, within_prompt, 1.0, 0.0)
    return max(ceil(effective * effect / ratings_per_item), FEWEST_CLUSTERS)


def _effect(ratings: int, within_prompt: float, load: float, within_rater: float) -> float:
    return 1 + (ratings - 1) * within_prompt + (load - 1) * within_rater


def _reach(power: float, level: float) -> float:
    """The squared distance from 50 %, in standard errors, that is found with this power.

    One vote's points have the variance (1 - ties) / 4 - difference^2, so the distance that n votes
    need solves difference^2 = reach x variance / n.
    """
    normal = NormalDist()
    return (normal.inv_cdf((1 + level) / 2) + normal.inv_cdf(power)) ** 2


def _check(*shares: float, least: int) -> None:
    if not all(0 <= one <= 1 for one in shares):
        raise ValueError("shares and correlations are from 0 to 1")
    if least < 1:
        raise ValueError("there has to be at least one prompt, and one rating of each item")
