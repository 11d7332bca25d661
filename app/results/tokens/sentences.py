"""Tokens beside ratings, as sentences. They claim no more than the intervals do."""

from collections.abc import Sequence

from app.analysis.intervals import Estimate
from app.analysis.tokens import MarkedDifference
from app.borrowing import BorrowingReport, Contrast
from app.lens.sentences import share
from app.results.records import VariantRef
from app.results.sentences import by, comparisons
from app.results.tokens.model import Amount, AmountPair, MarkedValue, What
from app.tables import RaterKind
from app.wording import counted

_NAMED = 3  # pairs that a finding names before it only counts them

AMOUNTS = {
    Amount.OPENING_SHIFTED: "the share of the opening that is shifted",
    Amount.OPENING_KL: "the mean KL of the opening",
    Amount.CONTENT_SHIFTED: "the share of later content words that is shifted",
    Amount.CONTENT_KL: "the mean KL of later content words",
}
_MORE = {
    Amount.OPENING_SHIFTED: "more of the opening is shifted",
    Amount.OPENING_KL: "the KL of the opening is higher",
    Amount.CONTENT_SHIFTED: "more of the later content words are shifted",
    Amount.CONTENT_KL: "the KL of the later content words is higher",
}
_VALUES = {
    What.SHIFTED: ("are shifted more often", "are shifted less often", "the share that is shifted"),
    What.KL: ("have a higher KL", "have a lower KL", "KL"),
    What.BORROWED: ("are borrowed more often", "are borrowed less often", "the share borrowed"),
}


# --- marked spans -------------------------------------------------------------------------------


def marked_finding(
    variant: VariantRef,
    marks: int,
    stripped: int,
    values: Sequence[MarkedValue],
    who: RaterKind = RaterKind.HUMAN,
) -> str:
    """Of one variant: a sentence for each thing that its tokens are compared by. `marks` of answers
    as they are, `stripped` of others."""
    marked = f"marked wrong{by(who)}"
    if not marks:
        return _nothing_marked(variant, marked, stripped)
    found = [one for one in values if one.anywhere.marks]
    if not found:
        return f"No span {marked} in {variant.name}’s answers can be held against others."
    which = f"{marked} in {variant.name}’s answers ({_counted(found[0].anywhere)})"
    if all(one.anywhere.difference.low is None for one in found):
        return _unsure(which, found[0].anywhere)
    told = "; they ".join(_marked(one.what, one.anywhere) for one in found)
    return f"Tokens {which} {told}."


def _nothing_marked(variant: VariantRef, marked: str, stripped: int) -> str:
    nothing = f"Nothing in {variant.name}’s answers was {marked}"
    if not stripped:
        return f"{nothing}."
    return f"{nothing} where they were shown as they are; stripped answers do not count here."


def _counted(found: MarkedDifference) -> str:
    """`48 tokens in 12 marks`; both count as often as somebody marked."""
    return f"{counted(found.marked.n, 'token')} in {counted(found.marks, 'mark')}"


def _unsure(which: str, found: MarkedDifference) -> str:
    return (
        f"Of the tokens {which} {_amount(What.SHIFTED, found.marked)} are shifted, of others of "
        f"the same answers {_amount(What.SHIFTED, found.elsewhere)}; how sure that is cannot be "
        f"said: {found.difference.reason}."
    )


def _marked(what: What, found: MarkedDifference) -> str:
    more, less, measure = _VALUES[what]
    numbers = (
        f"{_amount(what, found.marked)} against {_amount(what, found.elsewhere)}, a difference of "
        f"{difference(what, found.difference)}"
    )
    if _sign(found.difference) == 0:
        return (
            f"cannot be told from others of the same answers by {measure} with these data "
            f"({numbers})"
        )
    return (
        f"{more if _sign(found.difference) > 0 else less} than others of the same answers "
        f"({numbers})"
    )


def _amount(what: What, one: Estimate) -> str:
    assert one.value is not None
    return f"{one.value:.2f} nats" if what is What.KL else share(one.value)


def difference(what: What, one: Estimate) -> str:
    """`+6.6 points, 95 % interval +1.0 to +12.1`; KL in nats."""
    if one.value is None:
        return f"unknown size: {one.reason}"
    written, unit = (nats, "nats") if what is What.KL else (points, "points")
    if one.low is None or one.high is None:
        return f"{written(one.value)} {unit}, no interval: {one.reason}"
    return f"{written(one.value)} {unit}, 95 % interval {written(one.low)} to {written(one.high)}"


# --- preferences --------------------------------------------------------------------------------


def relation_finding(
    criterion: str,
    amount: Amount,
    pairs: Sequence[AmountPair],
    who: RaterKind = RaterKind.HUMAN,
) -> str:
    """Which way a preference goes with an amount, named as what it is: an association."""
    on = criterion.lower() + by(who)
    known = [one for one in pairs if one.gap.value is not None]
    if not known:
        reasons = dict.fromkeys(one.gap.reason or "" for one in pairs)
        why = f": {'; '.join(reasons)}" if reasons else ""
        return f"Nothing can be said of {on} and {AMOUNTS[amount]}{why}."
    claimed = [one for one in known if _sign(one.gap)]
    if not claimed:
        where = "" if len(known) == 1 else f" in any of {len(known)} pairs"
        return (
            f"No association of {on} with {AMOUNTS[amount]} can be told from chance{where} with "
            f"these data{_only(known)}."
        )
    told = "; ".join(_associated(one) for one in claimed[:_NAMED])
    rest = len(known) > len(claimed[:_NAMED])
    more = f" It can be told from chance in {len(claimed)} of {len(known)} pairs." if rest else ""
    return f"On {on}, where {_MORE[amount]} than usual: {told}.{more}"


def _associated(one: AmountPair) -> str:
    often = "more" if _sign(one.gap) > 0 else "less"
    return f"{one.first.name} was preferred over {one.second.name} {often} often{_numbers(one)}"


def _only(known: Sequence[AmountPair]) -> str:
    """The numbers of a pair that stands alone."""
    if len(known) > 1:
        return ""
    return f": {known[0].first.name} was preferred over {known[0].second.name}{_numbers(known[0])}"


def _numbers(one: AmountPair) -> str:
    assert one.more.value is not None
    assert one.less.value is not None
    return (
        f" in {share(one.more.value)} of {comparisons(one.more.n)}, else in "
        f"{share(one.less.value)} of {one.less.n:,} ({difference(What.SHIFTED, one.gap)})"
    )


# --- borrowing ----------------------------------------------------------------------------------


def borrowed_finding(
    variant: VariantRef,
    report: BorrowingReport,
    when_wrong: Contrast | None,
    who: RaterKind = RaterKind.HUMAN,
) -> str:
    assert report.share.value is not None
    answers = f"{variant.name}’s {_judged(report.share.n, who)}"
    if not report.share.value and not report.by_chance.value:
        return (
            f"None of {answers} has a content word from the instruction set that neither the "
            "prompt nor the base’s answer gave."
        )
    told = (
        f"{share(report.share.value)} of {answers} have a content word from the instruction set "
        f"that neither the prompt nor the base’s answer gave{_against_chance(report)}."
    )
    return told + (f" {_wrong(when_wrong)}" if when_wrong else "")


def _judged(answers: int, who: RaterKind) -> str:
    if who is RaterKind.HUMAN:
        return counted(answers, "judged answer")
    return f"{counted(answers, 'answer')} judged{by(who)}"


def _against_chance(report: BorrowingReport) -> str:
    if report.by_chance.value is None:
        return ""
    chance = {1: "more than", -1: "less than", 0: "not told from"}[_sign(report.excess)]
    return (
        f", {chance} the {share(report.by_chance.value)} to expect by chance (a difference of "
        f"{difference(What.BORROWED, report.excess)})"
    )


def _wrong(found: Contrast) -> str:
    if found.first.value is None:
        return "None of them was rated wrong."
    if found.second.value is None:
        return "All of them were rated wrong."
    groups = (
        f"{share(found.first.value)} of {found.first.n:,}",
        f"{share(found.second.value)} of {found.second.n:,}",
    )
    if found.difference.low is None:
        return (
            f"Of those rated wrong {groups[0]} borrow, of the others {groups[1]}; how sure that is "
            f"cannot be said: {found.difference.reason}."
        )
    numbers = (
        f"{' against '.join(groups)}, a difference of {difference(What.BORROWED, found.difference)}"
    )
    sign = _sign(found.difference)
    if sign == 0:
        return f"Those rated wrong cannot be told from the others by it ({numbers})."
    return f"Those rated wrong borrow {'more' if sign > 0 else 'less'} often ({numbers})."


# --- numbers ------------------------------------------------------------------------------------


def points(value: float) -> str:
    """Tenths of a percentage point: shifted tokens are few."""
    return _signed(value * 100, 1)


def nats(value: float) -> str:
    return _signed(value, 2)


def _signed(value: float, digits: int) -> str:
    rounded = round(value, digits) + 0  # + 0: no minus before zero
    return f"{rounded:+.{digits}f}".replace("-", "−") if rounded else f"{rounded:.{digits}f}"


def _sign(one: Estimate) -> int:
    """Of a difference whose interval leaves out zero; else 0."""
    if one.low is None or one.high is None or one.low <= 0 <= one.high:
        return 0
    return 1 if one.low > 0 else -1
