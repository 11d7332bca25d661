"""Scored answers of a known truth."""

from collections.abc import Sequence

import numpy as np

from app.analysis.tokens import ScoredAnswer, Tokens, tokens_of

WORDS = (" Paris", " lies", " on", " the", " Seine", ",", " however", ".")


def answer(
    tokens: Sequence[str],
    ranks: Sequence[int] | None = None,
    *,
    prompt: str = "p",
    kl: Sequence[float] | None = None,
    text: str | None = None,
) -> ScoredAnswer:
    """Unshifted where ranks are not given."""
    count = len(tokens)
    return ScoredAnswer(
        prompt, tokens, ranks or [1] * count, [-0.1] * count, [-0.2] * count, kl=kl, text=text
    )


def table(*answers: ScoredAnswer) -> Tokens:
    return tokens_of(answers)


def drawn(seed: int, answers: int, length: int = 20, spread: float = 0.0) -> Tokens:
    """Two answers per prompt. A tenth of the tokens is shifted, of some prompts' more."""
    generator = np.random.default_rng(seed)
    chance = np.clip(0.1 + spread * generator.normal(size=answers // 2 + 1), 0.01, 0.9)
    return tokens_of(
        answer(
            [WORDS[place] for place in generator.integers(0, len(WORDS), size=length)],
            np.where(generator.random(length) < chance[number // 2], 9, 1).tolist(),
            prompt=f"p{number // 2}",
            kl=generator.exponential(size=length).tolist(),
        )
        for number in range(answers)
    )
