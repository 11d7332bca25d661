"""The study's variants as the lens of its run has scored them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.analysis.tokens import Tokens
from app.lens import VariantLens
from app.results.columns import Booleans, Floats, Integers, JudgementColumns
from app.results.lookup import NULL, Lookup
from app.results.records import VariantRef
from app.results.tokens.answers import (
    AnswerNumbers,
    Borrowed,
    borrowed_tokens,
    numbers_of,
    read_borrowed,
)


@dataclass(frozen=True, eq=False)
class ScoredVariant:
    """`variant` is its place in the study. `place`, shape (answers,): where each scored answer
    stands among the responses of the study's columns, NULL of those that are in no item.
    `borrowed` by response id; `is_borrowed`, shape (tokens,), None without an instruction set.
    """

    variant: int
    ref: VariantRef
    is_base: bool
    tokens: Tokens
    numbers: AnswerNumbers
    place: Integers
    borrowed: dict[int, Borrowed]
    is_borrowed: Booleans | None

    def over_responses(self, amounts: Floats, responses: int) -> Floats:
        """`amounts`, shape (answers,) -> (responses,), not a number where there is none."""
        found = np.full(responses, np.nan)
        known = self.place != NULL
        found[self.place[known]] = amounts[known]
        return found


def scored_variants(
    session: Session, columns: JudgementColumns, found: Sequence[VariantLens]
) -> Iterator[ScoredVariant]:
    """Of the study's variants, in its order, those in `found`, what the lens of its run has."""
    lenses = {(one.name, one.kind): one for one in found}
    lookup = Lookup(columns.responses.id)
    for variant, ref in enumerate(columns.variants):
        one = lenses.get((ref.name, ref.kind))
        if one is None:
            continue
        tokens, responses = one.read.tokens, one.read.responses
        borrowed = {} if one.is_control else read_borrowed(session, one.member_id)
        numbers = numbers_of(one.read)
        yield ScoredVariant(
            variant=variant,
            ref=ref,
            is_base=one.is_control,
            tokens=tokens,
            numbers=numbers,
            place=lookup.of(numbers.response),
            borrowed=borrowed,
            is_borrowed=borrowed_tokens(tokens, responses, borrowed),
        )
