"""Asking what the self-check wants to know, of an engine that is held."""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from app.engines import ALL, PromptInput, Scoring, Target
from app.errors import AppError, EngineError
from app.lens.asking import Asking
from app.lens.check import Check, Probe, own_check
from app.registry import SamplingSpec, VariantSpec

Answer = TypeVar("Answer")

PROBES = 4
_GREEDY = SamplingSpec(temperature=0, max_tokens=48)
# Besides the run's own prompts: spaces, digits, code, accents, scripts and an emoji.
_TEXTS = (
    "  Two spaces, 3.14159 and 1,000,000.\n\tdef f(x):\n    return x ** 2\n",
    "Größe, naïveté, Ελλάδα, Москва, 東京, 서울, العربية, 🧭",
)


async def check_own(
    asking: Asking,
    target: Target,
    spec: VariantSpec,
    prompts: Sequence[PromptInput],
    texts: Sequence[str],
    *,
    exact: bool,
) -> Check:
    """`texts` are tokenized, in `check_base` once more. `exact`: try for whole distributions.

    Raises EngineError; AppError where nothing could be asked at all.
    """
    probes = await _answered(_probe(asking, target, spec, one) for one in prompts)
    if not probes:
        raise AppError("The run has no answer of it, so there is nothing to check it with.")
    tokenized = await _tokenized(asking, target, texts)
    whole = exact and await _gives_all(asking, target, probes[0])
    return own_check(probes, tokenized, exact=whole)


async def _probe(asking: Asking, target: Target, spec: VariantSpec, prompt: PromptInput) -> Probe:
    answer = await asking.generate(target, spec, prompt, sampling=_GREEDY, seed=0)
    if not answer.prompt_token_ids or not answer.token_ids or not answer.logprobs:
        hint = "The lens needs a vLLM server: it returns token ids and prompt_logprobs."
        raise AppError("The server does not return the ids of its tokens.", hint=hint)
    scoring = await asking.score(target, answer.prompt_token_ids, answer.token_ids, top=1)
    return Probe(
        prompt_ids=answer.prompt_token_ids,
        token_ids=answer.token_ids,
        texts=scoring.texts,
        generated=answer.logprobs,
        scored=scoring.logprobs,
        ranks=scoring.ranks,
    )


async def check_base(
    asking: Asking,
    target: Target,
    check: Check,
    texts: Sequence[str],
    own_answers: Sequence[tuple[list[int], list[int]]],
) -> Check:
    """The check completed with what the base says. `own_answers`: prompt and token ids of answers
    of the base itself. Raises EngineError, AppError."""
    scored = await _answered(_again(asking, target, probe) for probe in check.probes)
    changes = [np.abs(np.subtract(one.scored, found.logprobs)).max() for one, found in scored]
    same = [one.texts == found.texts for one, found in scored]
    tokenized = await _tokenized(asking, target, texts)
    if check.tokenized is not None and tokenized is not None:
        same.append(check.tokenized == tokenized)
    return check.model_copy(
        update={
            "changed_most": float(max(changes)),
            "base_first": await _share_first(asking, target, own_answers),
            "tokenizers_agree": all(same),
            "exact": check.exact and await _gives_all(asking, target, check.probes[0]),
        }
    )


async def _again(asking: Asking, target: Target, probe: Probe) -> tuple[Probe, Scoring]:
    return probe, await asking.score(target, probe.prompt_ids, probe.token_ids, top=1)


async def _share_first(
    asking: Asking, target: Target, answers: Sequence[tuple[list[int], list[int]]]
) -> float | None:
    whole = [(prompt, tokens) for prompt, tokens in answers if prompt and tokens]
    scorings = await _answered(asking.score(target, *ids, top=1) for ids in whole)
    ranks = [rank for scoring in scorings for rank in scoring.ranks]
    return sum(rank == 1 for rank in ranks) / len(ranks) if ranks else None


async def _gives_all(asking: Asking, target: Target, probe: Probe) -> bool:
    """Whether it tells of the whole vocabulary; engines have a limit (vLLM's --max-logprobs)."""
    try:
        await asking.score(target, probe.prompt_ids, probe.token_ids[:1], top=ALL)
    except EngineError:
        raise
    except AppError:
        return False
    return True


async def _tokenized(
    asking: Asking, target: Target, texts: Sequence[str]
) -> list[list[int]] | None:
    given = [*texts, *_TEXTS]
    found = await asyncio.gather(*(asking.tokenize(target, text) for text in given))
    ids = [one for one in found if one is not None]
    return ids if len(ids) == len(given) else None


async def _answered(requests: Iterable[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """What is not refused, such as a prompt that leaves no room; raises where all are refused."""
    found = await asyncio.gather(*(_or_refusal(request) for request in requests))
    answers = [one for one in found if not isinstance(one, AppError)]
    if found and not answers:
        raise next(one for one in found if isinstance(one, AppError))
    return answers


async def _or_refusal(request: Coroutine[Any, Any, Answer]) -> Answer | AppError:
    try:
        return await request
    except EngineError:
        raise
    except AppError as error:
        return error
