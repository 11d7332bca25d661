"""One row of a file -> one prompt. Pure: every slip becomes a message, nothing is guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.readers import decode_json

Turn = dict[str, str]
_SHORT = 200  # characters that ids, categories and names may have


class RowError(ValueError):
    """What is wrong with one value, and what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class PromptRow:
    """`key` is None when the file gives no id."""

    text: str
    key: str | None = None
    system: str | None = None
    turns: list[Turn] = field(default_factory=list)
    category: str | None = None
    reference: str | None = None


COLUMNS = ("prompt", "id", "system", "turns", "category", "reference")


def parse_prompt(values: Mapping[str, Any]) -> tuple[PromptRow | None, list[RowError]]:
    """The prompt in a row, or everything that is wrong with it."""
    errors: list[RowError] = []

    def attempt(parse: Any, key: str) -> Any:
        try:
            return parse(values, key)
        except RowError as error:
            errors.append(error)

    row = PromptRow(
        text=attempt(required_text, "prompt"),
        key=attempt(identifier, "id"),
        system=attempt(optional_text, "system"),
        turns=attempt(_turns, "turns"),
        category=attempt(short_text, "category"),
        reference=attempt(optional_text, "reference"),
    )
    return (None if errors else row), errors


# --- single values ------------------------------------------------------------------------------


def optional_text(values: Mapping[str, Any], key: str) -> str | None:
    """None where the key is missing, null or blank. Raises RowError."""
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise RowError(f"'{key}' must be text, not {_kind(value)}.", "Put it in quotes.")
    check_storable(value, key)
    return value if value.strip() else None


def required_text(values: Mapping[str, Any], key: str) -> str:
    """Raises RowError also when the text is missing or blank."""
    text = optional_text(values, key)
    if text is None:
        problem = f"'{key}' is empty." if key in values else f"'{key}' is missing."
        raise RowError(problem, "Give it a text, or delete the row.")
    return text


def short_text(values: Mapping[str, Any], key: str) -> str | None:
    text = optional_text(values, key)
    if text and len(text) > _SHORT:
        raise RowError(f"'{key}' has {len(text)} characters.", f"At most {_SHORT} are allowed.")
    return text.strip() if text else None


def identifier(values: Mapping[str, Any], key: str) -> str | None:
    """Text or a whole number."""
    value = values.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return short_text({key: str(value)}, key)
    if value is not None and not isinstance(value, str):
        raise RowError(f"'{key}' must be text or a whole number, not {_kind(value)}.")
    return short_text(values, key)


def check_storable(text: str, key: str) -> None:
    """Raises RowError for what databases and browsers cannot keep."""
    if "\0" in text:
        raise RowError(f"'{key}' has a NUL character.", "Remove it.")
    try:
        text.encode()
    except UnicodeEncodeError:
        hint = r"Half of a surrogate pair (\ud800 to \udfff) stands alone; write the character."
        raise RowError(f"'{key}' has half a character.", hint) from None


def decoded_list(values: Mapping[str, Any], key: str) -> list[Any]:
    """A list, or its JSON text (CSV has no lists); empty where missing. Raises RowError."""
    value = values.get(key)
    if isinstance(value, str) and value.strip():
        value = _from_json(value.strip(), key)
    if value is None or value == "":
        return []
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise RowError(f"'{key}' must be a list, not {_kind(value)}.", "In CSV, as JSON text.")
    return list(value)


def _from_json(text: str, key: str) -> Any:
    try:
        value, end = decode_json(text)
    except ValueError:
        end = -1
    if end != len(text):
        raise RowError(f"'{key}' is not JSON.", "In CSV, lists are written as JSON text.")
    return value


# --- earlier turns ------------------------------------------------------------------------------

_TURNS = 'Like [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}].'


def _turns(values: Mapping[str, Any], key: str) -> list[Turn]:
    turns = [_turn(turn, number) for number, turn in enumerate(decoded_list(values, key), 1)]
    for number, turn in enumerate(turns, 1):
        expected = "user" if number % 2 else "assistant"
        if turn["role"] != expected:
            message = f"turn {number} must be by the {expected}, not the {turn['role']}."
            raise RowError(message, "Turns alternate: user, assistant, user, assistant ...")
    if len(turns) % 2:
        hint = "The last message of the user belongs into 'prompt'."
        raise RowError("'turns' must end with the assistant.", hint)
    return turns


def _turn(turn: Any, number: int) -> Turn:
    if isinstance(turn, dict):  # Parquet gives all turns of a file the same keys
        turn = {key: value for key, value in turn.items() if value is not None}
    if not isinstance(turn, dict) or set(turn) != {"role", "content"}:
        raise RowError(f"turn {number} must have role and content, and nothing else.", _TURNS)
    if turn["role"] == "system":
        raise RowError(f"turn {number} is by the system.", "Put its text into 'system'.")
    if turn["role"] not in ("user", "assistant"):
        raise RowError(f"the role of turn {number} must be user or assistant.", _TURNS)
    if not isinstance(turn["content"], str) or not turn["content"].strip():
        raise RowError(f"the content of turn {number} must be text.", _TURNS)
    check_storable(turn["content"], f"turn {number}")
    return {"role": turn["role"], "content": turn["content"]}


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", dict: "an object"}
    return names.get(type(value), "a list" if isinstance(value, list) else type(value).__name__)
