"""Krippendorff's alpha between a judge and people: agreement beyond what chance would give."""

import numpy as np

from app.analysis import Estimate
from app.analysis.agreement import Measurement, alpha
from app.judges.said import NONE, Met, Said, places


def alpha_with(met: Met, level: Measurement) -> Estimate:
    """Between the judge and people's majorities, where it and they have a verdict."""
    kept = met.is_decided & (met.judge != NONE)
    prompt, unit = met.prompt[kept], np.arange(int(kept.sum()))
    return alpha(
        np.concatenate([met.people[kept], met.judge[kept]]),
        np.concatenate([unit, unit]),
        np.repeat([0, 1], len(unit)),
        level=level,
        prompt=np.concatenate([prompt, prompt]),
    ).alpha


def alpha_among(people: Said, met: Met, level: Measurement) -> Estimate:
    """Among people, on the units that the judge judged, too."""
    there, at = places(met.unit, people.unit)
    said = people.take(there)
    return alpha(said.value, at, said.rater, level=level, prompt=said.prompt).alpha
