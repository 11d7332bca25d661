"""What one study says of one variant, or why it says nothing that could be compared."""

from dataclasses import dataclass, replace

from app.analysis.intervals import Estimate
from app.criteria import AskedScale
from app.lineage.members import Member
from app.lineage.model import Cell
from app.results import CriterionResult, StudyResult

NOT_THERE = "not in this study"


@dataclass(frozen=True)
class Seen:
    """A study as it is compared; `group` is the letter of its prompts."""

    result: StudyResult
    members: tuple[Member, ...]
    group: str

    def called(self, identity: str) -> list[str]:
        """The names that the study has for a variant."""
        return [member.name for member in self.members if member.identity == identity]

    def criterion(self, key: str) -> CriterionResult | None:
        return next((one for one in self.result.criteria if one.key == key), None)


def share_cell(study: Seen, key: str, identity: str, against: Member) -> Cell:
    """How often a variant was preferred over `against` on the criterion."""
    mine, other = study.called(identity), study.called(against.identity)
    asked, name = study.criterion(key), ", ".join(mine)
    if not mine:
        return Cell(None, reason=NOT_THERE)
    if asked is None or not asked.pairs:
        return Cell(name, reason="no preference was asked")
    if not other:
        return Cell(name, reason=f"{against.name} is not in this study")
    if len(mine) > 1 or len(other) > 1:
        twice = mine if len(mine) > 1 else other
        return Cell(name, reason=f"the same variant twice: {', '.join(twice)}")
    share = share_over(asked, mine[0], other[0])
    if share is None or share.value is None:
        return Cell(name, reason=f"not compared with {other[0]} yet")
    return Cell(name, share)


def score_cell(study: Seen, key: str, identity: str, scale: AskedScale) -> Cell:
    """The mean of a variant's scores on the criterion, where they were given on this scale."""
    mine, asked = study.called(identity), study.criterion(key)
    own, name = asked.scale if asked else None, ", ".join(mine)
    if not mine:
        return Cell(None, reason=NOT_THERE)
    if asked is None or own is None or not is_scored(own):
        return Cell(name, reason="answers were not scored")
    if not alike(own, scale):
        return Cell(name, reason=f"another scale: {own.title}")
    if len(mine) > 1:
        return Cell(name, reason=f"the same variant twice: {name}")
    mean = mean_of(asked, mine[0])
    if mean is None or mean.value is None:
        return Cell(name, reason="not scored yet")
    return Cell(name, mean)


def share_over(criterion: CriterionResult, name: str, other: str) -> Estimate | None:
    """How often `name` was preferred over `other`; None where they are no pair of the study."""
    for pair in criterion.pairs:
        if (pair.first.name, pair.second.name) == (name, other):
            return pair.share
        if (pair.first.name, pair.second.name) == (other, name):
            return _turned(pair.share)
    return None


def mean_of(criterion: CriterionResult, name: str) -> Estimate | None:
    """The mean of its scores; None where none are asked."""
    scores = (one for one in criterion.scores if one.variant and one.variant.name == name)
    return next((one.mean for one in scores), None)


def is_scored(scale: AskedScale) -> bool:
    return scale.has_mean and scale.per_answer


def alike(one: AskedScale, other: AskedScale) -> bool:
    """Whether the same numbers mean the same on both."""
    return (one.kind, one.lowest, one.highest) == (other.kind, other.lowest, other.highest)


def _turned(share: Estimate) -> Estimate:
    """The same comparisons seen from the second variant."""
    low, high, value = (
        None if end is None else 1 - end for end in (share.high, share.low, share.value)
    )
    return replace(share, value=value, low=low, high=high)
