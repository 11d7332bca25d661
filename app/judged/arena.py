"""Battles as Chatbot Arena publishes them: one row, two variants, one winner. Pure.

docs/import-judgements.md names every column that is understood.
"""

from collections.abc import Mapping
from typing import Any

from app.judged.shapes import Ballot, Batch, Said, Shown
from app.judged.values import (
    comment,
    duration,
    is_missing,
    moment,
    person,
    rater_kind,
    variant_kind,
    variant_name,
)
from app.prompts import PromptRow, RowError
from app.prompts.rows import check_storable, decoded_list, identifier, short_text
from app.readers import Rows
from app.tables import Outcome

NAME = "arena"
CRITERION = "preference"
AGAINST_ITSELF = "battles of a variant against itself"

# Other tools' names for the same columns.
_SAME = {
    "left": "model_a",
    "right": "model_b",
    "left_model": "model_a",
    "right_model": "model_b",
    "variant_a": "model_a",
    "variant_b": "model_b",
    "id": "question_id",
    "prompt_id": "question_id",
    "user": "judge",
    "rater": "judge",
    "answer_a": "response_a",
    "answer_b": "response_b",
}
_TIMES = ("tstamp", "timestamp", "submitted_at", "created_at")
_FLAGS = {"winner_model_a": "model_a", "winner_model_b": "model_b", "winner_tie": "tie"}
_USED = {
    *("model_a", "model_b", "winner", "question_id", "judge", "prompt", "turn", "category"),
    *("response_a", "response_b", "conversation_a", "conversation_b", "kind_a", "kind_b"),
    *("rater_kind", "comment", "duration_ms", "reference", "system", *_TIMES, *_FLAGS),
}
_WINNERS: dict[str, tuple[Outcome, tuple[int, int]]] = {
    "model_a": (Outcome.RANKED, (1, 2)),
    "model_b": (Outcome.RANKED, (2, 1)),
    "left": (Outcome.RANKED, (1, 2)),
    "right": (Outcome.RANKED, (2, 1)),
    "a": (Outcome.RANKED, (1, 2)),
    "b": (Outcome.RANKED, (2, 1)),
    "tie": (Outcome.RANKED, (1, 1)),
    "tie (bothbad)": (Outcome.TIE_BAD, (1, 1)),
    "tie(bothbad)": (Outcome.TIE_BAD, (1, 1)),
    "bothbad": (Outcome.TIE_BAD, (1, 1)),
    "both_bad": (Outcome.TIE_BAD, (1, 1)),
}
_YES = ("1", "1.0", "true")


def recognise(columns: set[str]) -> bool:
    names = {_SAME.get(column, column) for column in columns}
    return {"model_a", "model_b"} <= names and ("winner" in names or set(_FLAGS) <= names)


def read(rows: Rows, batch: Batch) -> None:
    renamed = _renamed(rows.columns)
    batch.columns += [c for c in rows.columns if renamed.get(c, c) not in _USED]
    for row in rows.rows:
        values = {renamed.get(key, key): value for key, value in row.values.items()}
        try:
            _read_row(row.where, values, batch)
        except RowError as error:
            batch.refuse(row.where, error)


def _renamed(columns: list[str]) -> dict[str, str]:
    """Another tool's names, where the usual one is not there too."""
    there, names = set(columns), {}
    for column in columns:
        own = _SAME.get(column)
        if own and own not in there:
            names[column] = own
            there.add(own)
    return names


def _read_row(where: str, values: Mapping[str, Any], batch: Batch) -> None:
    outcome, ranks = _winner(values)
    first, second = variant_name(values, "model_a"), variant_name(values, "model_b")
    prompt, texts = _conversations(values)
    if first == second:
        batch.ignored[AGAINST_ITSELF] += 1
        return
    for name, key in ((first, "kind_a"), (second, "kind_b")):
        if kind := variant_kind(values, key):
            batch.kinds[name] = kind
    shown = (Shown(first, texts[0]), Shown(second, texts[1]))
    ballot = Ballot(
        where=where,
        rater=person(values, "judge"),
        rater_kind=rater_kind(values, "rater_kind"),
        prompt=prompt,
        shown=shown,
        said={CRITERION: Said.preference(outcome, ranks)},
        item=identifier(values, "turn") or "",
        comment=comment(values.get("comment")),
        at=moment(values, *_TIMES),
        duration_ms=duration(values, "duration_ms"),
    )
    batch.ballots.append(ballot)


def _winner(values: Mapping[str, Any]) -> tuple[Outcome, tuple[int, int]]:
    word = values.get("winner")
    if is_missing(word):
        word = _flagged(values)
    found = _WINNERS.get(" ".join(word.lower().split())) if isinstance(word, str) else None
    if found is None:
        told = f"'{word[:40]}'" if isinstance(word, str) else "missing or not text"
        hint = "It must be model_a, model_b, tie or tie (bothbad)."
        raise RowError(f"the winner is {told}.", hint)
    return found


def _flagged(values: Mapping[str, Any]) -> str | None:
    """The winner out of three columns of 0 and 1."""
    chosen = [word for key, word in _FLAGS.items() if str(values.get(key)).lower() in _YES]
    return chosen[0] if len(chosen) == 1 else None


# --- what was asked and answered ------------------------------------------------------------------


def _conversations(
    values: Mapping[str, Any],
) -> tuple[PromptRow, tuple[str | None, str | None]]:
    asked_a, answer_a = _side(values, "a")
    asked_b, answer_b = _side(values, "b")
    if asked_a is not None and asked_b is not None and asked_a != asked_b:
        hint = "Both variants of a battle answer the same prompt."
        raise RowError("the two conversations begin with different prompts.", hint)
    asked = _text(values, "prompt") or asked_a or asked_b or ""
    prompt = PromptRow(
        asked,
        key=None if is_missing(values.get("question_id")) else identifier(values, "question_id"),
        system=_text(values, "system"),
        category=None if is_missing(values.get("category")) else short_text(values, "category"),
        reference=_text(values, "reference"),
    )
    return prompt, (answer_a, answer_b)


def _side(values: Mapping[str, Any], side: str) -> tuple[str | None, str | None]:
    """(the first message of the user, what the variant answered), where the file has them."""
    key = f"conversation_{side}"
    if is_missing(values.get(key)):
        return None, _answer(values, f"response_{side}")
    messages = [_message(entry, key) for entry in decoded_list(values, key)]
    messages = [message for message in messages if message[0] != "system"]
    if len(messages) < 2 or messages[0][0] != "user":
        raise RowError(f"'{key}' must begin with the user and hold an answer.", _CONVERSATION)
    return messages[0][1], _rest(messages[1:])


_CONVERSATION = 'Like [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hi!"}].'


def _message(entry: Any, key: str) -> tuple[str, str]:
    role = entry.get("role") if isinstance(entry, dict) else None
    content = entry.get("content") if isinstance(entry, dict) else None
    if not isinstance(role, str) or not isinstance(content, str):
        raise RowError(f"'{key}' must be a list of role and content.", _CONVERSATION)
    check_storable(content, key)
    return role, content


def _rest(messages: list[tuple[str, str]]) -> str:
    """The answer; of several turns all that follows the prompt, saying who speaks."""
    if len(messages) == 1:
        return messages[0][1]
    return "\n\n".join(f"{role.capitalize()}: {content}" for role, content in messages)


def _answer(values: Mapping[str, Any], key: str) -> str | None:
    """An empty answer is an answer; a missing one is not."""
    value = values.get(key)
    if value is None:
        return None
    return _text(values, key) or ""


def _text(values: Mapping[str, Any], key: str) -> str | None:
    value = values.get(key)
    if is_missing(value):
        return None
    if not isinstance(value, str):
        raise RowError(f"'{key}' must be text.", "Put it in quotes.")
    check_storable(value, key)
    return value
