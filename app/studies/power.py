"""What a draft could detect, told before it is opened."""

from dataclasses import dataclass

from app.analysis.power import POWER, TIES, WITHIN_PROMPT, Detectable, smallest_detectable
from app.studies.items import ItemPlan
from app.tables import Coverage, Study


@dataclass(frozen=True)
class StudyPower:
    """Of the pair of variants that meets on the fewest prompts. `text` states the assumptions."""

    found: Detectable
    prompts: int
    ratings: int

    @property
    def text(self) -> str:
        chance = f"with a chance of {POWER:.0%}"
        assumed = (
            f"Assumed: {TIES:.0%} ties, and a correlation of {WITHIN_PROMPT:g} between two raters "
            "of one prompt."
        )
        if self.found.share is None:
            return (
                f"{self.prompts} prompts per pair are too few to find any preference {chance}: "
                f"take more prompts. {assumed}"
            )
        return (
            f"A preference of {self.found.share:.0%} over {1 - self.found.share:.0%} or clearer "
            f"would be found {chance}; smaller ones would mostly be missed. More prompts help more "
            f"than more raters per item. {assumed}"
        )


def study_power(study: Study, plan: ItemPlan) -> StudyPower | None:
    """None where it is not settled how many judge an item, or nothing is compared."""
    if study.coverage is not Coverage.BALANCED or not plan.meetings:
        return None
    samples = max(study.samples, 1)
    prompts = max(min(plan.meetings.values()) // samples, 1)
    # Samples of a prompt are judged like further ratings of it.
    ratings = study.ratings_per_item * samples
    found = smallest_detectable(prompts=prompts, ratings_per_item=ratings)
    return StudyPower(found, prompts, ratings)
