"""Asking an engine how likely given tokens are: exact ids in, log-probabilities and ranks out."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openai import APIError

from app.engines.connections import Target, client_of
from app.engines.refusals import explain, not_an_answer
from app.errors import AppError

ALL = -1
"""As `top`: every token of the vocabulary."""

READABLE = 5
_NO_ROOM = "max_tokens must be at least 1"  # vLLM lowers it to what the context has left
_MALFORMED = (ValueError, TypeError, AttributeError, KeyError, IndexError)


@dataclass(frozen=True)
class Candidates:
    """The most likely tokens at one place, best first: ids, natural log-probabilities, and the
    texts of the first `READABLE`.

    The token that stands there comes last where it is not among the most likely.
    """

    ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Scoring:
    """One entry per token: its text, its natural log-probability, its rank (from 1), and the
    candidates at its place."""

    texts: list[str]
    logprobs: list[float]
    ranks: list[int]
    candidates: list[Candidates]


async def score(
    target: Target, prompt_ids: Sequence[int], token_ids: Sequence[int], *, top: int
) -> Scoring:
    """How likely each of `token_ids` is after the prompt and those before it.

    `top`: how many candidates to tell of at each place, or ALL. Needs a vLLM server: others do not
    return `prompt_logprobs`. Raises EngineError when the server cannot answer, AppError when it
    refuses these ids, or so many candidates.
    """
    if not prompt_ids or not token_ids:
        raise AppError("There is nothing to score: the prompt or the answer has no tokens.")
    arguments = {"prompt_logprobs": top, "skip_special_tokens": False}
    try:
        answer = await client_of(target).completions.with_raw_response.create(
            model=target.served_name,
            prompt=[*prompt_ids, *token_ids],
            max_tokens=1,  # vLLM has no fewer
            temperature=0,
            extra_body=arguments,
        )
        # Megabytes where all candidates are told of: too long for a server to stand still.
        return await asyncio.to_thread(read_scoring, answer.content, len(prompt_ids), token_ids)
    except APIError as error:
        if _NO_ROOM in str(error):
            raise no_room() from error
        raise explain(target, error) from error
    except _MALFORMED as error:
        raise not_an_answer(target, error) from error


def no_room() -> AppError:
    return AppError(
        "The answer fills the context, and scoring it takes room for one token more.",
        hint="Make the run with a smaller max_tokens.",
    )


def read_scoring(content: bytes, start: int, token_ids: Sequence[int]) -> Scoring:
    """Of a completion as vLLM sends it; the first `start` places are the prompt's. Raises AppError
    for one that another server sent, some of `_MALFORMED`."""
    places = json.loads(content)["choices"][0].get("prompt_logprobs")
    if places is None:
        raise AppError(
            "The server returns no prompt_logprobs.", hint="The token lens needs a vLLM server."
        )
    return _scoring(places[start:], token_ids)


def _scoring(places: Sequence[Mapping[str, Any]], token_ids: Sequence[int]) -> Scoring:
    if len(places) != len(token_ids):
        raise ValueError(f"{len(places)} log-probabilities for {len(token_ids)} tokens")
    own = [place[str(token)] for place, token in zip(places, token_ids, strict=True)]
    return Scoring(
        texts=[entry["decoded_token"] or "" for entry in own],
        logprobs=[float(entry["logprob"]) for entry in own],
        ranks=[int(entry["rank"]) for entry in own],
        candidates=[_candidates(place) for place in places],
    )


def _candidates(place: Mapping[str, Any]) -> Candidates:
    entries = list(place.values())
    order = np.argsort([entry["rank"] for entry in entries], kind="stable")
    ids = np.array([int(token) for token in place], dtype=np.int32)
    logprobs = np.array([entry["logprob"] for entry in entries], dtype=np.float32)
    texts = tuple(entries[one]["decoded_token"] or "" for one in order[:READABLE].tolist())
    return Candidates(ids[order], logprobs[order], texts)


async def tokenize(target: Target, text: str) -> list[int] | None:
    """The ids that the server's tokenizer makes of a text, without special tokens; None where the
    server does not tell. Raises EngineError when it cannot answer."""
    root = target.base_url.removesuffix("/v1").rstrip("/")
    body = {"model": target.served_name, "prompt": text, "add_special_tokens": False}
    try:
        answer = await client_of(target).post(f"{root}/tokenize", body=body, cast_to=object)
    except APIError as error:
        failure = explain(target, error)
        if getattr(error, "status_code", 0) in (400, 404, 405, 501):
            return None
        raise failure from error
    tokens = answer.get("tokens") if isinstance(answer, dict) else None
    return tokens if isinstance(tokens, list) else None
