"""The ranking with length and formatting taken out: strengths at equal style."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.analysis.bradley_terry import Ranking, rank
from app.analysis.contrasts import Contrasts, rows_of
from app.analysis.identified import unidentified
from app.analysis.intervals import LEVEL
from app.analysis.resampling import RESAMPLES, SEED, units_of
from app.analysis.strengths import Strength, strengths_of
from app.analysis.style_fit import fit_rows, parameters
from app.analysis.votes import Votes

NOTHING_LEFT = "style cannot be told apart from the variants, or does not differ"


@dataclass(frozen=True)
class Coefficient:
    """By how much a feature moves the log odds of being preferred, per standard deviation of the
    relative difference of two answers. Without a number, `reason` says why.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class StyleResult:
    """`without` style control: the plain ranking; `with_style`: strengths at equal style. Both by
    place of the variant, and empty where there are none: `reason` says why.
    """

    coefficients: tuple[Coefficient, ...]
    without: tuple[Strength, ...]
    with_style: tuple[Strength, ...]
    reason: str | None = None


def style_control(
    votes: Votes,
    contrasts: Contrasts,
    *,
    by: str = "prompt",
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    plain: Ranking | None = None,
) -> StyleResult:
    """Ties count half; `plain` is the ranking without style, where it is there already. Raises
    ValueError where contrasts do not fit the votes."""
    units, count = units_of(votes.clusters(by)), len(votes.variants)
    rows = rows_of(votes, contrasts, units)
    plain = plain or rank(votes, by=by, seed=seed, resamples=resamples, level=level)
    if plain.reason:
        return _without_numbers(contrasts.names, plain, plain.reason)
    reasons = unidentified(rows, count)
    used = [place for place, reason in enumerate(reasons) if reason is None]
    if not used:
        return _without_numbers(contrasts.names, plain, NOTHING_LEFT, reasons)
    rows = rows.keeping(used)
    if units.clusters <= parameters(rows, count):
        return _without_numbers(contrasts.names, plain, f"too few {by}s for so many variants")
    fitted = fit_rows(rows, count, units, seed=seed, resamples=resamples)
    found = strengths_of(fitted.values, fitted.draws, units.clusters, level=level)
    coefficients = _coefficients(contrasts.names, reasons, found[count:])
    return StyleResult(coefficients, plain.strengths, found[:count])


def _coefficients(
    names: Sequence[str], reasons: Sequence[str | None], found: Iterable[Strength]
) -> tuple[Coefficient, ...]:
    """`found` has one for each feature without a reason, in their order."""
    numbers = iter(found)
    return tuple(
        Coefficient(name, reason=reason) if reason else _coefficient(name, next(numbers))
        for name, reason in zip(names, reasons, strict=True)
    )


def _coefficient(name: str, found: Strength) -> Coefficient:
    return Coefficient(name, found.value, found.low, found.high)


def _without_numbers(
    names: Sequence[str], plain: Ranking, reason: str, reasons: Sequence[str | None] = ()
) -> StyleResult:
    own = reasons or [reason] * len(names)
    return StyleResult(_coefficients(names, own, ()), plain.strengths, (), reason)
