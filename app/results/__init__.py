"""What the judgements of a study say, counted per criterion and pair of variants."""

from app.analysis.intervals import Estimate
from app.results.cache import ResultCache
from app.results.columns import JudgementColumns
from app.results.experiment import ExperimentResult
from app.results.filters import Flag, Form, Gold, ResultFilter
from app.results.items import ItemsPage, Order, items_page
from app.results.marks import MarkResult
from app.results.model import (
    CategoryResult,
    Choices,
    CountsResult,
    CriterionResult,
    GuessesResult,
    LedgersResult,
    OptionResult,
    PairResult,
    RankingResult,
    RaterResult,
    ScoreResult,
    StudyResult,
)
from app.results.read import read_columns
from app.results.records import (
    JudgementRecord,
    MarkRecord,
    StudyRecords,
    VariantRef,
    VerdictRecord,
    read_records,
)
from app.results.style_effects import StyleEffect
from app.results.summary import study_result

__all__ = [
    "CategoryResult",
    "Choices",
    "CountsResult",
    "CriterionResult",
    "Estimate",
    "ExperimentResult",
    "Flag",
    "Form",
    "Gold",
    "GuessesResult",
    "ItemsPage",
    "JudgementColumns",
    "JudgementRecord",
    "LedgersResult",
    "MarkRecord",
    "MarkResult",
    "OptionResult",
    "Order",
    "PairResult",
    "RankingResult",
    "RaterResult",
    "ResultCache",
    "ResultFilter",
    "ScoreResult",
    "StudyRecords",
    "StudyResult",
    "StyleEffect",
    "VariantRef",
    "VerdictRecord",
    "items_page",
    "read_columns",
    "read_records",
    "study_result",
]
