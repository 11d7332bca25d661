"""The study's variants as the lens of its run has scored them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from app.lens import VariantLens
from app.results.columns import Floats, Integers, JudgementColumns
from app.results.lookup import NULL, Lookup
from app.results.records import VariantRef
from app.results.tokens.answers import ScoredAnswers, scored_answers


@dataclass(frozen=True, eq=False)
class ScoredVariant:
    """`variant` is its place in the study. `place`, shape (answers,): where each scored answer
    stands among the responses of the study's columns, NULL of those that are in no item."""

    variant: int
    ref: VariantRef
    is_base: bool
    answers: ScoredAnswers
    place: Integers

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
        answers = scored_answers(session, one.member_id, one.read)
        place = lookup.of(answers.numbers.response)
        yield ScoredVariant(variant, ref, one.is_control, answers, place)
