"""What style did to a preference: two variants as they are and stripped, and how it is said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.analysis.intervals import Estimate
from app.results.filters import Form
from app.results.records import VariantRef
from app.results.sentences import Claim, by, limits, percent
from app.tables import RaterKind

_NAMED = 3  # pairs that a finding names before it only counts them


@dataclass(frozen=True)
class StyleEffect:
    """Two variants on one criterion. Shares of `first`, ties as half; `gap`: as they are, less
    stripped. Intervals resample prompts, that of `by_rater` raters.
    """

    first: VariantRef
    second: VariantRef
    as_is: Estimate
    stripped: Estimate
    gap: Estimate
    by_rater: Estimate

    @property
    def claim(self) -> Claim:
        if not _excludes_none(self.gap):
            return Claim.NONE
        return Claim.GENERAL if _excludes_none(self.by_rater) else Claim.THESE_RATERS

    def turned(self) -> "StyleEffect":
        """The same comparisons with the variant first that its style favoured."""
        if self.gap.value is None or self.gap.value >= 0:
            return self
        shares = (replace(one, value=_other(one.value)) for one in (self.as_is, self.stripped))
        gaps = (_negative(one) for one in (self.gap, self.by_rater))
        return StyleEffect(self.second, self.first, *shares, *gaps)


def finding(
    criterion: str, effects: Sequence[StyleEffect], who: RaterKind = RaterKind.HUMAN
) -> str:
    """What can be said on a criterion, claiming no more than the intervals do."""
    on = criterion.lower() + by(who)
    known = [one.turned() for one in effects if one.gap.value is not None]
    if not known:
        return f"Nothing was compared in both forms on {on} yet."
    claimed = [one for one in known if one.claim is not Claim.NONE]
    if not claimed:
        return _nothing_claimed(on, known)
    claimed.sort(key=lambda one: one.gap.low or 0.0, reverse=True)
    told = "; ".join(_favoured(one) for one in claimed[:_NAMED])
    rest = len(known) - len(claimed[:_NAMED])
    more = f" It can be told from chance in {len(claimed)} of {len(known)} pairs." if rest else ""
    return f"On {on}, openers and formatting favoured {told}.{more}{limits(claimed)}"


def _favoured(one: StyleEffect) -> str:
    return (
        f"{one.first.name} over {one.second.name}: preferred in {_shares(one)}, a difference of "
        f"{points(one.gap.value)} points, 95 % interval {gap_range(one.gap)}"
    )


def _shares(one: StyleEffect) -> str:
    assert one.as_is.value is not None
    assert one.stripped.value is not None
    return f"{percent(one.as_is.value)} as they are and {percent(one.stripped.value)} stripped"


def _nothing_claimed(on: str, known: Sequence[StyleEffect]) -> str:
    if len(known) > 1:
        return (
            f"On {on}, no effect of openers and formatting can be told from chance in any of "
            f"{len(known)} pairs with these data."
        )
    [one] = known
    interval = (
        f"95 % interval {gap_range(one.gap)}"
        if one.gap.low is not None
        else f"no interval: {one.gap.reason}"
    )
    return (
        f"On {on}, no effect of openers and formatting can be told from chance with these data: "
        f"{one.first.name} was preferred over {one.second.name} in {_shares(one)}, a difference "
        f"of {points(one.gap.value)} points ({interval})."
    )


def form_note(form: Form, stripped: int, judgements: int) -> str:
    """What a headline adds in a study that strips half of its items."""
    match form:
        case Form.AS_IS:
            return " Only items whose answers were shown as they are count here."
        case Form.STRIPPED:
            return " Only items stripped of openers and formatting count here."
        case _:
            return (
                f" Both forms are mixed here: {stripped:,} of {judgements:,} judgements are of "
                "items stripped of openers and formatting."
            )


def points(gap: float | None) -> str:
    """`+12`, `−3`, `0`: hundredths, halves away from zero as people expect; `+0.4` where only that
    tells it from zero."""
    if gap is None:
        return "–"
    size = round(abs(gap) * 100, 6)
    written = str(int(size + 0.5)) if size >= 0.5 else f"{size:.1f}"
    return "0" if written == "0.0" else f"{'−' if gap < 0 else '+'}{written}"


def gap_range(gap: Estimate) -> str:
    return f"{points(gap.low)} to {points(gap.high)}"


def _excludes_none(gap: Estimate) -> bool:
    return gap.low is not None and gap.high is not None and not gap.low <= 0 <= gap.high


def _other(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _negative(gap: Estimate) -> Estimate:
    low = None if gap.high is None else -gap.high
    high = None if gap.low is None else -gap.low
    return replace(gap, value=None if gap.value is None else -gap.value, low=low, high=high)
