"""Bradley-Terry with covariates: a logistic regression whose parameters are the strengths of the
variants and, behind them, a coefficient per feature.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from app.analysis.bradley_terry import curve_of
from app.analysis.contrasts import Rows, sums_at
from app.analysis.newton import RIDGE, settled, solved
from app.analysis.resampling import Units, resampled_sums
from app.analysis.votes import Floats


@dataclass(frozen=True)
class Fitted:
    """`values`, shape (variants + features,), and the same of every resample in `draws`."""

    values: Floats
    draws: Floats


def fit_rows(rows: Rows, variants: int, units: Units, *, seed: int, resamples: int) -> Fitted:
    """Draws are one Newton step from the fit: the inverse information times the sums of scores of
    the resampled units (Kline and Santos, Journal of Econometric Methods 1, 2012, "score
    bootstrap"). Their covariance is the cluster-robust one (Liang and Zeger, Biometrika 73, 1986),
    widened for what the fit itself took up (MacKinnon and White, Journal of Econometrics 29, 1985).
    Needs more clusters than `parameters`.
    """
    start = np.zeros((1, variants + rows.difference.shape[1]))
    [values] = settled(start, lambda values: _step(values, rows, variants))
    values[:variants] -= values[:variants].mean()
    scores = _scores(values, rows, variants, units.count)
    pulled = resampled_sums(scores, seed=seed, resamples=resamples) - scores.sum(axis=0)
    pulled *= sqrt(units.clusters / (units.clusters - parameters(rows, variants)))
    return Fitted(values, values + pulled @ np.linalg.inv(_curve(values, rows, variants)))


def parameters(rows: Rows, variants: int) -> int:
    """How many are free: strengths add up to 0."""
    return variants - 1 + int(rows.difference.shape[1])


def _step(values: Floats, rows: Rows, variants: int) -> Floats:
    slope = _slope(values[0], rows, variants) - RIDGE * values[0]
    return solved(_curve(values[0], rows, variants)[None], slope[None])


def _chance(values: Floats, rows: Rows, variants: int) -> Floats:
    margin = values[rows.first] - values[rows.second] + rows.difference @ values[variants:]
    return np.asarray(1 / (1 + np.exp(-margin)))


def _slope(values: Floats, rows: Rows, variants: int) -> Floats:
    left = rows.points - rows.n * _chance(values, rows, variants)
    return np.concatenate([_by_variant(left, rows, variants), left @ rows.difference])


def _by_variant(weights: Floats, rows: Rows, variants: int) -> Floats:
    """Shape (variants,): sums over the rows in which a variant is first, less those as second."""
    return sums_at(rows.first, weights, variants) - sums_at(rows.second, weights, variants)


def _curve(values: Floats, rows: Rows, variants: int) -> Floats:
    chance = _chance(values, rows, variants)
    return _information(rows, rows.n * chance * (1 - chance), variants)


def _information(rows: Rows, weights: Floats, variants: int) -> Floats:
    """Shape (parameters, parameters), with the ridge."""
    pair = rows.first * variants + rows.second
    weighted = rows.difference * weights[:, None]
    spread, *mixed = (
        sums_at(pair, column, variants**2).reshape(variants, variants)
        for column in (weights, *weighted.T)
    )
    features = rows.difference.shape[1]
    curve = np.empty((variants + features, variants + features))
    curve[:variants, :variants] = curve_of((spread + spread.T)[None], RIDGE)[0]
    for place, one in enumerate(mixed, start=variants):
        curve[place, :variants] = curve[:variants, place] = one.sum(axis=1) - one.sum(axis=0)
    curve[variants:, variants:] = weighted.T @ rows.difference + RIDGE * np.eye(features)
    return curve


def _scores(values: Floats, rows: Rows, variants: int, units: int) -> Floats:
    """Shape (units, parameters): what each unit pulls each parameter by."""
    left = rows.points - rows.n * _chance(values, rows, variants)
    of_variants = sums_at(rows.unit * variants + rows.first, left, units * variants)
    of_variants -= sums_at(rows.unit * variants + rows.second, left, units * variants)
    of_features = [sums_at(rows.unit, left * column, units) for column in rows.difference.T]
    return np.column_stack([of_variants.reshape(units, variants), *of_features])
