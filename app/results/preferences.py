"""Who was preferred on a criterion: pairs, rankings, categories."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from app.analysis import Ranking, Standing, rank
from app.analysis.contrasts import Contrasts
from app.analysis.intervals import LEVEL
from app.analysis.pairs import PairCounts, pair_table
from app.analysis.percentiles import expanded_tail
from app.analysis.style import style_control
from app.analysis.ties import tie_models
from app.results.columns import FEATURES, JudgementColumns, PromptRef, ResponseColumns
from app.results.model import CategoryResult, Lead, PairResult, RankingResult
from app.results.records import VariantRef
from app.results.sentences import Finding, preference_sentence
from app.results.unknown import without_raters
from app.results.votes import CriterionVotes
from app.tables import RaterKind

# With more pairs than these, a figure by category could not be read.
_PAIRS_BY_CATEGORY = 6


def pair_results(
    given: CriterionVotes, label: str, who: RaterKind, *, knows_raters: bool = True
) -> tuple[PairResult, ...]:
    """Every pair of the study's variants, also those that were never compared."""
    variants, table = variants_of(given), pair_table(given.votes)
    if not knows_raters:
        table = tuple(replace(one, by_rater=without_raters(one.by_rater)) for one in table)
    return tuple(_pair(given, variants, counts, label, who) for counts in table)


def variants_of(given: CriterionVotes) -> tuple[VariantRef, ...]:
    return tuple(one for one in given.votes.variants if isinstance(one, VariantRef))


def _pair(
    given: CriterionVotes,
    variants: Sequence[VariantRef],
    counts: PairCounts,
    label: str,
    who: RaterKind,
) -> PairResult:
    finding = _finding(variants, counts)
    return PairResult(
        first=variants[counts.first],
        second=variants[counts.second],
        wins=counts.wins,
        losses=counts.losses,
        ties=counts.ties,
        ties_good=counts.ties_good,
        ties_bad=counts.ties_bad,
        cannot_judge=int(given.cannot_judge[counts.first, counts.second]),
        comparisons=counts.comparisons,
        share=counts.share,
        by_rater=counts.by_rater,
        finding=finding,
        sentence=preference_sentence(label, finding, who),
    )


def _finding(variants: Sequence[VariantRef], counts: PairCounts) -> Finding:
    decided = counts.wins + counts.losses
    return Finding(
        variants[counts.first].name,
        variants[counts.second].name,
        counts.share,
        counts.by_rater,
        all_tied=counts.comparisons > 0 and decided == 0,
    )


# --- rankings -----------------------------------------------------------------------------------


def ranking_result(
    given: CriterionVotes, responses: ResponseColumns, *, knows_raters: bool = True
) -> RankingResult:
    votes, variants = given.votes, variants_of(given)
    ranking = rank(votes)
    if not ranking.strengths:
        warnings = tuple(_warnings(variants, ranking))
        return RankingResult(variants, (), (), ranking.standing, warnings, (), None)
    contrasts = Contrasts(responses.features, given.first_response, given.second_response, FEATURES)
    return RankingResult(
        variants=variants,
        strengths=ranking.strengths,
        by_rater=rank(votes, by="rater").strengths if knows_raters else (),
        standing=ranking.standing,
        warnings=(),
        tie_models=tie_models(votes)[1:],  # the first is the ranking itself
        style=style_control(votes, contrasts, plain=ranking),
        lead=_lead(variants, ranking),
    )


def _lead(variants: Sequence[VariantRef], ranking: Ranking) -> Lead:
    draws, count, tail = ranking.draws, len(variants), expanded_tail(ranking.clusters, LEVEL)
    best = max(range(count), key=lambda place: ranking.strengths[place].value)
    apart = 0
    for one in range(count - 1):  # a pair at a time would be slow, all at once would be large
        differences = draws[:, [one]] - draws[:, one + 1 :]
        low, high = np.quantile(differences, [tail, 1 - tail], axis=0)
        apart += int(((low > 0) | (high < 0)).sum())
    first = float((draws.argmax(axis=1) == best).mean())
    return Lead(variants[best], first, apart, count * (count - 1) // 2)


def _warnings(variants: Sequence[VariantRef], ranking: Ranking) -> Iterator[str]:
    found = ranking.standing
    if not found.is_connected:
        groups = "; ".join(_names(variants, group) for group in found.groups)
        yield f"Not all variants were compared, directly or over others: {groups}."
    for places, what in ((found.undefeated, "never lost"), (found.winless, "never won")):
        if places and found.is_connected:
            yield f"{_names(variants, places)} {what}, so how far away the others are is not known."
    if not _is_explained(found) and ranking.reason:
        yield f"{ranking.reason[:1].upper()}{ranking.reason[1:]}."


def _is_explained(found: Standing) -> bool:
    return bool(not found.is_connected or found.undefeated or found.winless)


def _names(variants: Sequence[VariantRef], places: Sequence[int]) -> str:
    return ", ".join(variants[place].name for place in places)


# --- categories ---------------------------------------------------------------------------------


def category_results(
    given: CriterionVotes, prompts: Sequence[PromptRef]
) -> tuple[CategoryResult, ...]:
    """By pair, then category; empty where there is one category only, or too many pairs."""
    names = sorted({prompt.category or "" for prompt in prompts})
    variants = variants_of(given)
    if len(names) < 2 or len(variants) * (len(variants) - 1) // 2 > _PAIRS_BY_CATEGORY:
        return ()
    place = {name: number for number, name in enumerate(names)}
    of_prompt = np.array([place[prompt.category or ""] for prompt in prompts], dtype=np.intp)
    of_vote = of_prompt[given.votes.prompt]
    return tuple(
        CategoryResult(name, variants[counts.first], variants[counts.second], counts.share)
        for name in names
        for counts in pair_table(given.votes.take(of_vote == place[name]))
        if counts.comparisons
    )


def categories_of(columns: JudgementColumns) -> tuple[str, ...]:
    """Of the prompts that were judged; "" for those without one."""
    judged = np.unique(columns.prompt)
    return tuple(sorted({columns.prompts[prompt].category or "" for prompt in judged.tolist()}))
