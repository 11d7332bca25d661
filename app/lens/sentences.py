"""What the lens found, as sentences. They claim no more than the intervals do."""

from collections.abc import Sequence

from app.analysis.intervals import Estimate
from app.lens.borrowings import VariantBorrowing
from app.lens.result import VariantLens
from app.wording import counted

_FINE = 0.1  # below, a share of tokens is written with one decimal
_PERCENT = "\u00a0%"  # no line begins with it


def share(value: float) -> str:
    """`88 %`, `6.6 %`, `99.8 %`: shifted tokens are few, and whole numbers would hide them."""
    if 0 < value < 0.0005:
        return f"less than 0.1{_PERCENT}"
    if 0.9995 < value < 1:
        return f"more than 99.9{_PERCENT}"
    if 0 < value < _FINE or 0.99 < value < 1:
        return f"{value * 100:.1f}{_PERCENT}"
    return f"{int(value * 100 + 0.5)}{_PERCENT}"


def between(low: float, high: float) -> str:
    """`87 to 89 %`, `0 to 1.5 %`."""
    return f"{share(low).removesuffix(_PERCENT)} to {share(high)}"


def finding(one: VariantLens) -> str:
    """One sentence on a variant that can be quoted as it stands."""
    shares = one.shares
    unshifted, shifted = shares.overall.unshifted, shares.overall.shifted
    if unshifted.value is None or shifted.value is None:
        return f"No token of {one.name} has been compared yet."
    return (
        f"Of {one.name}’s {unshifted.n:,} tokens, {one.base} ranks {share(unshifted.value)} first "
        f"({_interval(unshifted)}); {share(shifted.value)} are shifted{_parts(one)}."
    )


def _parts(one: VariantLens) -> str:
    opening, rest = one.shares.opening.shifted.value, one.shares.rest.shifted.value
    if opening is None or rest is None:
        return ""
    return f": {share(opening)} of the opening, {share(rest)} of the rest"


def opening_sentence(one: VariantLens) -> str:
    """Whether the change is gathered at the beginning, as the method’s authors found it."""
    apart = one.shares.opening_to_rest
    if apart.value is None:
        return ""
    if apart.low is None or apart.high is None:
        return f"How surely the opening differs from the rest is not known: {apart.reason}."
    if apart.low <= 0 <= apart.high:
        return f"Opening and rest cannot be told apart ({_points(apart)})."
    more = "more" if apart.value > 0 else "less"
    return f"The opening is shifted {more} often than the rest, by {_points(apart)}."


def contrast_sentence(first: str, second: str, apart: Estimate) -> str:
    """`apart`: the shifted share of `first` less that of `second`."""
    if apart.value is None:
        return f"{first} and {second} have no prompt in common."
    if apart.low is None or apart.high is None or apart.low <= 0 <= apart.high:
        return (
            f"{first} and {second} cannot be told apart by the share of their tokens that are "
            f"shifted (they differ by {_points(apart)})."
        )
    if apart.value < 0:
        return contrast_sentence(second, first, turned(apart))
    return f"{first}’s tokens are shifted more often than {second}’s, by {_points(apart)}."


def turned(apart: Estimate) -> Estimate:
    """The same difference, seen from the other side."""
    value, low, high = (
        None if end is None else -end for end in (apart.value, apart.high, apart.low)
    )
    return Estimate(value, low, high, apart.n, apart.clusters, apart.reason)


def control_sentence(base: VariantLens) -> str:
    """Of the base’s own answers, which check the method: each greedy token ranks first."""
    first = base.shares.overall.unshifted.value
    if first == 1:
        return f"As a check, every token of {base.name}’s own answers ranks first under it."
    if first is None:
        return ""
    return (
        f"Of {base.name}’s own tokens only {share(first)} rank first under it: the others are as "
        "far off as sampling, or rounding in another batch, puts a token."
    )


def borrowing_sentence(one: VariantBorrowing) -> str:
    """Answers with content words from the set, against what chance would give."""
    found, chance, excess = one.report.share, one.report.by_chance, one.report.excess
    if found.value is None:
        return f"No answer of {one.name} has been searched yet."
    told = (
        f"{share(found.value)} of {one.name}’s {counted(found.n, 'answer')} have content words "
        f"from the nearest instances of its instruction set ({_interval(found)})"
    )
    if chance.value is None:
        return f"{told}."
    told += f", and {share(chance.value)} from instances nearest to another prompt"
    if excess.low is None or excess.high is None:
        return f"{told}; of the difference there is no interval: {excess.reason}."
    if excess.low <= 0 <= excess.high:
        return f"{told}; that they borrow more than chance would give cannot be told."
    return f"{told}; they differ by {_points(excess)}."


def kl_sentences(found: Sequence[VariantLens]) -> list[str]:
    """Whether KL is exact, and if not how much it leaves out: once where all are alike."""
    if all(one.read.exact for one in found):
        return ["KL is exact over the vocabulary."]
    return [_kl_sentence(one) for one in found]


def _kl_sentence(one: VariantLens) -> str:
    if one.read.exact:
        return f"KL of {one.name} is exact over the vocabulary."
    return (
        f"KL of {one.name} is at least what is shown, from the likeliest tokens of both; "
        f"{share(one.unknown)} of its probability could not be compared."
    )


def _interval(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return f"no interval: {one.reason}"
    return f"95 % interval {between(one.low, one.high)}"


def _points(apart: Estimate) -> str:
    assert apart.value is not None
    if apart.low is None or apart.high is None:
        return f"{_signed(apart.value)} points, no interval: {apart.reason}"
    return (
        f"{_signed(apart.value)} points, 95 % interval "
        f"{_signed(apart.low)} to {_signed(apart.high)}"
    )


def _signed(points: float) -> str:
    return f"{points * 100:.1f}".replace("-", "−")
