"""What the lens measured of each answer of a variant, and which of its tokens are borrowed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analysis.tokens import OPENING, Kind, Tokens, bare_spans, kinds_of
from app.lens import VariantTokens, find_lens, scored_version, searched_version
from app.results.columns import Booleans, Floats, Integers
from app.tables import Borrowing, Run


@dataclass(frozen=True, eq=False)
class AnswerNumbers:
    """Of one variant's scored answers; shape of each array: (answers,).

    `response`: ids. Shares of `tokens` that are shifted and their mean KL in nats: of the whole
    answer, its opening, and the content words behind it; not a number where there are none.
    `exact`: KL is over the whole vocabulary, else it is a lower bound.
    """

    response: Integers
    tokens: Integers
    shifted: Floats
    opening_shifted: Floats
    content_shifted: Floats
    kl: Floats
    opening_kl: Floats
    content_kl: Floats
    exact: bool


@dataclass(frozen=True)
class Borrowed:
    """What one answer has from the instruction set: `phrases` are [start, end) in its text,
    `content_words` are counted, and `by_chance` those to expect."""

    phrases: tuple[tuple[int, int], ...]
    content_words: int
    by_chance: int


@dataclass(frozen=True, eq=False)
class ScoredAnswers:
    """One variant's answers as the lens has them. `borrowed` by response id; `is_borrowed`, shape
    (tokens,): 1 or 0, not a number in an answer that was not searched; None where none was."""

    read: VariantTokens
    numbers: AnswerNumbers
    borrowed: dict[int, Borrowed]
    is_borrowed: Floats | None

    @property
    def tokens(self) -> Tokens:
        return self.read.tokens


def scored_answers(session: Session, member_id: int, read: VariantTokens) -> ScoredAnswers:
    """`member_id`: of the variant of a lens that was read."""
    borrowed = _read_borrowed(session, member_id)
    return ScoredAnswers(read, numbers_of(read), borrowed, _borrowed_tokens(read, borrowed))


def numbers_of(read: VariantTokens) -> AnswerNumbers:
    tokens, count = read.tokens, len(read.responses)
    opening = tokens.position < OPENING
    content = kinds_of(tokens) == Kind.CONTENT
    whole = np.ones(len(tokens), dtype=np.bool_)
    shifted, kl = tokens.is_shifted, tokens.kl
    return AnswerNumbers(
        response=np.array(read.responses, dtype=np.int64),
        tokens=np.bincount(tokens.answer, minlength=count),
        shifted=_means(tokens, shifted, whole, count),
        opening_shifted=_means(tokens, shifted, opening, count),
        content_shifted=_means(tokens, shifted, content, count),
        kl=_means(tokens, kl, whole, count),
        opening_kl=_means(tokens, kl, opening, count),
        content_kl=_means(tokens, kl, content, count),
        exact=read.exact,
    )


def _means(tokens: Tokens, values: Floats, kept: Booleans, count: int) -> Floats:
    answer = tokens.answer[kept]
    sums = np.bincount(answer, weights=values[kept], minlength=count)
    counts = np.bincount(answer, minlength=count)
    return np.asarray(np.divide(sums, counts, out=np.full(count, np.nan), where=counts > 0))


def _read_borrowed(session: Session, member_id: int) -> dict[int, Borrowed]:
    """By response, of one variant of a lens; empty without an instruction set."""
    columns = (Borrowing.phrases, Borrowing.content_words, Borrowing.by_chance)
    query = select(Borrowing.response_id, *columns).where(Borrowing.lens_variant_id == member_id)
    return {
        response: Borrowed(tuple((start, end) for start, end, *_ in phrases), words, chance)
        for response, phrases, words, chance in session.execute(query)
    }


def _borrowed_tokens(read: VariantTokens, borrowed: Mapping[int, Borrowed]) -> Floats | None:
    """Shape (tokens,): 1 where one stands in a phrase of the instruction set."""
    searched = np.array([one in borrowed for one in read.responses], dtype=np.bool_)
    if not searched.any():
        return None
    phrases = {
        number: borrowed[one].phrases
        for number, one in enumerate(read.responses)
        if one in borrowed
    }
    stands = counts_in_spans(read.tokens, phrases) > 0
    return np.where(searched[read.tokens.answer], stands, np.nan)


def counts_in_spans(
    tokens: Tokens, spans: Mapping[int, Sequence[tuple[int, int]]]
) -> NDArray[np.int64]:
    """Shape (tokens,): in how many of its answer's spans a token stands, at least in part. `spans`:
    [start, end) in code points, by the number of the answer."""
    start, end = bare_spans(tokens)
    found = np.zeros(len(tokens), dtype=np.int64)
    for answer, of_answer in spans.items():
        own = slice(*np.searchsorted(tokens.answer, [answer, answer + 1]).tolist())
        for first, last in of_answer:
            found[own] += (start[own] < last) & (end[own] > first)
    return found


def lens_version(session: Session, run: Run) -> str:
    """Differs when the lens of a run has found something else since; empty without one. The same in
    every process."""
    lens = find_lens(session, run)
    if lens is None:
        return ""
    found = [
        (scored_version(session, one), searched_version(session, one), one.refusal)
        for one in lens.variants
    ]
    return sha256(repr(found).encode()).hexdigest()[:16]
