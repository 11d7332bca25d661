"""What a study wants of a rater's session beside judging: consent, questions, rest, the way out."""

import enum
import re
from collections.abc import Sequence
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.tables import Study


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ValueError("is not a web address") from error
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("has to begin with https://")
    return text


def _parameter(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,59}", text):
        raise ValueError("write it as it stands in the link, such as PROLIFIC_PID")
    return text


WebAddress = Annotated[str, Field(max_length=2000), AfterValidator(_web_address)]


TOLD_APART = "told_apart"
"""The key of the guess whether answers could be told apart: no, unsure or yes."""


class QuestionKind(enum.StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"


class Question(BaseModel):
    """Asked of the rater, not of an answer. `key` is stable in exports."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    label: str = Field(min_length=1, max_length=500)
    kind: QuestionKind = QuestionKind.TEXT
    choices: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field([], max_length=30)
    required: bool = True

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.key == TOLD_APART:
            raise ValueError("begin the question with other words")
        if self.kind is QuestionKind.CHOICE and len(set(self.choices)) < 2:
            raise ValueError("a choice needs two different options")
        return self


class OnFailure(enum.StrEnum):
    """What happens to a rater below the threshold of the gold items."""

    FLAG = "flag"
    SCREEN_OUT = "screen_out"


class SessionSpec(BaseModel):
    """The defaults ask nothing. `ask_kinds`: which answer came from which kind of variant, where
    there are two kinds. `gold_percent` of the gold items have to be passed, looked at from
    `gold_minimum` of them on; one comes after about `gold_every` others. Times are in minutes.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    consent: str = Field("", max_length=20000)
    before: list[Question] = Field([], max_length=20)
    after: list[Question] = Field([], max_length=20)
    ask_guess: bool = False
    ask_kinds: bool = False
    break_every: int | None = Field(None, ge=1, le=1000)
    session_minutes: int | None = Field(None, ge=5, le=24 * 60)
    rest_minutes: int = Field(30, ge=1, le=7 * 24 * 60)
    quota: int | None = Field(None, ge=1, le=100_000)
    gold_every: int = Field(10, ge=1, le=1000)
    gold_minimum: int = Field(3, ge=1, le=1000)
    gold_percent: int = Field(60, ge=0, le=100)
    on_failure: OnFailure = OnFailure.FLAG
    completion_code: str = Field("", max_length=200)
    completion_url: WebAddress = ""
    screened_out_url: WebAddress = ""
    panel_parameter: Annotated[str, AfterValidator(_parameter)] = "PROLIFIC_PID"

    @model_validator(mode="after")
    def _check(self) -> Self:
        for questions in (self.before, self.after):
            _require_different(questions)
        return self

    def is_below(self, passed: Sequence[bool]) -> bool:
        """Too few of the gold items were passed, and there were enough of them to say so."""
        enough = len(passed) >= self.gold_minimum
        return enough and 100 * sum(passed) < self.gold_percent * len(passed)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the session has, in an admin's words; empty without settings."""
        told = [
            ("Consent", "asked for" if self.consent else ""),
            ("Questions", _counted(len(self.before), self._asked_after)),
            ("Most items per rater", str(self.quota or "")),
            ("Break", f"after every {self.break_every} judgements" if self.break_every else ""),
            ("Limit", self._limit),
            ("Completion code", self.completion_code),
        ]
        return [(what, value) for what, value in told if value]

    @property
    def _limit(self) -> str:
        if self.session_minutes is None:
            return ""
        return f"{self.session_minutes} minutes, then {self.rest_minutes} minutes of rest"

    @property
    def _asked_after(self) -> int:
        return len(self.after) + self.ask_guess + self.ask_kinds


def _counted(before: int, after: int) -> str:
    return f"{before} before the first item, {after} after the last" if before or after else ""


def _require_different(questions: Sequence[Question]) -> None:
    if len({one.key for one in questions}) < len(questions):
        raise ValueError("two questions have the same beginning: word them differently")


def session_of(study: Study) -> SessionSpec:
    return SessionSpec.model_validate(study.session)
