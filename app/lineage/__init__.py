"""The same variant in several studies, and the checkpoints of one fine-tune.

A variant is recognised by its identity (`app.registry.identity_of`), whatever studies call it.
"""

from app.lineage.across import across_studies
from app.lineage.checkpoints import checkpoint_rows, rows_of, series_across
from app.lineage.figures import checkpoint_figure, checkpoint_figures, series_figure
from app.lineage.members import Member, members_of, specs_of
from app.lineage.model import (
    AcrossResult,
    Cell,
    Choice,
    ComparedStudy,
    Measure,
    Notice,
    Row,
    Series,
    Wanted,
)
from app.lineage.sentences import headline

__all__ = [
    "AcrossResult",
    "Cell",
    "Choice",
    "ComparedStudy",
    "Measure",
    "Member",
    "Notice",
    "Row",
    "Series",
    "Wanted",
    "across_studies",
    "checkpoint_figure",
    "checkpoint_figures",
    "checkpoint_rows",
    "headline",
    "members_of",
    "rows_of",
    "series_across",
    "series_figure",
    "specs_of",
]
