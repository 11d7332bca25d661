"""The sentence over a comparison of studies claims no more than the intervals do."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.analysis.intervals import Estimate
from app.lineage import AcrossResult, Cell, Choice, ComparedStudy, Member, Row, Wanted
from app.lineage.sentences import headline
from app.tables import VariantKind

BASE = Member("base", VariantKind.BASE, "b" * 64, {}, None, recorded=False)
SOME = Estimate(0.6, 0.5, 0.7, 40, 20)
NONE = Cell(None, reason="in one study only")


def study(name: str) -> ComparedStudy:
    return ComparedStudy(1, name, datetime(2026, 5, 1, tzinfo=UTC), False, "A", 40, 2, ())


def row(name: str, low: float, high: float) -> Row:
    middle = (low + high) / 2
    cells = (Cell(name, SOME), Cell(name, replace(SOME, value=0.6 + middle)))
    change = Cell(name, Estimate(middle, low, high, 80, 20))
    return Row(replace(BASE, name=name, kind=VariantKind.LORA), cells, change)


def result(*shares: Row, scores: tuple[Row, ...] = ()) -> AcrossResult:
    factuality = Choice("factuality", "Factuality")
    return AcrossResult(
        studies=(study("May"), study("June")),
        wanted=Wanted(),
        criteria=(factuality,),
        criterion=factuality,
        opponents=(BASE,),
        against=BASE,
        shares=shares,
        scores=scores,
        scale="score 1 to 5, each answer",
        notices=(),
    )


def test_nothing_was_judged_twice() -> None:
    alone = replace(row("lora", 0, 0), difference=NONE)
    assert headline(result(alone)).startswith("No variant was judged in two of these studies")


def test_what_chance_explains() -> None:
    told = headline(result(row("lora", -0.1, 0.2), row("full", -0.3, 0.1)))
    assert told == "No difference between the studies can be told from chance for lora or full."


def test_many_are_counted() -> None:
    told = headline(result(*(row(name, -0.1, 0.2) for name in "abcd")))
    assert "any of the 4 variants" in told


@pytest.mark.parametrize(("low", "high", "way"), [(0.1, 0.3, "better"), (-0.3, -0.1, "worse")])
def test_a_difference_and_what_it_may_come_from(low: float, high: float, way: str) -> None:
    told = headline(result(row("lora", low, high), row("full", -0.3, 0.1)))
    after = round(100 * (0.6 + (low + high) / 2))
    assert told == (
        f"lora was judged {way} against base on factuality in June than in May: {after} % after "
        "60 % (1 of 2 variants that can be compared). Variant and prompts are the same: what "
        "differs are raters, rubric, the answers beside it, or chance."
    )


def test_without_an_interval_nothing_is_claimed() -> None:
    bare = row("lora", 0.1, 0.3)
    change = Cell("lora", Estimate(0.2, None, None, 8, 4, "fewer than 6 prompts"))
    assert "told from chance" in headline(result(replace(bare, difference=change)))


def test_scores_where_no_preference_was_asked() -> None:
    told = headline(result(scores=(row("lora", 0.1, 0.3),)))
    assert told.startswith("lora was judged better on factuality in June than in May: 0.80 after")
