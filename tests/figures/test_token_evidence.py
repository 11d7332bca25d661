"""Figures of tokens beside ratings: which there are, and what they show."""

from app.analysis.intervals import Estimate
from app.analysis.tokens import MarkedDifference
from app.figures import png
from app.figures.token_evidence import MARKED, token_figures
from app.results import VariantRef
from app.results.tokens import (
    Amount,
    AmountPair,
    MarkedValue,
    MarkedVariant,
    Relation,
    TokenEvidence,
    What,
)
from app.tables import VariantKind

BASE, LORA, FULL = (VariantRef(kind.value, kind) for kind in list(VariantKind)[:3])
SURE = Estimate(0.3, 0.2, 0.4, 40, 20)
NOTHING = Estimate(None, None, None, 0, 0, "no data")
PAIR = AmountPair(LORA, BASE, SURE, SURE, SURE, 0)


def marked(variant: VariantRef, *whats: What, marks: int = 9) -> MarkedVariant:
    difference = MarkedDifference(SURE, SURE, SURE, marks, 0, 0)
    values = tuple(MarkedValue(what, difference, difference) for what in whats)
    return MarkedVariant(variant, marks, 0, 0, values, "")


def relation(*pairs: AmountPair, amount: Amount = Amount.OPENING_SHIFTED) -> Relation:
    return Relation("style", "Style", amount, pairs, "")


def evidence(
    marks: tuple[MarkedVariant, ...] = (), relations: tuple[Relation, ...] = ()
) -> TokenEvidence:
    return TokenEvidence((LORA, FULL), True, True, 9, marks, relations, (), "", 0)


def test_shares_of_tokens_are_drawn_and_kl_is_not() -> None:
    found = token_figures(
        (BASE, LORA, FULL),
        evidence((marked(LORA, What.SHIFTED, What.KL), marked(FULL, *What))),
    )
    assert list(found) == [MARKED]
    assert [row[:3] for row in found[MARKED].rows] == [
        (name, what, spans)
        for name, what in (("lora", "shifted"), ("full", "shifted"), ("full", "borrowed"))
        for spans in ("marked wrong", "others")
    ]
    assert found[MARKED].caption.startswith("18 marks.")
    assert png(found[MARKED]).startswith(b"\x89PNG")


def test_a_criterion_has_one_figure_for_all_that_it_is_held_against() -> None:
    kl = relation(PAIR, amount=Amount.OPENING_KL)
    found = token_figures((BASE, LORA), evidence(relations=(relation(PAIR), kl)))
    assert list(found) == ["token-preference-style"]
    assert [row[2] for row in found["token-preference-style"].rows] == [
        "opening shifted more",
        "opening shifted less",
        "opening KL higher",
        "opening KL lower",
    ]


def test_pairs_of_which_nothing_is_known_are_left_out() -> None:
    unknown = AmountPair(FULL, BASE, SURE, NOTHING, NOTHING, 0)
    assert token_figures((BASE, FULL), evidence(relations=(relation(unknown),))) == {}


def test_more_pairs_than_can_be_read_are_left_to_the_table() -> None:
    names = [VariantRef(f"v{number}", VariantKind.LORA) for number in range(7)]
    many = [AmountPair(one, BASE, SURE, SURE, SURE, 0) for one in names]
    assert token_figures((BASE, *names), evidence(relations=(relation(*many),))) == {}


def test_nothing_marked_and_nothing_preferred() -> None:
    assert token_figures((BASE, LORA), evidence((marked(LORA),))) == {}
