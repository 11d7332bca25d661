"""How answers begin: their first tokens, and how many answers share them."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.analysis.intervals import LEVEL, RESAMPLES, Estimate, means_of
from app.analysis.resampling import SEED
from app.analysis.tokens.table import Tokens
from app.analysis.votes import Integers

MOST = 10


@dataclass(frozen=True)
class Opener:
    """`share` of all answers, resampling prompts. `examples`: up to three answers, by number."""

    text: str
    answers: int
    share: Estimate
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Openers:
    """The first `length` tokens of each of the `answers`. `distinct`: how many ways there are to
    begin; `most_common` holds the first of them."""

    length: int
    answers: int
    distinct: int
    most_common: tuple[Opener, ...]


def openers(
    tokens: Tokens,
    length: int = 3,
    *,
    most: int = MOST,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Openers:
    """Tokens that end an answer are no part of it; a shorter answer is its own opener, and one
    without any token is left out."""
    answers, texts = _beginnings(tokens, length)
    counts = Counter(texts).most_common()
    place = {text: number for number, (text, _) in enumerate(counts)}
    thing = np.array([min(place[text], most) for text in texts], dtype=np.intp)
    prompt = tokens.prompt[np.searchsorted(tokens.answer, answers)]
    shares = [
        means_of(
            (thing == number).astype(np.float64),
            np.zeros_like(thing),
            1,
            prompt,
            seed=seed,
            resamples=resamples,
        ).share(0, level=level)
        for number in range(min(most, len(counts)))
    ]
    rows = zip(counts, shares, strict=False)
    return Openers(
        length=length,
        answers=len(texts),
        distinct=len(counts),
        most_common=tuple(
            Opener(text, count, share, tuple(answers[thing == place[text]][:3].tolist()))
            for (text, count), share in rows
        ),
    )


def _beginnings(tokens: Tokens, length: int) -> tuple[Integers, list[str]]:
    """Numbers of answers, rising, and how each begins."""
    begins = tokens.take((tokens.position < length) & ~tokens.ends)
    answers, first = np.unique(begins.answer, return_index=True)
    pieces = [begins.text[row] for row in range(len(begins))]
    edges = [*first.tolist(), len(pieces)]
    texts = ["".join(pieces[start:end]).strip() for start, end in pairwise(edges)]
    return answers, texts
