"""Which prompt does each recorded answer belong to? By id where there is one, else by text."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.errors import Problem
from app.prompts import PromptRow
from app.recorded.parse import Answer


@dataclass
class Known:
    """A prompt met so far, and where."""

    row: PromptRow
    where: str


class Prompts:
    """Finds or collects the prompts of answers; what contradicts is kept in `problems`."""

    def __init__(self, existing: Iterable[PromptRow] | None = None) -> None:
        self.known: list[Known] = []
        self.problems: list[Problem] = []
        self._by_key: dict[str, int] = {}
        self._by_content: dict[str, list[int]] = {}
        self._closed = existing is not None
        for row in existing or ():
            self._learn(row, "the prompt set")

    def assign(self, answers: Sequence[Answer]) -> list[int | None]:
        """The position of each answer's prompt; None after noting a problem."""
        # Rows with ids first: files without ids then find the prompts by their text.
        order = sorted(range(len(answers)), key=lambda i: answers[i].prompt.key is None)
        found: list[int | None] = [None] * len(answers)
        for number in order:
            found[number] = self._find(answers[number])
        return found

    def rows(self) -> list[PromptRow]:
        """Every prompt; those without an id get the next free number."""
        numbers = (str(n) for n in range(1, 2 * len(self.known) + 2) if str(n) not in self._by_key)
        return [replace(k.row, key=k.row.key or next(numbers)) for k in self.known]

    def _find(self, answer: Answer) -> int | None:
        row = answer.prompt
        named = self._by_key.get(row.key) if row.key else None
        alike = self._by_content.get(_content(row), [])
        if named is not None and (named in alike or not self._closed or not alike):
            return self._agree(named, answer)
        if row.key and not self._closed:
            return self._learn(row, answer.where)
        return self._by_text(alike, answer)

    def _by_text(self, alike: list[int], answer: Answer) -> int | None:
        if len(alike) > 1:
            hint = "Give its id, so that the right one is meant."
            self._problem(answer, f"{len(alike)} prompts have this text.", hint)
        elif alike:
            return self._agree(alike[0], answer)
        elif self._closed:
            hint = "Import it without a prompt set, or correct the id or text."
            self._problem(answer, "its prompt is not in the prompt set.", hint)
        else:
            return self._learn(answer.prompt, answer.where)
        return None

    def _learn(self, row: PromptRow, where: str) -> int:
        position = len(self.known)
        self.known.append(Known(row, where))
        self._by_content.setdefault(_content(row), []).append(position)
        if row.key:
            self._by_key[row.key] = position
        return position

    def _agree(self, position: int, answer: Answer) -> int | None:
        """Rows on the same prompt must say the same of it; what one leaves out, another adds."""
        known, row = self.known[position], answer.prompt
        if _content(known.row) != _content(row):
            message = f"the prompt '{row.key}' reads differently at {known.where}."
            self._problem(answer, message, "One id stands for one prompt (with system and turns).")
            return None
        if self._closed:
            return position
        for name in ("category", "reference"):
            old, new = getattr(known.row, name), getattr(row, name)
            if old and new and old != new:
                message = f"the {name} of this prompt is another at {known.where}."
                self._problem(answer, message, "Make them equal.")
            elif new:
                known.row = replace(known.row, **{name: new})
        return position

    def _problem(self, answer: Answer, message: str, hint: str) -> None:
        self.problems.append(Problem(answer.where, message, hint))


def _content(row: PromptRow) -> str:
    return json.dumps([row.text, row.system, row.turns], sort_keys=True)
