"""What a server's failure means: for this prompt only (AppError), or for all (EngineError)."""

from openai import APIConnectionError, APIError, APIStatusError

from app.engines.connections import Target
from app.errors import AppError, EngineError


def explain(target: Target, error: APIError) -> AppError:
    """The error to raise; fatal when no retry can help."""
    where = _where(target)
    if isinstance(error, APIStatusError):
        return _refusal(where, target, error)
    if isinstance(error, APIConnectionError):
        hint = None if target.is_local else "Check the address and that the server is up."
        return EngineError(f"{where} does not answer: {_cause(error)}.", hint=hint)
    return EngineError(f"{where} broke off: {error}")


def not_an_answer(target: Target, error: Exception) -> EngineError:
    """For what came with status 200 and is no answer: a web page, a proxy's notice."""
    hint = None if target.is_local else "Check url in models.yaml: it usually ends in /v1."
    message = f"{_where(target)} does not answer as OpenAI's API does ({error})."
    return EngineError(message, hint=hint)


def _where(target: Target) -> str:
    return "The engine" if target.is_local else f"The endpoint {target.base_url}"


def _refusal(where: str, target: Target, error: APIStatusError) -> AppError:
    message = message_of(error)
    match error.status_code:
        case 401 | 403 | 404 if target.is_local:  # another engine has taken the port of a dead one
            return EngineError(f"{where} is not the one that was asked: {message}")
        case 401 | 403:
            hint = "Check the key in the variable that api_key_env names."
            return EngineError(f"{where} refuses the key: {message}", hint=hint, fatal=True)
        case 404:
            hint = f"Check url and served_name ('{target.served_name}') in models.yaml"
            hint += "; servers without /v1/completions need format: chat."
            return EngineError(f"{where} does not know this: {message}", hint=hint, fatal=True)
        case 408 | 409 | 429:
            return EngineError(f"{where} is overloaded: {message}", hint="Try again later.")
        case status if status >= 500:
            return EngineError(f"{where} failed ({status}): {message}")
        case _:
            return AppError(f"{where} refuses this prompt: {message}")


def message_of(error: APIStatusError) -> str:
    body = error.body
    if isinstance(body, dict):
        return str(body.get("message") or body)
    return error.message


def _cause(error: BaseException) -> str:
    cause = error.__cause__ or error
    return str(cause) or type(cause).__name__
