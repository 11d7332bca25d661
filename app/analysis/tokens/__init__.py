"""What a fine-tune changed, token by token: arrays and lists in, frozen results out.

The method is that of Lin et al. (arXiv 2312.01552, section 2): the tokens of a tuned variant's
answer are scored under its base after the same prompt. `tokens_of` makes a table of scored answers,
`tokens_from` one of a DataFrame; everything else takes that table.
"""

from app.analysis.tokens.answers import ScoredAnswer, tokens_of
from app.analysis.tokens.classes import Shift, classes_of
from app.analysis.tokens.divergence import NOTHING, BoundedKl, bounded_kl, exact_kl
from app.analysis.tokens.frames import tokens_from
from app.analysis.tokens.frequent import Example, FrequentToken, most_shifted
from app.analysis.tokens.joined import Mark, MarkedDifference, bare_spans, marked_difference
from app.analysis.tokens.kinds import OPENING, Kind, kinds_of
from app.analysis.tokens.openers import Opener, Openers, openers
from app.analysis.tokens.shares import (
    AtPosition,
    AtPositions,
    ClassShares,
    ShiftShares,
    by_bucket,
    by_position,
    shift_shares,
)
from app.analysis.tokens.spans import Span, is_special, token_spans
from app.analysis.tokens.table import NOWHERE, Texts, Tokens
from app.analysis.tokens.words import NO_WORD, words_of

__all__ = [
    "NOTHING",
    "NOWHERE",
    "NO_WORD",
    "OPENING",
    "AtPosition",
    "AtPositions",
    "BoundedKl",
    "ClassShares",
    "Example",
    "FrequentToken",
    "Kind",
    "Mark",
    "MarkedDifference",
    "Opener",
    "Openers",
    "ScoredAnswer",
    "Shift",
    "ShiftShares",
    "Span",
    "Texts",
    "Tokens",
    "bare_spans",
    "bounded_kl",
    "by_bucket",
    "by_position",
    "classes_of",
    "exact_kl",
    "is_special",
    "kinds_of",
    "marked_difference",
    "most_shifted",
    "openers",
    "shift_shares",
    "token_spans",
    "tokens_from",
    "tokens_of",
    "words_of",
]
