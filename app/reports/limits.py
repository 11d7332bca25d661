"""What a report's numbers cannot show, from the facts of the study at hand."""

from collections.abc import Iterator

from app.analysis.intervals import FEWEST_CLUSTERS
from app.reports.document import Bullets, Section
from app.reports.facts import Evidence
from app.reports.people import words_of_filter
from app.reports.words import listed
from app.studies import session_of
from app.tables import RaterKind, StudyState
from app.wording import counted

_FEW_PROMPTS = 30  # below, resampling prompts sees little of how prompts differ


def limits_section(evidence: Evidence) -> Section:
    limits = (
        *_kind(evidence),
        *_state(evidence),
        *_raters(evidence),
        *_prompts(evidence),
        *_answers(evidence),
        *_analysis(evidence),
    )
    return Section("limits", "Limits", (Bullets(limits),))


def _kind(evidence: Evidence) -> Iterator[str]:
    if evidence.kind is RaterKind.SIMULATED:
        yield (
            "No person judged this. The numbers follow from the formula of the simulation and are "
            "no evidence about any variant."
        )
    if evidence.kind is RaterKind.JUDGE:
        yield (
            "No person judged this. Language models favour some positions, lengths and their own "
            "answers (Panickssery et al., 2024); how far these agree with people has to be found "
            "out for every study."
        )
    if evidence.study.imported:
        yield (
            "The judgements were made elsewhere. Whether raters were blind, how orders were drawn "
            "and who was left out before the import is not known here."
        )


def _state(evidence: Evidence) -> Iterator[str]:
    study, result = evidence.study, evidence.result
    if study.state is StudyState.OPEN:
        yield (
            "The study is still open. Results that were looked at early and stopped at a welcome "
            "moment look surer than they are: the number of judgements should be settled "
            "beforehand."
        )
    if evidence.was_judged_here and result.judgements < result.wanted:
        yield (
            f"{result.judgements:,} of {result.wanted:,} wanted judgements are counted; what is "
            "missing may not be missing at random."
        )
    if chosen := words_of_filter(result.chosen):
        yield (
            f"The report is about a part of the judgements: {listed(chosen)}. A part that was "
            "chosen after looking shows more than there is."
        )
    if result.adaptive and evidence.kind is RaterKind.HUMAN:
        yield (
            "Pairs were chosen by uncertainty while judgements came in, so close pairs were judged "
            "more often. Shares within a pair can be read; how often a pair was judged cannot, and "
            "intervals do not know of the choice."
        )


def _raters(evidence: Evidence) -> Iterator[str]:
    if evidence.kind is not RaterKind.HUMAN:
        return
    if not evidence.result.knows_raters:
        yield "Who judged is not known: nothing is said of other raters, nor of single ones."
        return
    raters = evidence.result.raters
    if raters < FEWEST_CLUSTERS:
        yield (
            f"{counted(raters, 'rater')} are too few to say what other raters would prefer: every "
            "finding is known of these raters only."
            if raters > 1
            else "One rater judged: every finding is that rater’s."
        )
    yield (
        "Raters were not drawn from a population and are not weighted to represent one. The "
        "intervals over raters take them as a sample of raters like them."
    )
    if not session_of(evidence.study).before and evidence.was_judged_here:
        yield "Nothing was asked about the raters themselves."


def _prompts(evidence: Evidence) -> Iterator[str]:
    judged = max(
        (pair.share.clusters for one in evidence.result.criteria for pair in one.pairs), default=0
    )
    used = judged or evidence.facts.prompts.used
    few = ", and they are few" if used < _FEW_PROMPTS else ""
    yield (
        f"The {counted(used, 'prompt')} judged are of one prompt set{few}. Intervals over prompts "
        "speak of other prompts like these, not of other tasks, languages or users."
    )


def _answers(evidence: Evidence) -> Iterator[str]:
    study, members = evidence.study, evidence.facts.members
    sampled = [one for one in members if one.sampling is None or one.sampling.temperature > 0]
    if study.samples == 1 and sampled:
        yield (
            "One answer per prompt and variant was judged. Another sample of the same variant "
            "could read differently, and the intervals know of this only through the prompts."
        )
    remote = [one.name for one in members if one.spec.get("endpoint")]
    if remote:
        yield (
            f"What a remote server really serves cannot be checked: {listed(remote)} "
            f"{'is' if len(remote) == 1 else 'are'} what the server says."
        )
    if evidence.result.without_introductions:
        yield "Some answers say who made them, which can undo the blinding for whoever reads them."


def _analysis(evidence: Evidence) -> Iterator[str]:
    rankings = [one.ranking for one in evidence.result.criteria if one.ranking]
    if any(ranking.style and ranking.style.with_style for ranking in rankings):
        yield (
            "Taking out length and formatting is associational: it compares answers that happen to "
            "be of equal style, assumes that style acts alike for all variants, and takes out good "
            "reasons to be long along with bad ones."
        )
    if evidence.result.experiment:
        yield (
            "Stripping is a rule of words: it takes away the openers, closers and formatting that "
            "it knows, and leaves length, order and tone. What style does in all may be more, or "
            "less."
        )
    if evidence.tokens:
        yield (
            "What the tokens show beside the ratings is association: what is shifted was not "
            "assigned at random, and raters may mark what stands out rather than what is wrong."
        )
    yield (
        "Many numbers stand side by side and are not corrected for their number. What was not "
        "decided to be looked at beforehand is a question for the next study."
    )
