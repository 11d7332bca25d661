"""Findings as sentences. They claim no more than the intervals do."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from app.analysis.intervals import Estimate
from app.tables import RaterKind

EVEN = 0.5
UNKNOWN_RATERS = "who judged is not known"
_NAMED = 3  # pairs that a headline names before it only counts them

WHO = {
    RaterKind.HUMAN: "Raters",
    RaterKind.JUDGE: "Judge models",
    RaterKind.SIMULATED: "Simulated raters",
}


class Claim(enum.StrEnum):
    """What the intervals of a pair allow to be said.

    `general`: a preference whichever is resampled, prompts or raters. `these_raters`: resampled
    prompts agree, resampled raters do not or are too few to tell.
    """

    NONE = "none"
    THESE_RATERS = "these_raters"
    GENERAL = "general"


@dataclass(frozen=True)
class Finding:
    """Two variants on one criterion: `share` is that of `first`, ties as half."""

    first: str
    second: str
    share: Estimate
    by_rater: Estimate | None = None
    all_tied: bool = False

    @property
    def claim(self) -> Claim:
        if not _excludes_even(self.share):
            return Claim.NONE
        general = self.by_rater is not None and _excludes_even(self.by_rater)
        return Claim.GENERAL if general else Claim.THESE_RATERS

    def turned(self) -> "Finding":
        """The same comparisons with the preferred variant first."""
        if self.share.value is None or self.share.value >= EVEN:
            return self
        by_rater = self.by_rater and _turned(self.by_rater)
        return Finding(self.second, self.first, _turned(self.share), by_rater, self.all_tied)


def _excludes_even(share: Estimate) -> bool:
    return share.low is not None and share.high is not None and not share.low <= EVEN <= share.high


class Claimed(Protocol):
    """Something that is claimed of two variants."""

    @property
    def claim(self) -> Claim: ...

    @property
    def by_rater(self) -> Estimate | None: ...


def headline(criterion: str, findings: Sequence[Finding], who: RaterKind = RaterKind.HUMAN) -> str:
    """One sentence on a criterion that can be quoted as it stands."""
    findings = [one for one in findings if one.share.value is not None]
    if not findings:
        return f"Nothing has been compared on {criterion.lower()} yet."
    compared = [one.turned() for one in findings]
    claimed = [one for one in compared if one.claim is not Claim.NONE]
    if not claimed:
        return _nothing_claimed(criterion, findings, who)
    # The surest first: the one whose interval is farthest from even.
    claimed.sort(key=lambda one: (one.share.low or 0.0, one.share.value or 0.0), reverse=True)
    surest, *others = claimed[:_NAMED]
    sentence = f"{WHO[who]} preferred {_preferred(surest, f' on {criterion.lower()}')}"
    sentence += "".join(f"; {_preferred(one)}" for one in others)
    return sentence + _rest(compared, claimed) + "." + limits(claimed)


def ranking_headline(
    criterion: str,
    first: str,
    share: float,
    told_apart: int,
    pairs: int,
    variants: int,
    who: RaterKind = RaterKind.HUMAN,
) -> str:
    """Of many variants: who is first and how surely, and how many pairs can be told apart."""
    return (
        f"{WHO[who]} put {first} first of {variants} variants on {criterion.lower()}, and do so in "
        f"{percent(share)} of resampled sets of prompts; the strengths of {told_apart:,} of "
        f"{pairs:,} pairs can be told apart, the others cannot."
    )


def _preferred(finding: Finding, on: str = "") -> str:
    share = finding.share
    assert share.value is not None
    return (
        f"{finding.first} over {finding.second}{on} in {percent(share.value)} of "
        f"{comparisons(share.n)}, 95 % interval {_range(share)}"
    )


def _rest(compared: Sequence[Finding], claimed: Sequence[Finding]) -> str:
    parts = []
    if len(claimed) > _NAMED:
        parts.append(f"{len(claimed)} of {len(compared)} pairs can be told apart")
    same = [one for one in compared if one.claim is Claim.NONE]
    if 0 < len(same) <= _NAMED:
        parts += [f"{one.first} and {one.second} cannot be distinguished" for one in same]
    elif same:
        parts.append(f"{len(same)} of {len(compared)} pairs cannot be distinguished")
    return "".join(f"; {part}" for part in parts)


def _nothing_claimed(criterion: str, compared: Sequence[Finding], who: RaterKind) -> str:
    on = criterion.lower() + by(who)
    if all(one.all_tied for one in compared):
        return f"Every comparison was a tie on {on}."
    if len(compared) > _NAMED:
        return f"None of {len(compared)} pairs can be distinguished on {on} with these data."
    names = list(dict.fromkeys(name for one in compared for name in (one.first, one.second)))
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed} cannot be distinguished on {on} with these data."


def by(who: RaterKind) -> str:
    """A sentence that does not begin with who judged says it where it was no person."""
    return "" if who is RaterKind.HUMAN else f" by {WHO[who].lower()}"


def limits(claimed: Sequence[Claimed]) -> str:
    """What a sentence adds that holds of these raters only."""
    if all(one.claim is Claim.GENERAL for one in claimed):
        return ""
    if any(one.by_rater and one.by_rater.reason == UNKNOWN_RATERS for one in claimed):
        return " Who judged is not known, so nothing is said of other raters."
    few = [one.by_rater for one in claimed if one.by_rater and one.by_rater.low is None]
    if few:
        return " With so few raters this is known of these raters only."
    return " Resampling raters does not bear it out everywhere: it is known of these raters only."


def preference_sentence(criterion: str, finding: Finding, who: RaterKind = RaterKind.HUMAN) -> str:
    """One pair on one criterion. A preference is claimed only by its interval."""
    criterion = criterion.lower()
    first, second, share = finding.first, finding.second, finding.share
    if share.value is None:
        return f"{first} and {second} have not been compared on {criterion} yet."
    if finding.all_tied:
        return (
            f"{first} and {second} tied on {criterion} in every comparison "
            f"({comparisons(share.n)} of {_prompts(share.clusters)})."
        )
    undecided = f"{first} and {second} cannot be distinguished on {criterion} with these data"
    turned = finding.turned()
    first, second, share = turned.first, turned.second, turned.share
    assert share.value is not None
    if share.low is None:
        return (
            f"{undecided} ({first} was preferred in "
            f"{percent(share.value)} of {comparisons(share.n)}; no interval: {share.reason})."
        )
    bounds = f"95 % interval {_range(share)}, ties count half"
    if finding.claim is not Claim.NONE:
        return (
            f"{WHO[who]} preferred {first} over {second} on {criterion} in "
            f"{percent(share.value)} of {comparisons(share.n)} ({bounds})."
        )
    return (
        f"{undecided} ({first} was preferred in "
        f"{percent(share.value)} of {comparisons(share.n)}, {bounds})."
    )


def percent(share: float) -> str:
    return f"{hundredths(share)} %"


def comparisons(n: int) -> str:
    return "1 comparison" if n == 1 else f"{n:,} comparisons"


def _prompts(n: int) -> str:
    return "1 prompt" if n == 1 else f"{n:,} prompts"


def _range(share: Estimate) -> str:
    assert share.low is not None
    assert share.high is not None
    return f"{hundredths(share.low)} to {hundredths(share.high)} %"


def hundredths(share: float) -> int:
    """As every page, figure and file writes a share, so that no two of them differ."""
    # Halves go up, as people expect; `round` would send 52.5 to 52.
    return int(round(share * 100, 6) + 0.5)


def _turned(share: Estimate) -> Estimate:
    """The same comparisons seen from the second variant."""
    if share.value is None:
        return share
    low = None if share.high is None else 1 - share.high
    high = None if share.low is None else 1 - share.low
    return replace(share, value=1 - share.value, low=low, high=high)
