"""Scored answers as a table of tokens: where each token stands, and in which word."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from app.analysis.tokens.spans import Span, is_special, token_spans
from app.analysis.tokens.table import NOWHERE, Texts, Tokens
from app.analysis.tokens.words import words_of
from app.analysis.votes import numbered


@dataclass(frozen=True)
class ScoredAnswer:
    """An answer of a tuned variant, scored under its base. Lists have one entry per token.

    `ranks` and `base_logprobs` are the base's. `kl` in nats and `unknown` as `bounded_kl` gives
    them, None where they are not had. `text`: the answer as it is stored, None where that is just
    what the tokens say.
    """

    prompt: Hashable
    tokens: Sequence[str]
    ranks: Sequence[int]
    logprobs: Sequence[float]
    base_logprobs: Sequence[float]
    kl: Sequence[float] | None = None
    unknown: Sequence[float] | None = None
    text: str | None = None


def tokens_of(answers: Iterable[ScoredAnswer]) -> Tokens:
    """Raises ValueError where lists of an answer differ in length or a rank is below 1."""
    rows = list(answers)
    for number, row in enumerate(rows):
        _check(row, number)
    sizes = [len(row.tokens) for row in rows]
    places = [_placed(row) for row in rows]
    words = list(chain.from_iterable(place.words for place in places))
    answer = np.repeat(np.arange(len(rows)), sizes)
    first = np.cumsum([0, *sizes])[:-1]
    return Tokens(
        answer=answer,
        prompt=numbered([row.prompt for row in rows])[answer],
        position=np.arange(len(answer)) - first[answer] if rows else answer,
        rank=_column((row.ranks for row in rows), np.int64),
        logprob=_column((row.logprobs for row in rows), np.float64),
        base_logprob=_column((row.base_logprobs for row in rows), np.float64),
        kl=_column((_or_blank(row.kl, row) for row in rows), np.float64),
        unknown=_column((_or_blank(row.unknown, row) for row in rows), np.float64),
        text=Texts.of(list(chain.from_iterable(row.tokens for row in rows))),
        word=Texts.of([word for word, _ in words]),
        word_number=_column([[number for _, number in words]], np.int64),
        start=_column([[start for place in places for start, _ in place.spans]], np.int64),
        end=_column([[end for place in places for _, end in place.spans]], np.int64),
        ends=_column((place.ends for place in places), np.bool_),
    )


def _check(answer: ScoredAnswer, number: int) -> None:
    lists = (answer.ranks, answer.logprobs, answer.base_logprobs, answer.kl, answer.unknown)
    if any(one is not None and len(one) != len(answer.tokens) for one in lists):
        raise ValueError(f"lists of answer {number} differ in length")
    if min(answer.ranks, default=1) < 1:
        raise ValueError(f"a rank in answer {number} is below 1")


@dataclass(frozen=True)
class _Placed:
    spans: Sequence[Span]
    words: Sequence[tuple[str, int]]
    ends: Sequence[bool]


def _placed(answer: ScoredAnswer) -> _Placed:
    """Words come from the stored text, which has whole characters, else from the tokens."""
    tokens = answer.tokens
    text = "".join(tokens[: _before_end(tokens)]) if answer.text is None else answer.text
    spans = token_spans(text, tokens)
    if spans is not None:
        behind = len(text)
        ends = [
            start == behind and not token.isspace()
            for token, (start, _) in zip(tokens, spans, strict=True)
        ]
        return _Placed(spans, words_of(text, tokens, spans), ends)
    own = _placed(replace(answer, text=None))
    return replace(own, spans=[(NOWHERE, NOWHERE)] * len(tokens))


def _before_end(tokens: Sequence[str]) -> int:
    count = len(tokens)
    while count and (is_special(tokens[count - 1]) or not tokens[count - 1]):
        count -= 1
    return count


def _or_blank(values: Sequence[float] | None, answer: ScoredAnswer) -> Sequence[float]:
    return [np.nan] * len(answer.tokens) if values is None else values


def _column(parts: Iterable[Iterable[Any]], kind: type[np.generic]) -> Any:
    return np.fromiter(chain.from_iterable(parts), dtype=kind)
