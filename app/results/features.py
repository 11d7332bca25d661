"""What makes an answer look long or tidy, counted from its Markdown without parsing it.

Headers, list items and bold spans are those of FastChat's style control (lm-sys/FastChat,
serve/monitor/add_markdown_info.py), counted outside of fenced code; lengths count everything.
"""

import re
from collections.abc import Sequence

import numpy as np

from app.results.columns import FEATURES, Floats

BYTES_PER_TOKEN = 4

# Each of these moves on by at least as much as it looked at, whatever the text: none is quadratic.
# A leading line break finds the beginnings of lines faster than ^ does.
_FENCED = re.compile(r"```[^`]*```")
_HEADER = re.compile(r"\n#{1,6}(?=\s)")
_LIST_ITEM = re.compile(r"\n[^\S\n]*(?:[-*+]|\d+\.)(?=\s)")
_BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")


def features_of(text: str) -> tuple[int, int, int, int]:
    """In the order of `FEATURES`. Tokenizers differ between variants, so a token is every four
    bytes begun: about what tokenizers make of it, and the same measure for all answers."""
    tokens = -(-len(text.encode("utf-8", "replace")) // BYTES_PER_TOKEN)
    lines = "\n" + (_FENCED.sub("", text) if "```" in text else text)
    return (tokens, _count(_HEADER, lines), _count(_LIST_ITEM, lines), _count(_BOLD, lines))


def feature_table(texts: Sequence[str]) -> Floats:
    """Shape (texts, features)."""
    rows = [features_of(text) for text in texts]
    return np.array(rows, dtype=np.float64).reshape(-1, len(FEATURES))


def _count(pattern: re.Pattern[str], text: str) -> int:
    return len(pattern.findall(text))
