"""Judgements that were made elsewhere become a closed study, analysed like any other."""

from app.judged.files import LAYOUTS, Layout
from app.judged.imports import (
    Judgements,
    JudgementsReport,
    read_judgements,
    store_judgements,
)
from app.judged.remove import delete_import
from app.judged.write import Progress

__all__ = [
    "LAYOUTS",
    "Judgements",
    "JudgementsReport",
    "Layout",
    "Progress",
    "delete_import",
    "read_judgements",
    "store_judgements",
]
