"""Tokens from a long table made anywhere, as `app.analysis.frames` takes them."""

from collections.abc import Hashable, Sequence
from math import isnan, nan
from typing import Any

from app.analysis.frame_columns import column, column_names, is_missing, taken
from app.analysis.tokens.answers import ScoredAnswer, tokens_of
from app.analysis.tokens.spans import text_at
from app.analysis.tokens.table import Tokens

_REQUIRED = ("token", "rank", "logprob", "base_logprob")


def tokens_from(frame: Any, *, variant: Hashable = None, run: Hashable = None) -> Tokens:
    """One row per token, in any order, with the columns run, variant, prompt_id, answer, position,
    token, rank, logprob, base_logprob and, where they are had, kl, unknown, and start and end:
    without them words are told apart by the spaces of the tokens alone, which some tokenizers lose.

    `variant` has to be named where there are several; all runs are taken unless `run` names one.
    Answers are told apart by run, prompt and `answer`, and numbered in order of appearance. Raises
    ValueError for missing columns, several variants, and positions that do not count from 0.
    """
    rows = _rows_of(frame, variant, run)
    columns = {name: column(frame, name) for name in _REQUIRED}
    kl, unknown, start, end = (_numbers(frame, name) for name in ("kl", "unknown", "start", "end"))
    return tokens_of(
        ScoredAnswer(
            prompt,
            taken(columns["token"], own),
            [int(rank) for rank in taken(columns["rank"], own)],
            taken(columns["logprob"], own),
            taken(columns["base_logprob"], own),
            kl=taken(kl, own),
            unknown=taken(unknown, own),
            text=_text(taken(columns["token"], own), taken(start, own), taken(end, own)),
        )
        for (_, prompt, _), own in _by_answer(frame, rows).items()
    )


def _rows_of(frame: Any, variant: Hashable, run: Hashable) -> list[int]:
    variants, runs = column(frame, "variant"), column(frame, "run")
    rows = [place for place, one in enumerate(runs) if run in (None, one)]
    found = list(dict.fromkeys(taken(variants, rows)))
    if variant is None and len(found) > 1:
        raise ValueError(f"name one variant of {', '.join(map(str, found))}")
    return [row for row in rows if variant in (None, variants[row])]


def _by_answer(frame: Any, rows: Sequence[int]) -> dict[tuple[Hashable, ...], list[int]]:
    """Rows of each answer in the order of their positions."""
    names = zip(*(column(frame, name) for name in ("run", "prompt_id", "answer")), strict=True)
    keys, positions = list(names), column(frame, "position")
    found: dict[tuple[Hashable, ...], list[int]] = {}
    for row in rows:
        found.setdefault(keys[row], []).append(row)
    for key, own in found.items():
        own.sort(key=positions.__getitem__)
        if taken(positions, own) != list(range(len(own))):
            raise ValueError(f"the positions of answer {key[2]} do not count from 0")
    return found


def _text(tokens: Sequence[str], starts: Sequence[float], ends: Sequence[float]) -> str | None:
    """Of one answer; None where it is not known where its tokens stand."""
    if any(map(isnan, (*starts, *ends))):
        return None
    return text_at(tokens, list(zip(map(int, starts), map(int, ends), strict=True)))


def _numbers(frame: Any, name: str) -> list[float]:
    """Not a number where one is missing, and in every row without such a column."""
    if name not in column_names(frame):
        return [nan] * len(column(frame, "token"))
    return [nan if is_missing(value) else float(value) for value in column(frame, name)]
