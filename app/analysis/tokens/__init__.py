"""What a fine-tune changed, token by token: arrays and lists in, frozen results out.

The method is that of Lin et al. (arXiv 2312.01552, section 2): the tokens of a tuned variant's
answer are scored under its base after the same prompt.
"""

from app.analysis.tokens.classes import Shift, classes_of
from app.analysis.tokens.divergence import NOTHING, BoundedKl, bounded_kl, exact_kl
from app.analysis.tokens.spans import Span, is_special, token_spans

__all__ = [
    "NOTHING",
    "BoundedKl",
    "Shift",
    "Span",
    "bounded_kl",
    "classes_of",
    "exact_kl",
    "is_special",
    "token_spans",
]
