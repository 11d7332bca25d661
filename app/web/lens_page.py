"""What the pages of a token lens hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.analysis.tokens import OPENING, Example
from app.figures import Figure
from app.lens import (
    Check,
    Contrast,
    Cost,
    LensProgress,
    MemberProgress,
    Pair,
    VariantBorrowing,
    VariantLens,
    sentences,
)
from app.runner import RateResult
from app.tables import Lens, Run, RunState
from app.web.errors import ErrorPage
from app.web.filters import duration
from app.web.lens_tables import (
    FrequentKind,
    ShareGroup,
    frequent_kinds,
    part_groups,
    reasons_of,
    share_groups,
)


@dataclass(frozen=True)
class LensCard:
    """A lens with its counts, and its rate while this server works on it. `new_sets`: variants
    for which models.yaml names an instruction set that was not searched."""

    lens: Lens
    progress: LensProgress
    rate: RateResult | None
    new_sets: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.lens.state is RunState.RUNNING and not self.progress.interrupted

    @property
    def has_news(self) -> bool:
        """Whether there is more to say than that it is done."""
        told = self.refused or self.gave_up or self.unread or self.new_sets or self.lens.error
        return bool(self.is_active or self.progress.due or told)

    @property
    def can_start(self) -> bool:
        again = self.refused or self.unread or self.new_sets
        return not self.is_active and bool(self.progress.due or again)

    @property
    def start_note(self) -> str:
        """What starting again does."""
        if self.refused or self.progress.failed:
            return "What was refused is checked again, what failed is asked again."
        if self.unread or self.new_sets:
            return "What was scored is kept: only instruction sets are searched."
        return "What was scored is kept."

    @property
    def note(self) -> str:
        """Rate and time left, or what a lens without a rate is waiting for."""
        if not self.is_active:
            return ""
        if self.rate is None or self.rate.seconds_left is None:
            return "starting engines, checking the variants"
        left = duration(self.rate.seconds_left)
        speed = (
            f"{self.rate.responses_per_s:.1f} scorings/s, {self.rate.tokens_per_s:,.0f} tokens/s"
        )
        return f"{speed}, {left} left"

    @property
    def refused(self) -> tuple[MemberProgress, ...]:
        return tuple(one for one in self.progress.variants if one.member.refusal)

    @property
    def gave_up(self) -> tuple[MemberProgress, ...]:
        """Variants that an engine failed, and those with answers that could not be scored."""
        return tuple(one for one in self.progress.variants if one.member.error or one.failures)

    @property
    def unread(self) -> tuple[MemberProgress, ...]:
        """Variants whose instruction set could not be read."""
        return tuple(one for one in self.progress.variants if one.member.trained_on.get("error"))

    @property
    def checks(self) -> tuple[tuple[MemberProgress, Check], ...]:
        return tuple(
            (one, Check.model_validate(one.member.check)) for one in self.progress.variants
        )


@dataclass(frozen=True)
class LensOffer:
    """Before a lens is made: which base each variant is held against, and the cost; or `refusal`.
    `has_choice`: whether a vocabulary is small enough for KL to be exact."""

    pairs: tuple[Pair, ...]
    exact: Cost
    quick: Cost
    has_choice: bool
    refusal: ErrorPage | None = None

    @property
    def tuned(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.tuned is not pair.base)

    @property
    def can_start(self) -> bool:
        return self.refusal is None and any(pair.base for pair in self.tuned)


@dataclass(frozen=True)
class LensPage:
    """Of a run: an offer, or a lens with what it found so far. `is_sampled`: answers were drawn."""

    run: Run
    offer: LensOffer | None
    card: LensCard | None
    found: tuple[VariantLens, ...]
    contrasts: tuple[Contrast, ...]
    borrowings: tuple[VariantBorrowing, ...]
    figures: Mapping[str, Figure]
    is_sampled: bool
    opening: int = OPENING

    @property
    def tuned(self) -> tuple[VariantLens, ...]:
        return tuple(one for one in self.found if not one.is_control)

    @property
    def bases(self) -> tuple[VariantLens, ...]:
        return tuple(one for one in self.found if one.is_control)

    @property
    def findings(self) -> tuple[tuple[VariantLens, str, str], ...]:
        """(variant, its sentence, what more is known of its opening)."""
        return tuple(
            (one, sentences.finding(one), sentences.opening_sentence(one)) for one in self.tuned
        )

    @property
    def remarks(self) -> tuple[str, ...]:
        """On the variants together, and on the method."""
        apart = [
            sentences.contrast_sentence(one.first.name, one.second.name, one.apart)
            for one in self.contrasts
        ]
        checks = [sentences.control_sentence(one) for one in self.bases]
        return tuple(one for one in (*apart, *checks) if one)

    @property
    def kl_remarks(self) -> tuple[str, ...]:
        return tuple(sentences.kl_sentences(self.tuned))

    def borrowed(self, one: VariantBorrowing) -> str:
        return sentences.borrowing_sentence(one)

    def figure_base(self, name: str) -> str:
        return f"/runs/{self.run.id}/lens/figures/{name}"

    @property
    def figure_query(self) -> str:
        """Grows with what was scored, so that a page asks for its figures again."""
        return f"?seen={sum(one.answers for one in self.found)}"

    def share_groups(self, one: VariantLens) -> tuple[ShareGroup, ...]:
        return share_groups(one)

    def part_groups(self, one: VariantLens) -> tuple[ShareGroup, ...]:
        return part_groups(one)

    def reasons(self, groups: Sequence[ShareGroup]) -> tuple[str, ...]:
        return reasons_of(groups)

    def frequent_kinds(self, one: VariantLens) -> tuple[FrequentKind, ...]:
        return frequent_kinds(one)

    def example(self, one: VariantLens, example: Example) -> str:
        """The address of a token in its answer."""
        response, prompt = one.read.responses[example.answer], one.read.prompts[example.answer]
        return (
            f"/runs/{self.run.id}/lens/answers?prompt={prompt}#token-{response}-{example.position}"
        )

    def opener(self, one: VariantLens, answer: int) -> str:
        """The address of where an answer, by its number, begins."""
        return self.example(one, Example(answer, 0))
