"""What the judgements of a study say, counted per criterion and pair of variants."""

from app.analysis.intervals import Estimate
from app.results.comparisons import TIES, Comparison, Side, compare
from app.results.marks import MarkResult
from app.results.model import (
    CountsResult,
    CriterionResult,
    OptionResult,
    PairResult,
    ScoreResult,
    StudyResult,
)
from app.results.records import (
    JudgementRecord,
    MarkRecord,
    StudyRecords,
    VariantRef,
    VerdictRecord,
    read_records,
)
from app.results.summary import study_result

__all__ = [
    "TIES",
    "Comparison",
    "CountsResult",
    "CriterionResult",
    "Estimate",
    "JudgementRecord",
    "MarkRecord",
    "MarkResult",
    "OptionResult",
    "PairResult",
    "ScoreResult",
    "Side",
    "StudyRecords",
    "StudyResult",
    "VariantRef",
    "VerdictRecord",
    "compare",
    "read_records",
    "study_result",
]
