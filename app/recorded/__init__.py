"""Answers that were made elsewhere become a finished run, to be rated like any other."""

from app.recorded.imports import ResponsesReport, import_responses
from app.recorded.layouts import LAYOUTS
from app.recorded.parse import Answer

__all__ = ["LAYOUTS", "Answer", "ResponsesReport", "import_responses"]
