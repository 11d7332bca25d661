"""The figures of a run's token lens, by name."""

from collections.abc import Sequence

from app.analysis.tokens import OPENING
from app.figures.figure import Figure
from app.figures.shapes import ClassRow, PositionRow, Variant, in_order
from app.figures.token_classes import token_classes
from app.figures.token_positions import kl_by_position, shift_by_position
from app.lens import VariantLens

CLASSES, SHIFT, KL = "token-classes", "shift-by-position", "kl-by-position"
OPENING_WORDS = f"Opening (first {OPENING})"


def lens_figures(found: Sequence[VariantLens]) -> dict[str, Figure]:
    """Of the tuned variants, in the order of the page; none without."""
    looks = dict(zip(found, in_order((one.name, one.kind.value) for one in found), strict=True))
    tuned = [one for one in found if not one.is_control]
    if not tuned:
        return {}
    figures = [
        token_classes(
            "How much of the answers would the base have written?",
            [row for one in tuned for row in _classes(one, looks)],
            name=CLASSES,
        ),
        shift_by_position(
            "Where in the answers are tokens shifted?",
            [
                PositionRow(looks[one], at.position, at.shifted, at.last)
                for one in tuned
                for at in one.positions
            ],
            name=SHIFT,
        ),
        kl_by_position(
            "How far apart are variant and base along the answers?",
            [
                PositionRow(looks[one], at.position, at.kl, at.last)
                for one in tuned
                for at in one.positions
            ],
            bounded=not all(one.read.exact for one in tuned),
            name=KL,
        ),
    ]
    return {figure.name: figure for figure in figures}


def _classes(one: VariantLens, looks: dict[VariantLens, Variant]) -> list[ClassRow]:
    base = next((looks[other] for other in looks if other.name == one.base), None)
    parts = {
        "All tokens": one.shares.overall,
        OPENING_WORDS: one.shares.opening,
        "The rest": one.shares.rest,
    }
    return [
        ClassRow(
            looks[one],
            base or Variant(one.base, "base"),
            part,
            classes.unshifted,
            classes.marginal,
            classes.shifted,
        )
        for part, classes in parts.items()
    ]
