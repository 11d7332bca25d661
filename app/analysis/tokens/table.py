"""The tokens of all answers of one tuned variant as columns: what every count starts from."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from app.analysis.tokens.classes import Shift, classes_of
from app.analysis.votes import Booleans, Floats, Integers

NOWHERE = -1  # start and end of a token whose place in the text is not known


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts: row i is `known[code[i]]`."""

    known: tuple[str, ...]
    code: Integers

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        known = tuple(dict.fromkeys(texts))
        place = {text: code for code, text in enumerate(known)}
        codes = map(place.__getitem__, texts)
        return cls(known, np.fromiter(codes, dtype=np.int64, count=len(texts)))

    def __getitem__(self, row: int) -> str:
        return self.known[int(self.code[row])]

    def __len__(self) -> int:
        return len(self.code)

    def take(self, kept: Booleans) -> "Texts":
        return Texts(self.known, self.code[kept])


@dataclass(frozen=True, eq=False)
class Tokens:
    """Shape of each column: (tokens,), answer by answer, in order.

    `answer` and `prompt` number answers and clusters from 0, `position` the tokens of an answer.
    `rank` begins at 1. `kl` and `unknown` are not a number where they are not had. `word` is the
    whole word that the token is part of, `word_number` its number in the answer (`NO_WORD`).
    `start` and `end`: code points of the stored text. `ends`: whether the token ends the answer,
    such as `</s>` or a stop string, and does not stand in its text.
    """

    answer: Integers
    prompt: Integers
    position: Integers
    rank: Integers
    logprob: Floats
    base_logprob: Floats
    kl: Floats
    unknown: Floats
    text: Texts
    word: Texts
    word_number: Integers
    start: Integers
    end: Integers
    ends: Booleans

    def __len__(self) -> int:
        return len(self.answer)

    @property
    def shift(self) -> Integers:
        """Codes of `Shift`."""
        return classes_of(self.rank)

    @property
    def is_shifted(self) -> Floats:
        """1 where the class is shifted, else 0."""
        return np.asarray(self.shift == Shift.SHIFTED, dtype=np.float64)

    def take(self, kept: Booleans) -> "Tokens":
        """Those where `kept` is true; numbers of answers, prompts and words stay what they were."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        taken: dict[str, Any] = {
            name: column.take(kept) if isinstance(column, Texts) else column[kept]
            for name, column in columns.items()
        }
        return Tokens(**taken)
