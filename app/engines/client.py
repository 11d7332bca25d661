"""Asking an engine or an endpoint: one prompt in, one answer with its evidence out."""

import math
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from openai import APIError, BadRequestError, UnprocessableEntityError

from app.engines.connections import Target, client_of, refused_by
from app.engines.formats import PromptInput, render
from app.engines.refusals import explain, message_of, not_an_answer
from app.errors import AppError
from app.registry import SamplingSpec, VariantSpec

_EXTRA_SAMPLING = ("top_k", "min_p", "repetition_penalty", "stop_token_ids")
_EVIDENCE = ("return_token_ids", "return_prompt_text", "logprobs", "response_format")
# Of these, what the client's own methods do not know, at least not of completions.
_EXTRA_EVIDENCE = ("return_token_ids", "return_prompt_text", "response_format")
# What the client raises for an answer that is no JSON, and we for JSON of another shape.
_MALFORMED = (ValueError, TypeError, AttributeError)
# Half a character, as in an answer cut off inside an emoji, and NUL: databases refuse both.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True)
class Generation:
    """An answer. `text` has no white space around it; `token_ids` are exactly what came back.

    `logprobs`: natural log of each token's own probability. Lists are empty and
    `rendered_prompt` is None where the server does not return them; so are the counts of tokens.
    """

    text: str
    finish_reason: str | None
    rendered_prompt: str | None
    prompt_token_ids: list[int]
    token_ids: list[int]
    logprobs: list[float]
    latency_ms: int
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


async def generate(
    target: Target,
    variant: VariantSpec,
    prompt: PromptInput,
    *,
    sampling: SamplingSpec | None = None,
    seed: int | None = None,
    schema: Mapping[str, Any] | None = None,
) -> Generation:
    """Raises EngineError when the server cannot answer (anything), AppError for this prompt only.

    `sampling` replaces the variant's own. `schema`: the answer is to be JSON of this JSON Schema,
    which servers that can hold answers to it do; nobody else says that they did not.
    """
    request = _request(target, variant, prompt, sampling or variant.sampling, seed)
    started = time.monotonic()
    try:
        answer = await _ask(target, request, evidence=_wanted(target, request, schema))
        milliseconds = round((time.monotonic() - started) * 1000)
        return _generation(answer, request.text, milliseconds)
    except _MALFORMED as error:
        raise not_an_answer(target, error) from error


async def stream(
    target: Target,
    variant: VariantSpec,
    prompt: PromptInput,
    *,
    sampling: SamplingSpec | None = None,
    seed: int | None = None,
) -> AsyncIterator[str]:
    """The answer's text, piece by piece, without white space at its beginning. Raises as above."""
    request = _request(target, variant, prompt, sampling or variant.sampling, seed)
    pieces = await _ask(target, request, evidence={"stream": True})
    begun = False
    try:
        async for piece in pieces:
            text = _delta(piece) if begun else _delta(piece).lstrip()
            begun = begun or bool(text)
            if text:
                yield text
    except APIError as error:
        raise explain(target, error) from error
    except _MALFORMED as error:
        raise not_an_answer(target, error) from error
    finally:
        await pieces.close()


# --- requests -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Request:
    """`text` is the prompt when Triptych rendered it, None when the engine does (chat)."""

    arguments: dict[str, Any]
    text: str | None


def _request(
    target: Target,
    variant: VariantSpec,
    prompt: PromptInput,
    sampling: SamplingSpec,
    seed: int | None,
) -> _Request:
    given = sampling.model_dump(exclude_none=True, exclude={"stop"})
    extra = {name: given.pop(name) for name in _EXTRA_SAMPLING if name in given}
    arguments = {"model": target.served_name, "extra_body": extra, **given}
    arguments |= {"seed": seed} if seed is not None else {}
    if variant.format.type == "chat":
        arguments |= {"messages": prompt.messages} | _stop(sampling.stop)
        return _Request(arguments, None)
    rendered = render(variant.format, prompt)
    arguments |= {"prompt": rendered.text} | _stop((*sampling.stop, *rendered.stop))
    return _Request(arguments, rendered.text)


def _stop(sequences: tuple[str, ...]) -> dict[str, Any]:
    return {"stop": list(sequences)} if sequences else {}


def _wanted(target: Target, request: _Request, schema: Mapping[str, Any] | None) -> dict[str, Any]:
    if request.text is None:
        chosen: dict[str, Any] = {"logprobs": True, "return_prompt_text": True}
    else:
        chosen = {"logprobs": 0 if target.is_local else 1}
    wanted = chosen | {"return_token_ids": True}
    if schema is not None:
        named = {"name": "reply", "strict": True, "schema": schema}
        wanted["response_format"] = {"type": "json_schema", "json_schema": named}
    return {name: value for name, value in wanted.items() if name not in refused_by(target)}


async def _ask(target: Target, request: _Request, *, evidence: dict[str, Any]) -> Any:
    """Retries (connection, 429, 5xx, Retry-After) are the client's.

    An endpoint that refuses to give evidence by name is asked without it from then on.
    """
    try:
        return await _create(target, request, evidence)
    except (BadRequestError, UnprocessableEntityError) as error:
        named = {name for name in _EVIDENCE if name in evidence and name in message_of(error)}
        if not named or target.is_local:
            raise explain(target, error) from error
        refused_by(target).update(named)
        rest = {name: value for name, value in evidence.items() if name not in named}
        return await _ask(target, request, evidence=rest)
    except APIError as error:
        raise explain(target, error) from error


async def _create(target: Target, request: _Request, evidence: dict[str, Any]) -> Any:
    client = client_of(target)
    standard = {k: v for k, v in evidence.items() if k not in _EXTRA_EVIDENCE}
    extra = request.arguments["extra_body"] | {
        k: v for k, v in evidence.items() if k in _EXTRA_EVIDENCE
    }
    arguments = request.arguments | standard | {"extra_body": extra}
    resource = client.chat.completions if request.text is None else client.completions
    create = cast(Callable[..., Any], resource.create)
    return await create(**arguments)


# --- answers ------------------------------------------------------------------------------------


def _generation(answer: Any, text: str | None, latency_ms: int) -> Generation:
    if not answer.choices:
        raise AppError("The server returned no answer.", status=502)
    choice = answer.choices[0]
    content = choice.text if text is not None else choice.message.content
    # vLLM puts a chat's prompt ids beside the choices and a completion's inside.
    prompt_ids = getattr(answer, "prompt_token_ids", None)
    return Generation(
        text=_UNSTORABLE.sub("\ufffd", (content or "").strip()),
        finish_reason=choice.finish_reason,
        rendered_prompt=text if text is not None else getattr(answer, "prompt_text", None),
        prompt_token_ids=prompt_ids or getattr(choice, "prompt_token_ids", None) or [],
        token_ids=getattr(choice, "token_ids", None) or [],
        logprobs=_logprobs(choice.logprobs),
        latency_ms=latency_ms,
        prompt_tokens=getattr(answer.usage, "prompt_tokens", None),
        completion_tokens=getattr(answer.usage, "completion_tokens", None),
    )


def _logprobs(found: Any) -> list[float]:
    content = getattr(found, "content", None)
    if content is None:
        values = list(getattr(found, "token_logprobs", None) or [])
    else:
        values = [token.logprob for token in content]
    # Half of the evidence is none, and not every database takes an infinity.
    return values if all(v is not None and math.isfinite(v) for v in values) else []


def _delta(piece: Any) -> str:
    if not piece.choices:
        return ""
    choice = piece.choices[0]
    found = choice.delta.content if hasattr(choice, "delta") else choice.text
    return found or ""
