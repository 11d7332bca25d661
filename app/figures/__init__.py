"""Figures of results: for the browser, for a paper, and the numbers behind them.

A builder takes plain rows (`app.figures.shapes`) and gives a `Figure`; `spec`, `svg`, `png` and
`csv_text` turn it into files.
"""

from app.figures.agreements import agreement, judge_agreement
from app.figures.checkpoints import checkpoints
from app.figures.cross import cross_table
from app.figures.figure import Figure, csv_text
from app.figures.output import png, spec, svg
from app.figures.plane import plane
from app.figures.preference import preference_bars
from app.figures.rankings import strengths, style_coefficients
from app.figures.scores import score_distributions
from app.figures.shapes import (
    AgreementRow,
    CategoryRow,
    CheckpointRow,
    ClassRow,
    JudgeRow,
    NamedRow,
    PairRow,
    PlaneRow,
    PositionRow,
    ScoreRow,
    StrengthRow,
    Variant,
    in_order,
)
from app.figures.shares import by_category, positions
from app.figures.token_classes import token_classes
from app.figures.token_positions import kl_by_position, shift_by_position

__all__ = [
    "AgreementRow",
    "CategoryRow",
    "CheckpointRow",
    "ClassRow",
    "Figure",
    "JudgeRow",
    "NamedRow",
    "PairRow",
    "PlaneRow",
    "PositionRow",
    "ScoreRow",
    "StrengthRow",
    "Variant",
    "agreement",
    "by_category",
    "checkpoints",
    "cross_table",
    "csv_text",
    "in_order",
    "judge_agreement",
    "kl_by_position",
    "plane",
    "png",
    "positions",
    "preference_bars",
    "score_distributions",
    "shift_by_position",
    "spec",
    "strengths",
    "style_coefficients",
    "svg",
    "token_classes",
]
