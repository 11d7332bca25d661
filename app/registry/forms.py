"""The shape of models.yaml, checked key by key, with messages a person can act on."""

import difflib
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictStr, ValidationError

from app.registry.document import Place
from app.registry.specs import SamplingSpec
from app.tables import VariantKind

Text = Annotated[StrictStr, Field(min_length=1)]
FormT = TypeVar("FormT", bound=BaseModel)


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def _short(key: str) -> BeforeValidator:
    """`adapter: folder` is short for `adapter: {id: folder}`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _stops(value: Any) -> Any:
    """One stop or a list of them, as the tuples that YAML does not have."""
    if not isinstance(value, dict):
        return value
    single = {"stop": str, "stop_token_ids": int}
    given = {key: value[key] for key in single if key in value}
    return value | {key: _tuple(stop, single[key]) for key, stop in given.items()}


def _tuple(value: Any, kind: type) -> Any:
    return (value,) if type(value) is kind else tuple(value) if isinstance(value, list) else value


class AdapterForm(Form):
    id: Text
    rank: int | None = Field(None, ge=1)
    alpha: float | None = Field(None, gt=0)
    target_modules: list[Text] | None = None


class EndpointForm(Form):
    url: Text
    served_name: Text
    api_key_env: Text | None = None


class FormatForm(Form):
    type: Literal["chat", "template", "urial", "raw"]
    file: Text | None = None


class TrainedOnForm(Form):
    path: Text
    prompt: Text | None = None
    response: Text | None = None
    split: Text | None = None


class StrictSampling(SamplingSpec):
    model_config = ConfigDict(strict=True)


Sampling = Annotated[StrictSampling, BeforeValidator(_stops)]
Format = Annotated[FormatForm, _short("type")]


class DefaultsForm(Form):
    """What a variant inherits: sampling and vllm key by key, the rest as a whole."""

    revision: Text | None = None
    format: Format | None = None
    sampling: Sampling | None = None
    vllm: dict[str, Any] | None = None


class VariantForm(DefaultsForm):
    """`name` and `kind` are optional here only so that one slip does not hide the next."""

    name: Text | None = None
    kind: Annotated[VariantKind, Field(strict=False)] | None = None
    weights: Text | None = None
    adapter: Annotated[AdapterForm, _short("id")] | None = None
    endpoint: EndpointForm | None = None
    series: Text | None = None
    step: int | None = Field(None, ge=0)
    trained_on: Annotated[TrainedOnForm, _short("path")] | None = None


class FileForm(Form):
    variants: list[Any] = Field(min_length=1)
    defaults: dict[str, Any] | None = None


_NESTED: dict[str, type[BaseModel]] = {
    "adapter": AdapterForm,
    "endpoint": EndpointForm,
    "format": FormatForm,
    "sampling": SamplingSpec,
    "trained_on": TrainedOnForm,
}
_ELSEWHERE = {
    "api_key": "Keys do not belong in this file: name an environment variable in api_key_env.",
    "model": "Triptych says weights.",
}


def parse(form: type[FormT], raw: Any, place: Place) -> FormT | None:
    """Reports every problem; what is sound comes back, so that it is checked further."""
    if not isinstance(raw, dict):
        place.problem(f"must be a block of keys, not {show(raw)}.", _known(form))
        return None
    empty = {key for key in form.model_fields if key in raw and raw[key] is None}
    for key in empty:
        (place / key).problem(f"'{key}' is empty.", "Give it a value or remove it.")
    raw = {key: value for key, value in raw.items() if key not in empty}
    try:
        return form.model_validate(raw)
    except ValidationError as error:
        details = [detail for detail in error.errors() if detail["loc"][0] not in empty]
    for detail in details:
        _explain(form, detail, place)
    bad = {detail["loc"][0] for detail in details}
    try:
        return form.model_validate({k: v for k, v in raw.items() if k not in bad})
    except ValidationError:
        return None


def _explain(form: type[BaseModel], detail: Any, place: Place) -> None:
    spot = place
    for key in detail["loc"]:
        spot = spot / key
    key, kind, value = detail["loc"][-1], detail["type"], detail["input"]
    owner = _owner(form, detail["loc"])
    if kind == "extra_forbidden":
        spot.problem(f"unknown key '{key}'.", _suggestion(str(key), owner))
    elif kind == "missing":
        spot.problem(f"'{key}' is missing.", _known(owner))
    else:
        hint = "Put it in quotes." if kind == "string_type" and _is_scalar(value) else None
        spot.problem(f"'{_dotted(detail['loc'])}' {_wish(detail)}, not {show(value)}.", hint)


def _is_scalar(value: Any) -> bool:
    """Not text, and yet one word in the file: 7, 12e3, true, 2024-01-01."""
    return not isinstance(value, dict | list | tuple | str | None)


def _owner(form: type[BaseModel], loc: tuple[Any, ...]) -> type[BaseModel]:
    return _NESTED.get(str(loc[-2]), form) if len(loc) > 1 else form


def _wish(detail: Any) -> str:
    plain = {
        "string_type": "must be text",
        "string_too_short": "must be text",
        "dict_type": "must be a block of keys",
        "model_type": "must be a block of keys",
        "list_type": "must be a list",
        "tuple_type": "must be text or a list of texts",
        "too_short": "must be a list with at least one entry",
        "int_type": "must be a whole number",
        "float_type": "must be a number",
    }
    text = str(detail["msg"])
    if detail["type"] == "tuple_type" and detail["loc"][-1] == "stop_token_ids":
        return "must be a whole number or a list of them"
    return plain.get(detail["type"]) or "must" + text.removeprefix("Input should").replace("'", "")


def _suggestion(key: str, form: type[BaseModel]) -> str:
    close = difflib.get_close_matches(key.lower(), form.model_fields, n=1)
    if close:
        return f"Did you mean '{close[0]}'?"
    return _ELSEWHERE.get(key) or _known(form)


def _known(form: type[BaseModel]) -> str:
    return f"Keys: {', '.join(form.model_fields)}."


def _dotted(loc: tuple[Any, ...]) -> str:
    return ".".join(str(key) for key in loc)


def show(value: Any) -> str:
    """A value as a person would have written it, shortened."""
    if value is None or value == "":
        return "empty"
    if isinstance(value, dict | list):
        return "a block of keys" if isinstance(value, dict) else "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"
