"""Tokens beside ratings: marked spans against others, and preferences where more is shifted."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from app.figures.cells import COLUMNS, cells
from app.figures.dots import Dot, height, share_dots
from app.figures.figure import Figure, Row
from app.figures.shapes import Variant, in_order
from app.figures.strips import QUIET, looks_of
from app.figures.words import PROMPTS, caption
from app.results import VariantRef
from app.results.tokens import Amount, AmountPair, MarkedValue, Relation, TokenEvidence, What
from app.wording import counted

MARKED = "token-marks"
_PAIRS = 6  # with more, a figure could not be read
_SHARES = {What.SHIFTED: "shifted", What.BORROWED: "borrowed"}  # KL is no share
_AMOUNTS = {
    Amount.OPENING_SHIFTED: ("opening shifted more", "opening shifted less"),
    Amount.OPENING_KL: ("opening KL higher", "opening KL lower"),
    Amount.CONTENT_SHIFTED: ("content shifted more", "content shifted less"),
    Amount.CONTENT_KL: ("content KL higher", "content KL lower"),
}
Looks = Mapping[VariantRef, Variant]


def token_figures(variants: Sequence[VariantRef], evidence: TokenEvidence) -> dict[str, Figure]:
    """Those for which there are data; `variants`: all of the study, in its order."""
    order = in_order((one.name, one.kind.value) for one in variants)
    looks = dict(zip(variants, order, strict=True))
    figures = [*_marked(evidence, looks), *_preferred(evidence, looks)]
    return {figure.name: figure for figure in figures}


def preference_name(criterion: str) -> str:
    return f"token-preference-{criterion}"


# --- marked spans -------------------------------------------------------------------------------


def _marked(evidence: TokenEvidence, looks: Looks) -> Iterator[Figure]:
    found = [
        (one.variant, value)
        for one in evidence.marked
        for value in one.values
        if value.what in _SHARES and value.anywhere.marks
    ]
    if not found:
        return
    dots = [dot for variant, value in found for dot in _of_value(variant, value, looks)]
    estimates = [dot.estimate for dot in dots if dot.estimate]
    marks = sum(value.anywhere.marks for _, value in found if value.what is What.SHIFTED)
    text = caption(
        f"{counted(marks, 'mark')}. Others: all spans of as many tokens of the same answers that "
        "nobody marked.",
        PROMPTS,
        estimates=estimates,
    )
    yield Figure(
        MARKED,
        "Are spans that raters marked wrong shifted or borrowed more often than others?",
        text,
        ("variant", "tokens", "spans", "share", *COLUMNS),
        tuple(row for variant, value in found for row in _rows(variant, value)),
        partial(share_dots, dots, "Share of tokens", references=()),
        height(dots),
    )


def _of_value(variant: VariantRef, value: MarkedValue, looks: Looks) -> Iterator[Dot]:
    seen, name = looks_of(looks[variant]), f"{variant.name}: {_SHARES[value.what]}"
    yield Dot(name, looks=seen)
    yield Dot("marked wrong", value.anywhere.marked, seen, {"Of": name})
    yield Dot("others", value.anywhere.elsewhere, QUIET, {"Of": name})


def _rows(variant: VariantRef, value: MarkedValue) -> Iterator[Row]:
    for spans, estimate in (
        ("marked wrong", value.anywhere.marked),
        ("others", value.anywhere.elsewhere),
    ):
        yield variant.name, _SHARES[value.what], spans, *cells(estimate)


# --- preferences --------------------------------------------------------------------------------


def _preferred(evidence: TokenEvidence, looks: Looks) -> Iterator[Figure]:
    for key in dict.fromkeys(one.criterion for one in evidence.relations):
        own = [one for one in evidence.relations if one.criterion == key]
        found = [(one, pair) for one in own for pair in one.pairs if pair.gap.value is not None]
        pairs = list(dict.fromkeys((pair.first, pair.second) for _, pair in found))
        if not pairs or len(pairs) > _PAIRS:
            continue
        dots = list(_dots(pairs, found, looks))
        text = caption(
            "More and less: than in the median comparison of the pair. An association, no cause.",
            PROMPTS,
            estimates=[dot.estimate for dot in dots if dot.estimate],
        )
        yield Figure(
            preference_name(key),
            f"Does the preference on {own[0].label.lower()} go with how much is shifted?",
            text,
            ("first", "second", "where", "share of first", *COLUMNS),
            tuple(row for one, pair in found for row in _shares(one, pair)),
            partial(share_dots, dots, "Share won by the variant named first, ties as half"),
            height(dots),
        )


def _dots(
    pairs: Sequence[tuple[VariantRef, VariantRef]],
    found: Sequence[tuple[Relation, AmountPair]],
    looks: Looks,
) -> Iterator[Dot]:
    for first, second in pairs:
        seen, name = looks_of(looks[first]), f"{first.name} over {second.name}"
        yield Dot(name, looks=seen)
        for one, pair in found:
            if (pair.first, pair.second) == (first, second):
                more, less = _AMOUNTS[one.amount]
                yield Dot(more, pair.more, seen, {"Pair": name})
                yield Dot(less, pair.less, seen, {"Pair": name})


def _shares(one: Relation, pair: AmountPair) -> Iterator[Row]:
    for where, share in zip(_AMOUNTS[one.amount], (pair.more, pair.less), strict=True):
        yield pair.first.name, pair.second.name, where, *cells(share)
