"""What a judge beside people comes to, in sentences that claim no more than their intervals."""

from app.analysis import Estimate
from app.judges.beside import CriterionBeside
from app.judges.said import Likeness
from app.results.sentences import hundredths
from app.wording import counted


def finding(name: str, criterion: CriterionBeside) -> str:
    """One sentence that can be quoted as it stands."""
    found = criterion.preference or criterion.rating
    about = criterion.label.lower()
    likeness = found.likeness if found else None
    if likeness is not None:
        return _likeness(name, about, likeness)
    if criterion.rating is not None and criterion.rating.difference is not None:
        return _difference(name, about, criterion.rating.difference)
    return f"What {name} wrote on {about} is not compared."


def _likeness(name: str, about: str, found: Likeness) -> str:
    share = found.majority
    if share.value is None:
        return f"Nothing is to be compared on {about} yet."
    sentence = (
        f"{name} says on {about} what most people say in {_percent(share.value)} of "
        f"{counted(share.n, 'comparison')}{_range(share)}."
    )
    return f"{sentence} {_ceiling(name, found)}"


def _ceiling(name: str, found: Likeness) -> str:
    """Against what people manage among themselves, the most that can be asked for."""
    judge, person, difference = found.as_one_more, found.person, found.difference
    if judge.value is None or person.value is None:
        return "Nobody judged the same as somebody else, so how far people agree is not known."
    both = (
        f"Against the majority of the other people, {name} is with them in "
        f"{_percent(judge.value)} and a person in {_percent(person.value)}"
    )
    if difference.low is None or difference.high is None:
        return f"{both}; how sure that difference is, these data cannot say."
    if difference.low <= 0 <= difference.high:
        return f"{both}: these data cannot tell the two apart."
    points = f"{100 * abs(difference.value or 0):.0f} points"
    low, high = sorted((100 * abs(difference.low), 100 * abs(difference.high)))
    more = "more" if difference.low > 0 else "less"
    return f"{both}: {points} {more} (95\u00a0% interval {low:.0f} to {high:.0f})."


def _difference(name: str, about: str, found: Estimate) -> str:
    if found.value is None:
        return f"Nothing is to be compared on {about} yet."
    words = f"{abs(found.value):.2f} points {'above' if found.value >= 0 else 'below'} people"
    between = ""
    if found.low is not None and found.high is not None:
        between = f" (95\u00a0% interval {_signed(found.low)} to {_signed(found.high)})"
    return f"{name} scores {about} {words} on average{between}."


def _range(share: Estimate) -> str:
    if share.low is None or share.high is None:
        return f" (no interval: {share.reason})"
    return f" (95\u00a0% interval {hundredths(share.low)} to {hundredths(share.high)})"


def _percent(share: float) -> str:
    return f"{hundredths(share)}\u00a0%"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
