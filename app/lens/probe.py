"""Asking what the self-check wants to know, of an engine that is held."""

import asyncio
from collections.abc import Sequence

import numpy as np

from app.engines import ALL, PromptInput, Target, generate, score, tokenize
from app.errors import AppError, EngineError
from app.lens.check import Check, Probe, own_check
from app.registry import SamplingSpec, VariantSpec

PROBES = 4
_GREEDY = SamplingSpec(temperature=0, max_tokens=48)
# Besides the run's own prompts: spaces, digits, code, accents, scripts and an emoji.
_TEXTS = (
    "  Two spaces, 3.14159 and 1,000,000.\n\tdef f(x):\n    return x ** 2\n",
    "Größe, naïveté, Ελλάδα, Москва, 東京, 서울, العربية, 🧭",
)


async def check_own(
    target: Target, spec: VariantSpec, prompts: Sequence[PromptInput], *, exact: bool
) -> Check:
    """`exact`: try for whole distributions. Raises EngineError; AppError where nothing could be
    asked at all."""
    probes = await asyncio.gather(*(_probe(target, spec, one) for one in prompts[:PROBES]))
    texts = [*(one.text for one in prompts[:PROBES]), *_TEXTS]
    tokenized = await _tokenized(target, texts)
    whole = exact and await _gives_all(target, probes[0])
    return own_check(probes, tokenized, exact=whole)


async def _probe(target: Target, spec: VariantSpec, prompt: PromptInput) -> Probe:
    answer = await generate(target, spec, prompt, sampling=_GREEDY, seed=0)
    if not answer.prompt_token_ids or not answer.token_ids or not answer.logprobs:
        hint = "The lens needs a vLLM server: it returns token ids and prompt_logprobs."
        raise AppError("The server does not return the ids of its tokens.", hint=hint)
    scoring = await score(target, answer.prompt_token_ids, answer.token_ids, top=1)
    return Probe(
        prompt_ids=answer.prompt_token_ids,
        token_ids=answer.token_ids,
        texts=scoring.texts,
        generated=answer.logprobs,
        scored=scoring.logprobs,
        ranks=scoring.ranks,
    )


async def check_base(
    target: Target,
    check: Check,
    prompts: Sequence[PromptInput],
    own_answers: Sequence[tuple[list[int], list[int]]],
) -> Check:
    """The check completed with what the base says. `own_answers`: prompt and token ids of answers
    of the base itself. Raises EngineError, AppError."""
    scorings = await asyncio.gather(
        *(score(target, one.prompt_ids, one.token_ids, top=1) for one in check.probes)
    )
    changes = [
        np.abs(np.subtract(probe.scored, scoring.logprobs)).max()
        for probe, scoring in zip(check.probes, scorings, strict=True)
    ]
    texts = [*(one.text for one in prompts[:PROBES]), *_TEXTS]
    tokenized = await _tokenized(target, texts)
    same = [p.texts == s.texts for p, s in zip(check.probes, scorings, strict=True)]
    if check.tokenized is not None and tokenized is not None:
        same.append(check.tokenized == tokenized)
    return check.model_copy(
        update={
            "changed_most": float(max(changes)),
            "base_first": await _share_first(target, own_answers),
            "tokenizers_agree": all(same),
            "exact": check.exact and await _gives_all(target, check.probes[0]),
        }
    )


async def _share_first(
    target: Target, answers: Sequence[tuple[list[int], list[int]]]
) -> float | None:
    whole = [(prompt, tokens) for prompt, tokens in answers[:PROBES] if prompt and tokens]
    scorings = await asyncio.gather(*(score(target, *ids, top=1) for ids in whole))
    ranks = [rank for scoring in scorings for rank in scoring.ranks]
    return sum(rank == 1 for rank in ranks) / len(ranks) if ranks else None


async def _gives_all(target: Target, probe: Probe) -> bool:
    """Whether it tells of the whole vocabulary; engines have a limit (vLLM's --max-logprobs)."""
    try:
        await score(target, probe.prompt_ids, probe.token_ids[:1], top=ALL)
    except EngineError:
        raise
    except AppError:
        return False
    return True


async def _tokenized(target: Target, texts: Sequence[str]) -> list[list[int]] | None:
    found = await asyncio.gather(*(tokenize(target, text) for text in texts))
    ids = [one for one in found if one is not None]
    return ids if len(ids) == len(texts) else None
