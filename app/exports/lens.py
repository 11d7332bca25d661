"""What the token lens has of a study's answers, for exports: numbers of each, and all tokens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.lens import find_lens, variant_tokens
from app.results.tokens import ScoredAnswers, scored_answers
from app.tables import Item, ItemKind, ItemResponse, LensVariant, Response, Study, TokenShift


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
    """Of the study's answers that were scored, bases' too. `samples`: by response id, which of a
    variant's answers to the prompt it is. `variants` reads them, by name, one at a time: the tokens
    of all may be more than memory holds."""

    run: str
    samples: Mapping[int, int]
    variants: Callable[[], Iterator[tuple[str, ScoredAnswers]]]

    @cached_property
    def answers(self) -> dict[int, AnswerLens]:
        """By response id."""
        return {key: one for _, scored in self.variants() for key, one in _numbers(scored).items()}


def read_lens(session: Session, study: Study) -> LensMaterial | None:
    """None where nothing of the study's run was scored."""
    members, of_study = _members(session, study), _responses(study)
    samples = _samples(session, members, of_study)
    if not samples:
        return None
    return LensMaterial(study.run.name, samples, lambda: _read(session, members, of_study))


def _members(session: Session, study: Study) -> list[LensVariant]:
    """The study's variants, but for those that the lens refuses."""
    lens = find_lens(session, study.run)
    of_study = {one.run_variant_id for one in study.variants}
    found = [one for one in lens.variants if one.run_variant_id in of_study] if lens else []
    return [one for one in found if not one.refusal]


def _read(
    session: Session, members: Sequence[LensVariant], of_study: Select[int]
) -> Iterator[tuple[str, ScoredAnswers]]:
    for member in members:
        read = variant_tokens(session, member, of_study)
        yield member.run_variant.variant.name, scored_answers(session, member.id, read)


def _responses(study: Study) -> Select[int]:
    return (
        select(ItemResponse.response_id)
        .join(Item, Item.id == ItemResponse.item_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
    )


def _samples(
    session: Session, members: Sequence[LensVariant], of_study: Select[int]
) -> dict[int, int]:
    """Of the answers that were compared."""
    query = (
        select(Response.id, Response.sample)
        .join(TokenShift, TokenShift.response_id == Response.id)
        .where(TokenShift.lens_variant_id.in_([member.id for member in members]))
        .where(TokenShift.base_ranks.is_not(None), Response.id.in_(of_study))
    )
    return {response: sample for response, sample in session.execute(query)}  # noqa: C416 (rows)


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
