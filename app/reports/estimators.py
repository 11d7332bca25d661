"""Methods: how numbers and their intervals were computed, each with its source."""

from collections.abc import Iterator

from app.analysis.intervals import FEWEST_CLUSTERS
from app.analysis.intervals import RESAMPLES as SHARE_RESAMPLES
from app.analysis.resampling import MOST_UNITS, RESAMPLES, SEED
from app.reports.document import Block, Heading, paragraph
from app.reports.facts import Evidence
from app.reports.tokens import method_of_tokens
from app.results import CriterionResult, StudyResult
from app.results.sentences import Claim
from app.wording import counted


def estimator_blocks(evidence: Evidence) -> Iterator[Block]:
    result = evidence.result
    yield Heading("Estimators")
    yield from paragraph(_preferences(result))
    yield from paragraph(_rankings(result))
    yield from paragraph(_style(result))
    yield from paragraph(_experiment(result))
    yield from paragraph(_scales(result))
    yield from paragraph(_agreement(result))
    yield from paragraph(_blinding(result))
    yield from paragraph(method_of_tokens(evidence.tokens))
    yield Heading("Intervals")
    yield from paragraph(_intervals(result))
    yield from paragraph(_claims(result))


def _preferences(result: StudyResult) -> Iterator[str]:
    yield (
        "Each criterion was counted on its own. Of every judgement the latest revision counts. The "
        "share of a variant in a pair is the mean of its points: a win is one, a tie of any kind a "
        "half, a loss nothing; “cannot judge” is no comparison."
    )
    if result.ledgers:
        yield (
            f"The two ledgers join the verdicts of one judgement on the same two answers: of the "
            f"comparisons decided on {result.ledgers.y.lower()}, the share whose preferred answer "
            f"was judged the worse on {result.ledgers.x.lower()}."
        )


def _rankings(result: StudyResult) -> Iterator[str]:
    rankings = [one.ranking for one in result.criteria if one.ranking]
    if len(result.variants) < 3 or not rankings:
        return
    yield (
        "Strengths are those of the Bradley-Terry model (Bradley and Terry, 1952) on the scale of "
        "log odds with a mean of zero, ties as half a win for each side. Before fitting, the graph "
        "of comparisons was checked: without a win in both directions over every split of the "
        "variants there is no finite ranking (Ford, 1957), and none is given."
    )
    if any(ranking.tie_models for ranking in rankings):
        yield (
            "Beside it stand two other ways to count ties: the model of Davidson (Davidson, 1970), "
            "in which ties have a prevalence of their own, and ties left out."
        )


def _style(result: StudyResult) -> Iterator[str]:
    styles = [one.ranking.style for one in result.criteria if one.ranking and one.ranking.style]
    if not any(style.with_style for style in styles) or len(result.variants) < 3:
        return
    yield (
        "Length and formatting were taken out by adding to the model the relative differences of "
        "two answers, (a − b) / (a + b + 1), in words, headers, list items and bold spans, code "
        "fences left out, each divided by its standard deviation (Li et al., 2024). What "
        "differs in the same way on every prompt cannot be told from the variants and was not "
        "fitted. Intervals of this fit are from a score bootstrap over prompts (Kline and Santos, "
        "2012), widened for the parameters fitted (MacKinnon and White, 1985)."
    )


def _experiment(result: StudyResult) -> Iterator[str]:
    if result.experiment is None:
        return
    yield (
        "What style alone changes is the difference of two shares, of items shown as they are and "
        "of stripped ones. The two halves have no prompt in common, so the interval is joined from "
        "their two intervals over prompts as independent (Zou and Donner, 2008); raters judged in "
        "both halves and were resampled for both at once. An effect is claimed where the interval "
        "over prompts excludes zero."
    )


def _scales(result: StudyResult) -> Iterator[str]:
    if any(one.scores for one in result.criteria):
        yield (
            "Scores are given as whole distributions and as means, which take the steps of a scale "
            "as equal."
        )
    if any(one.counts for one in result.criteria):
        yield "Answers in words are given as shares of those that were asked and answered."


def _agreement(result: StudyResult) -> Iterator[str]:
    if not any(one.agreement or one.scale_agreement for one in result.criteria):
        return
    yield (
        "Agreement is Krippendorff’s alpha (Krippendorff, 2011): nominal for preferences and "
        "answers in words, ordinal for points and sliders, with the share of pairs of raters who "
        "said the same beside it. Where all gave the same answer, alpha is undefined."
    )


def _blinding(result: StudyResult) -> Iterator[str]:
    if result.guesses is None or not result.guesses.asked:
        return
    yield (
        "Whether raters recognised kinds of variants is given as Bang’s index of each kind "
        "(Bang et al., 2004), where of several kinds a wrong guess costs one over the number of "
        "the others, and as James’ index of all kinds together (James et al., 1996), where a wrong "
        "guess is worth half of “I cannot say”. Bang’s index takes it that blind guesses name all "
        "kinds equally often. A kind is said to be recognised only where the share of its answers "
        "that were taken for it is above that of others’ answers, by the interval of the "
        "difference. By chance those guesses are right that raters "
        "would get right who name each kind as often as these did, whatever they see. Each rater "
        "guesses several times: raters were resampled whole."
    )


def _intervals(result: StudyResult) -> Iterator[str]:
    yield (
        "Judgements of one prompt resemble each other, and so do those of one rater. Intervals are "
        "therefore from a bootstrap of whole prompts, which speaks of other prompts of this kind; "
        "beside the shares, scores and strengths stand intervals from a bootstrap of whole raters, "
        "which speak of other raters of this kind. All are at 95 %, with expanded percentiles for "
        "few clusters (Hesterberg, 2015)."
    )
    yield (
        f"Shares and means used {SHARE_RESAMPLES:,} resamples; rankings, agreement and shares of "
        f"bias {RESAMPLES:,}; the seed was {SEED}. There is no interval with fewer than "
        f"{FEWEST_CLUSTERS} prompts (or raters)."
    )
    if any(pair.share.exact for one in result.criteria for pair in one.pairs):
        yield (
            "Where all comparisons of a pair went the same way there is nothing to resample, and "
            "the interval is exact over prompts, each counted once (Clopper and Pearson, 1934)."
        )
    if _most_clusters(result) > MOST_UNITS:
        yield (
            f"More than {MOST_UNITS:,} prompts or raters were put into {MOST_UNITS:,} groups at "
            "random, and groups were resampled (Wolter, 2007)."
        )


def _most_clusters(result: StudyResult) -> int:
    pairs = [pair for one in result.criteria for pair in one.pairs]
    return max([max(p.share.clusters, p.by_rater.clusters) for p in pairs], default=0)


def _claims(result: StudyResult) -> Iterator[str]:
    criteria = [one for one in result.criteria if one.pairs]
    pairs = sum(len(one.pairs) for one in criteria)
    if not pairs:
        return
    yield (
        "A preference is called one where the interval over prompts excludes 50 %; unless the "
        "interval over raters excludes it, too, it is said to hold for these raters only."
    )
    yield (
        f"{counted(pairs, 'pair was', 'pairs were')} looked at on "
        f"{counted(len(criteria), 'criterion', 'criteria')} together; {_claimed(criteria)} called "
        f"a preference. Intervals are not corrected for their number: if no pair differed, about "
        f"one in twenty would look different by chance."
    )


def _claimed(criteria: list[CriterionResult]) -> str:
    pairs = [pair for one in criteria for pair in one.pairs]
    count = sum(pair.finding.claim is not Claim.NONE for pair in pairs)
    return f"{count} {'is' if count == 1 else 'are'}"
