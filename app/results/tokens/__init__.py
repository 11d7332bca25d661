"""The token lens beside the raters: marked spans, preferences and borrowing."""

from app.results.tokens.answers import (
    AnswerNumbers,
    Borrowed,
    ScoredAnswers,
    counts_in_spans,
    lens_version,
    numbers_of,
    scored_answers,
)
from app.results.tokens.cache import EvidenceCache
from app.results.tokens.evidence import token_evidence
from app.results.tokens.model import (
    Amount,
    AmountPair,
    BorrowedVariant,
    MarkedValue,
    MarkedVariant,
    Relation,
    TokenEvidence,
    What,
)

__all__ = [
    "Amount",
    "AmountPair",
    "AnswerNumbers",
    "Borrowed",
    "BorrowedVariant",
    "EvidenceCache",
    "MarkedValue",
    "MarkedVariant",
    "Relation",
    "ScoredAnswers",
    "TokenEvidence",
    "What",
    "counts_in_spans",
    "lens_version",
    "numbers_of",
    "scored_answers",
    "token_evidence",
]
