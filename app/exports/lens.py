"""What the token lens has of a study's answers, for exports: numbers of each, and all tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lens import find_lens, variant_tokens
from app.results.tokens import ScoredAnswers, scored_answers
from app.tables import LensVariant, Response, Study


@dataclass(frozen=True)
class AnswerLens:
    """One answer. Of its `tokens`, and of those of its opening, the share that is shifted; `kl`:
    their mean in nats, a lower bound unless `kl_exact`. `borrowed_words`: content words that stand
    in the instruction set; None without one."""

    tokens: int
    shifted: float | None
    opening_shifted: float | None
    kl: float | None
    kl_exact: bool
    borrowed_words: int | None


@dataclass(frozen=True, eq=False)
class LensMaterial:
    """`variants`: (name, answers) of each that was scored, bases too. `samples`: by response id,
    which of a variant's answers to the prompt it is."""

    run: str
    variants: tuple[tuple[str, ScoredAnswers], ...]
    samples: Mapping[int, int]

    @cached_property
    def answers(self) -> dict[int, AnswerLens]:
        """By response id."""
        return {key: one for _, scored in self.variants for key, one in _numbers(scored).items()}


def read_lens(session: Session, study: Study) -> LensMaterial | None:
    """None where nothing of the study's run was scored."""
    lens = find_lens(session, study.run)
    of_study = {one.run_variant_id for one in study.variants}
    members = [one for one in lens.variants if one.run_variant_id in of_study] if lens else []
    variants = tuple(_variant(session, member) for member in members)
    scored = tuple(one for one in variants if one[1].read.responses)
    return LensMaterial(study.run.name, scored, _samples(session, members)) if scored else None


def _variant(session: Session, member: LensVariant) -> tuple[str, ScoredAnswers]:
    answers = scored_answers(session, member.id, variant_tokens(session, member))
    return member.run_variant.variant.name, answers


def _samples(session: Session, members: list[LensVariant]) -> dict[int, int]:
    of_members = Response.run_variant_id.in_([member.run_variant_id for member in members])
    rows = session.execute(select(Response.id, Response.sample).where(of_members))
    return {response: sample for response, sample in rows}  # noqa: C416 (rows)


def _numbers(scored: ScoredAnswers) -> dict[int, AnswerLens]:
    numbers = scored.numbers
    columns = zip(
        numbers.response.tolist(),
        numbers.tokens.tolist(),
        *map(_known, (numbers.shifted, numbers.opening_shifted, numbers.kl)),
        strict=True,
    )
    return {
        response: AnswerLens(
            *(tokens, shifted, opening, kl),
            kl_exact=numbers.exact,
            borrowed_words=_words(scored, response),
        )
        for response, tokens, shifted, opening, kl in columns
    }


def _words(scored: ScoredAnswers, response: int) -> int | None:
    found = scored.borrowed.get(response)
    return None if found is None else found.content_words


def _known(values: Any) -> list[float | None]:
    return [round(value, 6) if isfinite(value) else None for value in values.tolist()]
