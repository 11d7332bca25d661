"""A study's results from its columns: per criterion and pair of variants, never merged."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.analysis.agreement import preference_alpha
from app.analysis.bias import left_share
from app.analysis.intervals import EXACT_METHOD, METHOD, RESAMPLES
from app.analysis.raters import rater_reports
from app.analysis.resampling import RESAMPLES as RANKING_RESAMPLES
from app.analysis.resampling import SEED
from app.criteria import asked_scale
from app.results.bias import bias_result, told_apart_result, won_by_longer
from app.results.columns import NOTHING, Booleans, JudgementColumns
from app.results.experiment import experiment_result
from app.results.filters import Form, Gold, ResultFilter
from app.results.guesses import guesses_result
from app.results.lanes import in_lanes
from app.results.ledgers import ledgers_of
from app.results.marks import mark_results
from app.results.model import (
    Choices,
    CriterionResult,
    PairResult,
    RankingResult,
    RaterResult,
    Sensitivity,
    StudyResult,
)
from app.results.preferences import (
    categories_of,
    category_results,
    pair_results,
    ranking_result,
)
from app.results.read import read_columns
from app.results.scales import counts, given_on, scale_agreement, scores
from app.results.sentences import headline, ranking_headline
from app.results.style_effects import form_note
from app.results.votes import CriterionVotes, cannot_judge, votes_on
from app.studies import rule_note, wanted_judgements
from app.tables import (
    Account,
    Assignment,
    Criterion,
    Invitation,
    Item,
    ItemKind,
    RaterKind,
    Study,
)

_MANY = 6  # variants

SETTINGS = {
    "intervals": METHOD,
    "resamples": str(RESAMPLES),
    "resamples of rankings and agreement": str(RANKING_RESAMPLES),
    "seed": str(SEED),
    "where all comparisons went the same way": EXACT_METHOD,
}


def study_result(session: Session, study: Study, chosen: ResultFilter | None = None) -> StudyResult:
    """The results as they stand; zeros and empty intervals before the first judgement."""
    chosen = chosen or ResultFilter()
    return result_of(session, study, read_columns(session, study, chosen.kind), chosen)


def result_of(
    session: Session, study: Study, columns: JudgementColumns, chosen: ResultFilter
) -> StudyResult:
    """`columns`: all of the study's judgements by raters of the kind that is chosen."""
    kept = columns.take(chosen.keeps(columns))
    preferred = [one.key for one in study.criteria if one.asks_preference]
    reading = (partial(votes_on, kept, kept.criterion(key)) for key in preferred)
    given = dict(zip(preferred, in_lanes(len(kept), *reading), strict=True))
    asked = {one.key: one for one in study.criteria}
    note = form_note(chosen.form, int(kept.stripped.sum()), len(kept)) if study.strip_half else ""
    labels = {key: criterion.label for key, criterion in asked.items()}
    is_experiment = study.strip_half and chosen.form is Form.ALL
    # Two lanes of about the same length: two criteria at once would hold the most memory.
    criteria, (ledgers, bias, raters, marks, without, experiment) = in_lanes(
        len(kept),
        lambda: tuple(
            _criterion(kept, one, given.get(one.key), chosen.kind, note) for one in asked.values()
        ),
        lambda: (
            ledgers_of(given, asked),
            bias_result(kept),
            tuple(_raters(kept, given)) if kept.knows_raters else (),
            mark_results(kept),
            _without_introductions(kept, asked, given, chosen.kind),
            experiment_result(kept, labels, given, chosen.kind) if is_experiment else None,
        ),
    )
    screened = _screened_out(columns) if chosen.gold is Gold.PASSED else 0
    return StudyResult(
        chosen=chosen,
        choices=_choices(session, study, columns),
        variants=columns.variants,
        raters=len(np.unique(kept.rater)),
        knows_raters=kept.knows_raters,
        judgements=len(kept),
        items_judged=len(np.unique(kept.item)),
        items=columns.items,
        wanted=wanted_judgements(session, study, columns.items),
        last_at=kept.last_at(),
        criteria=criteria,
        ledgers=ledgers,
        bias=bias,
        told_apart=told_apart_result(session, study, kept)
        if chosen.kind is RaterKind.HUMAN
        else (),
        guesses=guesses_result(session, study, kept) if chosen.kind is RaterKind.HUMAN else None,
        rater_reports=raters,
        settings=dict(SETTINGS),
        screened_out=screened,
        filtered=len(columns) - len(kept) - screened,
        adaptive=study.adaptive,
        without_introductions=without,
        marks=marks,
        experiment=experiment,
        rule_note=rule_note(study),
    )


# --- parts --------------------------------------------------------------------------------------


def _criterion(
    columns: JudgementColumns,
    criterion: Criterion,
    given: CriterionVotes | None,
    who: RaterKind,
    note: str,
) -> CriterionResult:
    """`given`: the votes, where a preference is asked. `note`: what the headline adds."""
    scale = asked_scale(criterion)
    numbers = given_on(columns, criterion.key, scale) if scale else None
    knows = columns.knows_raters
    pairs = pair_results(given, criterion.label, who, knows_raters=knows) if given else ()
    ranking = ranking_result(given, columns.responses, knows_raters=knows) if given else None
    return CriterionResult(
        key=criterion.key,
        label=criterion.label,
        headline=_headline(criterion.label, pairs, ranking, who) + note,
        pairs=pairs,
        ranking=ranking,
        categories=category_results(given, columns.prompts) if given else (),
        scores=scores(numbers, scale, knows_raters=knows)
        if numbers and scale and scale.has_mean
        else (),
        first_slot=left_share(given.votes) if given else None,
        longer=won_by_longer(given, columns.responses) if given else None,
        agreement=preference_alpha(given.votes, given.item, once=True) if given else None,
        scale_agreement=scale_agreement(numbers, scale) if numbers and scale else None,
        cannot_judge=cannot_judge(columns.criterion(criterion.key)),
        scale=scale,
        counts=counts(numbers, scale) if numbers and scale and not scale.has_mean else (),
    )


def _headline(
    label: str, pairs: Sequence[PairResult], ranking: RankingResult | None, who: RaterKind
) -> str:
    """Of many variants the ranking speaks: single pairs would be picked from a hundred."""
    if ranking is None or ranking.lead is None or len(ranking.variants) < _MANY:
        return headline(label, [pair.finding for pair in pairs], who)
    lead = ranking.lead
    return ranking_headline(
        label,
        lead.variant.name,
        lead.first,
        lead.told_apart,
        lead.pairs,
        len(ranking.variants),
        who,
    )


def _without_introductions(
    columns: JudgementColumns,
    criteria: Mapping[str, Criterion],
    given: dict[str, CriterionVotes],
    who: RaterKind,
) -> Sensitivity | None:
    introduces = columns.responses.introduces_itself[columns.response]
    left_out = (introduces & (columns.response != NOTHING)).any(axis=1)
    if not left_out.any():
        return None
    return Sensitivity(
        int(left_out.sum()),
        int((~left_out).sum()),
        tuple(
            (
                key,
                pair_results(
                    _of_judgements(votes, ~left_out),
                    criteria[key].label,
                    who,
                    knows_raters=columns.knows_raters,
                ),
            )
            for key, votes in given.items()
        ),
    )


def _of_judgements(given: CriterionVotes, kept: Booleans) -> CriterionVotes:
    """`kept`, shape (judgements,)."""
    assert given.votes.judgement is not None
    return given.take(kept[given.votes.judgement])


def _raters(columns: JudgementColumns, given: dict[str, CriterionVotes]) -> Iterator[RaterResult]:
    reports = rater_reports(
        list(given.values()),
        columns.rater,
        columns.duration_ms,
        len(columns.raters),
        gold_passed=np.array([one.gold_passed for one in columns.raters], dtype=np.intp),
        gold_seen=np.array([one.gold_seen for one in columns.raters], dtype=np.intp),
    )
    for report in reports:
        yield RaterResult(columns.raters[report.rater].name, report)


def _screened_out(columns: JudgementColumns) -> int:
    failed = np.array([one.screened_out for one in columns.raters], dtype=np.bool_)
    return int(failed[columns.rater].sum())


def _choices(session: Session, study: Study, columns: JudgementColumns) -> Choices:
    judged = np.unique(columns.rater).tolist()
    return Choices(
        kinds=kinds_that_judged(session, study),
        raters=tuple(columns.raters[place].name for place in judged)
        if columns.knows_raters
        else (),
        categories=categories_of(columns),
        forms=study.strip_half,
    )


def kinds_that_judged(session: Session, study: Study) -> tuple[RaterKind, ...]:
    """Raters are looked at one by one until their first judgement: there are few raters."""
    of_theirs = (
        select(Assignment.id)
        .join(Item, Item.id == Assignment.item_id)
        .where(
            Assignment.account_id == Account.id,
            Assignment.submitted_at.is_not(None),
            Item.study_id == study.id,
            Item.kind == ItemKind.REGULAR,
        )
    )
    kinds = (
        select(Account.rater_kind)
        .join(Invitation, Invitation.account_id == Account.id)
        .where(Invitation.study_id == study.id, of_theirs.exists())
        .distinct()
    )
    return tuple(sorted(session.scalars(kinds)))
