"""A result in one plain sentence: what was found, or that nothing can be told apart."""

from dataclasses import replace

from app.analysis.intervals import Estimate

EVEN = 0.5


def preference_sentence(
    first: str, second: str, criterion: str, share: Estimate, *, all_tied: bool = False
) -> str:
    """`share` is that of `first`, ties as half. A preference is claimed only by its interval."""
    criterion = criterion.lower()
    if share.value is None:
        return f"{first} and {second} have not been compared on {criterion} yet."
    if all_tied:
        return (
            f"{first} and {second} tied on {criterion} in every comparison "
            f"({_comparisons(share.n)} of {_prompts(share.clusters)})."
        )
    undecided = f"{first} and {second} cannot be distinguished on {criterion} with these data"
    if share.value < EVEN:
        first, second, share = second, first, _turned(share)
    assert share.value is not None
    if share.low is None:
        return (
            f"{undecided} ({first} was preferred in "
            f"{percent(share.value)} of {_comparisons(share.n)}; no interval: {share.reason})."
        )
    bounds = f"95 % interval {_range(share)}, ties count half"
    if share.low > EVEN:
        return (
            f"Raters preferred {first} over {second} on {criterion} in "
            f"{percent(share.value)} of {_comparisons(share.n)} ({bounds})."
        )
    return (
        f"{undecided} ({first} was preferred in "
        f"{percent(share.value)} of {_comparisons(share.n)}, {bounds})."
    )


def percent(share: float) -> str:
    return f"{_rounded(share)} %"


def _comparisons(n: int) -> str:
    return "1 comparison" if n == 1 else f"{n:,} comparisons"


def _prompts(n: int) -> str:
    return "1 prompt" if n == 1 else f"{n:,} prompts"


def _range(share: Estimate) -> str:
    assert share.low is not None
    assert share.high is not None
    return f"{_rounded(share.low)} to {_rounded(share.high)} %"


def _rounded(share: float) -> int:
    # Halves go up, as people expect; `round` would send 52.5 to 52.
    return int(round(share * 100, 6) + 0.5)


def _turned(share: Estimate) -> Estimate:
    """The same comparisons seen from the second variant."""
    assert share.value is not None
    low = None if share.high is None else 1 - share.high
    high = None if share.low is None else 1 - share.low
    return replace(share, value=1 - share.value, low=low, high=high)
