"""One prompt's answers, token by token, the variants side by side."""

import math
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analysis.tokens import Shift, classes_of, is_special
from app.tables import Borrowing, Lens, LensVariant, Prompt, Response, TokenShift, VariantKind


@dataclass(frozen=True)
class Alternative:
    """A token that the base finds likely there, and its probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class LensToken:
    """`rank` and `base_probability` are the base's, `probability` the variant's own. `kl` in nats.
    `is_special`: it ends the answer and does not stand in its text."""

    position: int
    text: str
    shift: Shift
    rank: int
    probability: float
    base_probability: float
    kl: float
    alternatives: tuple[Alternative, ...]
    is_special: bool


@dataclass(frozen=True)
class LensAnswer:
    """`tokens` are None of an answer that was not compared; `failure` may say why.

    `borrowed`: [start, end) in `text` of phrases from the instruction set. `exact`: whether KL is
    over the whole vocabulary.
    """

    response_id: int
    name: str
    kind: VariantKind
    sample: int
    text: str
    tokens: tuple[LensToken, ...] | None
    failure: str | None
    borrowed: tuple[tuple[int, int], ...]
    exact: bool

    @property
    def shifted(self) -> int:
        return sum(token.shift is Shift.SHIFTED for token in self.tokens or ())


def lens_answers(session: Session, lens: Lens, prompt: Prompt) -> list[LensAnswer]:
    """Of every variant of the lens in its order, all samples."""
    return [one for member in lens.variants for one in _of_member(session, member, prompt)]


def _of_member(session: Session, member: LensVariant, prompt: Prompt) -> list[LensAnswer]:
    query = (
        select(Response, TokenShift, Borrowing)
        .outerjoin(
            TokenShift,
            (TokenShift.response_id == Response.id) & (TokenShift.lens_variant_id == member.id),
        )
        .outerjoin(
            Borrowing,
            (Borrowing.response_id == Response.id) & (Borrowing.lens_variant_id == member.id),
        )
        .where(Response.run_variant_id == member.run_variant_id, Response.prompt_id == prompt.id)
        .order_by(Response.sample)
    )
    return [_answer(member, *row) for row in session.execute(query)]


def _answer(
    member: LensVariant, response: Response, shift: TokenShift | None, borrowing: Borrowing | None
) -> LensAnswer:
    return LensAnswer(
        response_id=response.id,
        name=member.run_variant.variant.name,
        kind=member.run_variant.variant.kind,
        sample=response.sample,
        text=response.text,
        tokens=_tokens(shift) if shift and shift.base_ranks is not None else None,
        failure=shift.failure if shift else member.refusal,
        borrowed=tuple((start, end) for start, end, *_ in borrowing.phrases) if borrowing else (),
        exact=shift is not None and shift.exact,
    )


def _tokens(shift: TokenShift) -> tuple[LensToken, ...]:
    ranks = shift.base_ranks or []
    columns = zip(
        shift.tokens,
        ranks,
        classes_of(np.array(ranks)).tolist(),
        shift.logprobs,
        shift.base_logprobs or [],
        shift.kl or [],
        shift.alternatives or [],
        strict=True,
    )
    return tuple(
        LensToken(
            position=position,
            text=text,
            shift=Shift(code),
            rank=rank,
            probability=math.exp(own),
            base_probability=math.exp(base),
            kl=kl,
            alternatives=tuple(Alternative(one, math.exp(logprob)) for one, logprob in best),
            is_special=is_special(text),
        )
        for position, (text, rank, code, own, base, kl, best) in enumerate(columns)
    )
