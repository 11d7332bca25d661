"""One simulated rater's judgements: what is said of every item, and how long it takes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from app.ratings.form import VerdictForm
from app.ratings.marks import MarkForm
from app.simulation.answers import Answers, Floats
from app.simulation.spec import SimulatedSpec
from app.simulation.verdicts import Look, Question, verdicts
from app.simulation.worth import Looks, Shown, stream, worths
from app.tables import MarkKind


@dataclass(frozen=True)
class Said:
    """One judgement."""

    verdicts: Sequence[VerdictForm]
    marks: Sequence[MarkForm]
    duration_ms: int


@dataclass(frozen=True)
class Judge:
    """Judges as the spec says. `merits`: by criterion, see `app.simulation.worth.merits`."""

    spec: SimulatedSpec
    answers: Answers
    questions: Sequence[Question]
    merits: Mapping[str, Floats]
    marks: bool

    def items_of(self, number: int) -> list[int]:
        """The places of the items that this rater judges, in that order."""
        count = len(self.answers.items)
        order = stream(self.spec, "items", number).permutation(count)
        return [int(place) for place in order[: ceil(self.spec.share * count)]]

    def judge(self, number: int, shown: Sequence[Shown]) -> Iterator[Said]:
        """Of each item shown, what the rater with this number says."""
        rng = stream(self.spec, "rater", number)
        is_sloppy = self.spec.is_sloppy(number)
        times = self._times(len(shown), rng, is_sloppy=is_sloppy)
        looks = zip(*self._looks(shown, rng, is_sloppy=is_sloppy), strict=True)
        for one, seen, seconds in zip(shown, looks, times, strict=True):
            yield Said(
                verdicts(self.questions, seen, self.spec.tie_width),
                () if is_sloppy or not self.marks else tuple(self._marks(one, rng)),
                int(1000 * seconds),
            )

    def _looks(
        self, shown: Sequence[Shown], rng: np.random.Generator, *, is_sloppy: bool
    ) -> Iterator[list[Look]]:
        """By criterion, then item."""
        spec, flat = self.spec, Looks.of(shown)
        generosity = rng.normal(0, spec.generosity_sd)
        for question in self.questions:
            worth = worths(
                spec, self.answers, self.merits[question.key], flat, rng, is_sloppy=is_sloppy
            )
            each = np.split(worth, flat.begins[1:])
            zeros = rng.uniform(0, spec.tie_width, len(shown))
            silent = rng.random(len(shown)) < spec.cannot_judge
            yield [
                Look(one.tolist(), float(zero), generosity, bool(nothing))
                for one, zero, nothing in zip(each, zeros, silent, strict=True)
            ]

    def _times(self, count: int, rng: np.random.Generator, *, is_sloppy: bool) -> Floats:
        seconds = self.spec.seconds * np.exp(rng.normal(0, self.spec.seconds_sd, count))
        return np.asarray(seconds * (self.spec.sloppy_speed if is_sloppy else 1.0))

    def _marks(self, shown: Shown, rng: np.random.Generator) -> Iterator[MarkForm]:
        """In answers that do not meet the rule of factuality."""
        meets = self.answers.meets.get("factuality")
        for slot, place in enumerate(shown.places, start=1):
            marked = rng.random() < self.spec.mark_share
            one = self.answers.shown[place]
            if marked and meets is not None and not meets[place] and one.text:
                start, end = one.in_source(*self.answers.wrong[place])
                yield MarkForm(answer=slot, start=start, end=end, kind=MarkKind.WRONG)
