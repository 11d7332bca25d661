"""A study's run under the lens as rows: what each answer's tokens are is said by the test."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.lens import LensCache, VariantLens
from app.tables import (
    Borrowing,
    Lens,
    LensVariant,
    Prompt,
    Response,
    RunState,
    Study,
    TokenShift,
    VariantKind,
)

END = "<|end|>"
FAR = 9  # a rank that is shifted


@dataclass(frozen=True)
class Answer:
    variant: str
    prompt: Prompt
    text: str

    @property
    def number(self) -> int:
        """Of the prompt."""
        return self.prompt.position

    @property
    def tokens(self) -> list[str]:
        """Words with the space before them, and what ends the answer."""
        return [*re.findall(r"\s*\S+", self.text), END]

    def within(self, phrase: str) -> list[bool]:
        """Which tokens stand in the first place where the answer has the phrase."""
        start = self.text.find(phrase)
        end = start + len(phrase) if start >= 0 else -1
        places, at = [], 0
        for token in self.tokens:
            first, at = at + len(token) - len(token.lstrip()), at + len(token)
            places.append(first < end and at > start)
        return places


Shifted = Callable[[Answer], Sequence[bool]]
Phrase = Callable[[Answer], str]


def under_lens(
    session: Session,
    study: Study,
    shifted: Shifted,
    *,
    borrowed: Phrase | None = None,
    skipped: Callable[[Answer], bool] = lambda _: False,
    exact: bool = True,
) -> Lens:
    """`shifted`: which tokens of a tuned variant's answer are; their KL is 2, that of others 0.1.
    `borrowed`: the phrase that stands in the instruction set, "" for none; None without a set.
    """
    lens = Lens(run_id=study.run_id, state=RunState.DONE)
    session.add(lens)
    base = next(one for one in study.run.variants if one.variant.kind is VariantKind.BASE)
    for member in study.run.variants:
        lens.variants.append(
            LensVariant(run_variant_id=member.id, base_id=base.id, state=RunState.DONE)
        )
    session.flush()
    for variant in lens.variants:
        for response, answer in answers_of(session, variant):
            if skipped(answer):
                continue
            marks = [False] * len(answer.tokens) if variant.is_control else list(shifted(answer))
            session.add(_shift(variant, response, answer, marks, exact))
            if borrowed and not variant.is_control:
                session.add(_borrowing(variant, response, borrowed(answer)))
    session.flush()
    return lens


def scattered(answer: Answer) -> list[bool]:
    """Every third token."""
    return [place % 3 == 0 for place in range(len(answer.tokens))]


def answers_of(session: Session, variant: LensVariant) -> Iterator[tuple[Response, Answer]]:
    query = select(Response).where(Response.run_variant_id == variant.run_variant_id)
    for one in session.scalars(query.order_by(Response.id)):
        yield one, Answer(variant.run_variant.variant.name, one.prompt, one.text)


def found_in(session: Session, lens: Lens) -> tuple[VariantLens, ...]:
    return LensCache().get(session, lens)


def _shift(
    variant: LensVariant, response: Response, answer: Answer, shifted: list[bool], exact: bool
) -> TokenShift:
    count = len(answer.tokens)
    return TokenShift(
        lens_variant_id=variant.id,
        response_id=response.id,
        tokens=answer.tokens,
        logprobs=[-0.1] * count,
        ranks=[1] * count,
        base_logprobs=[-3.0 if one else -0.2 for one in shifted],
        base_ranks=[FAR if one else 1 for one in shifted],
        alternatives=[[] for _ in shifted],
        kl=[0.0 if variant.is_control else 2.0 if one else 0.1 for one in shifted],
        unknown=[0.0 if exact else 0.05] * count,
        exact=exact,
    )


def _borrowing(variant: LensVariant, response: Response, phrase: str) -> Borrowing:
    start = response.text.find(phrase) if phrase else -1
    return Borrowing(
        lens_variant_id=variant.id,
        response_id=response.id,
        phrases=[[start, start + len(phrase), [0]]] if start >= 0 else [],
        content_words=len(phrase.split()) if start >= 0 else 0,
    )
