"""What simulated raters are like: every number of the simulation in one place."""

from dataclasses import dataclass

LABEL = "Simulated raters: no person judged this."


@dataclass(frozen=True)
class SimulatedSpec:
    """How answers are worth something to simulated raters, and how they say so.

    On each criterion an answer's worth is the sum of: half of the criterion's effect (`factuality`,
    `style`; none for other criteria), added where its rule holds and else subtracted; an effect of
    this answer, the same for all raters, of standard deviation `prompt_sd`; the rater's leaning to
    its variant, `rater_sd`; noise of every single look, `noise_sd`; `left_bias` in the first slot;
    and `length_bias` for each doubling of its words beside the item's other answers.

    Worths are read off in steps of `tie_width` from a zero that each look draws anew, and equal
    steps tie: whether two answers tie depends on no third. `cannot_judge` is the share of verdicts
    that are withheld. Scores are worths, moved by the rater's generosity (`generosity_sd`), on the
    criterion's scale, through the logistic function.

    Of the raters `sloppy_share` are sloppy, evenly spread: noise and left bias are all they know,
    and an item takes them `sloppy_speed` of the time. Times are log-normal with the median
    `seconds` and the standard deviation `seconds_sd` of their logarithm. Every rater judges `share`
    of the items. Where marks are asked for, careful raters mark `mark_share` of the answers that do
    not meet the rule of factuality.
    """

    seed: int = 7
    share: float = 1.0
    factuality: float = 2.5
    style: float = 1.2
    prompt_sd: float = 0.5
    rater_sd: float = 0.3
    noise_sd: float = 0.8
    tie_width: float = 0.8
    left_bias: float = 0.2
    length_bias: float = 0.15
    generosity_sd: float = 0.4
    cannot_judge: float = 0.02
    sloppy_share: float = 0.1
    sloppy_speed: float = 0.3
    seconds: float = 25.0
    seconds_sd: float = 0.5
    mark_share: float = 0.5

    def effect(self, criterion: str) -> float:
        """By how much an answer that meets the criterion's rule is worth more."""
        return {"factuality": self.factuality, "style": self.style}.get(criterion, 0.0)

    def is_sloppy(self, number: int) -> bool:
        """Of the rater with this number, from 1: so many of any first raters, rounded down."""
        rounding = 1e-9
        before, after = (int(n * self.sloppy_share + rounding) for n in (number - 1, number))
        return after > before
