"""Judgements that were made elsewhere become a closed study, analysed like any other."""

from app.judged.files import LAYOUTS, Layout
from app.judged.imports import JudgementsReport, import_judgements
from app.judged.write import Progress

__all__ = ["LAYOUTS", "JudgementsReport", "Layout", "Progress", "import_judgements"]
