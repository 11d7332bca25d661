"""A variant's scored answers as arrays, and with what is needed to find each again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.analysis.tokens import ScoredAnswer, Tokens, tokens_of
from app.tables import LensVariant, Response, TokenShift


@dataclass(frozen=True, eq=False)
class VariantTokens:
    """`responses` and `prompts`, by the number of an answer in `tokens`: ids in the database.

    `control`: the tokens of the answers that were scored after the base's own prompt format, too,
    with those ranks and log-probabilities; None where no prompt differs. `exact`: whether every KL
    is over the whole vocabulary.
    """

    tokens: Tokens
    control: Tokens | None
    responses: tuple[int, ...]
    prompts: tuple[int, ...]
    exact: bool


def variant_tokens(
    session: Session, member: LensVariant, among: Select[int] | None = None
) -> VariantTokens:
    """Of the answers that were compared, in the order of their prompts. `among`: ids of responses
    to read, all without it."""
    query = _query(member)
    if among is not None:
        query = query.where(TokenShift.response_id.in_(among))
    rows = session.execute(query).all()
    tokens = tokens_of([_answer(row) for row in rows])
    return VariantTokens(
        tokens=tokens,
        control=_control(tokens, rows),
        responses=tuple(row.response_id for row in rows),
        prompts=tuple(row.prompt_id for row in rows),
        exact=all(row.exact for row in rows),
    )


def _query(member: LensVariant) -> Select[*tuple[Any, ...]]:
    return (
        select(
            TokenShift.response_id,
            Response.prompt_id,
            Response.text,
            TokenShift.tokens,
            TokenShift.logprobs,
            TokenShift.base_logprobs,
            TokenShift.base_ranks,
            TokenShift.kl,
            TokenShift.unknown,
            TokenShift.exact,
            TokenShift.control_ranks,
            TokenShift.control_logprobs,
        )
        .join(Response, Response.id == TokenShift.response_id)
        .where(TokenShift.lens_variant_id == member.id, TokenShift.base_ranks.is_not(None))
        .order_by(Response.prompt_id, Response.sample)
    )


def _answer(row: Row[Any]) -> ScoredAnswer:
    return ScoredAnswer(
        prompt=row.prompt_id,
        tokens=row.tokens,
        ranks=row.base_ranks,
        logprobs=row.logprobs,
        base_logprobs=row.base_logprobs,
        kl=row.kl,
        unknown=row.unknown,
        text=row.text,
    )


def _control(tokens: Tokens, rows: Sequence[Row[Any]]) -> Tokens | None:
    asked = np.array([row.control_ranks is not None for row in rows], dtype=np.bool_)
    if not asked.any():
        return None
    kept = tokens.take(asked[tokens.answer])
    return replace(
        kept,
        rank=_joined([row.control_ranks for row in rows]),
        base_logprob=_joined([row.control_logprobs for row in rows]),
    )


def _joined(lists: Sequence[Sequence[float] | None]) -> NDArray[Any]:
    return np.array(list(chain.from_iterable(one for one in lists if one is not None)))
