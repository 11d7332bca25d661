"""Human preferences that others collected, through Triptych, beside the leaderboard they published.

    git clone https://github.com/dustalov/llmfao
    python bench/real_data.py llmfao [--var FOLDER] [--rows 10]

Imports them by `triptych import-judgements` into a database of its own, ranks what the results page
ranks, prints Markdown, asserts nothing. docs/real-data.md says what came of it. With --var the
database stays: `TRIPTYCH_VAR=FOLDER triptych serve` shows it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import cast

import numpy as np
from llmfao import JUDGE_MODELS, Published, battles, leaderboards
from sqlalchemy import select

from app.analysis import Estimate, Ranking, Votes, rank
from app.analysis.agreement import preference_alpha
from app.analysis.bias import left_share, longer_share
from app.analysis.contrasts import Contrasts
from app.analysis.raters import rater_reports
from app.analysis.style import style_control
from app.analysis.ties import tie_models
from app.analysis.votes import Floats
from app.db import Database
from app.results.columns import FEATURES, JudgementColumns
from app.results.read import read_columns
from app.results.records import VariantRef
from app.results.votes import CriterionVotes, votes_on
from app.settings import Settings
from app.tables import RaterKind, Study

NAME = "LLMFAO"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as temporary:
        var = options.var or Path(temporary)
        import_into(var, options.repository)
        database = Database(Settings(var=var).sqlalchemy_url)
        people = columns_of(database, RaterKind.HUMAN)
        judges = columns_of(database, RaterKind.JUDGE)
        database.dispose()
    published = leaderboards(options.repository)
    tell_people(people, published["Humans"], options.rows)
    for name in JUDGE_MODELS:
        tell_judge(name, people, judges, published)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path, help="the folder of the cloned repository")
    parser.add_argument("--var", type=Path, help="a new folder for the database, which stays")
    parser.add_argument("--rows", type=int, default=10, help="of the table, from the top")
    return parser.parse_args()


# --- in and out of the product --------------------------------------------------------------------


def import_into(var: Path, repository: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "battles.jsonl"
        with file.open("w", encoding="utf-8") as text:
            text.writelines(json.dumps(battle) + "\n" for battle in battles(repository))
        command = [sys.executable, "-m", "app.cli", "import-judgements", str(file), "--name", NAME]
        started = perf_counter()
        subprocess.run(command, check=True, env={**os.environ, "TRIPTYCH_VAR": str(var)})
        print(f"\nimported in {perf_counter() - started:.1f} s\n")


def columns_of(database: Database, kind: RaterKind) -> JudgementColumns:
    with database.reading() as session:
        study = session.scalars(select(Study).where(Study.name == NAME)).one()
        return read_columns(session, study, kind)


def criterion_votes(columns: JudgementColumns) -> CriterionVotes:
    [criterion] = columns.criteria
    return votes_on(columns, criterion)


# --- what people said -----------------------------------------------------------------------------


def tell_people(columns: JudgementColumns, published: Mapping[str, Published], rows: int) -> None:
    judged = criterion_votes(columns)
    by_row = replace(judged.votes, prompt=np.arange(len(judged.votes)))
    rankings = {
        "single votes": rank(by_row),
        "prompts": rank(judged.votes, by="prompt"),
        "raters": rank(judged.votes, by="rater"),
    }
    tell_difference("People", rankings["prompts"], judged.votes, published)
    tell_table(rankings, judged.votes, published, rows)
    tell_certainty(rankings)
    tell_ties(judged.votes)
    tell_style(columns, judged)
    tell_raters(columns, judged)


def tell_difference(
    who: str, ranking: Ranking, votes: Votes, published: Mapping[str, Published]
) -> None:
    ours = values(ranking)
    theirs = np.log([published[name].score for name in names(votes)])
    off = np.abs(ours - (theirs - theirs.mean()))
    print(
        f"{who}: {len(votes)} votes, {len(ours)} variants. Largest difference from the published "
        f"strength {off.max():.1e}; {discordant(ours, theirs)} pairs of variants in another order."
    )


def tell_table(
    rankings: Mapping[str, Ranking],
    votes: Votes,
    published: Mapping[str, Published],
    rows: int,
) -> None:
    print(
        "\n| place | variant | published score | votes | of one prompt | strength | prompts "
        "| raters |\n|---|---|---|---|---|---|---|---|"
    )
    order = np.argsort(-values(rankings["prompts"]))
    for place in order[:rows]:
        line = published[names(votes)[place]]
        ours = [rankings[by].strengths[place] for by in ("prompts", "raters")]
        intervals = " | ".join(f"{one.low:+.2f} to {one.high:+.2f}" for one in ours)
        share = largest_share(votes, int(place))
        print(
            f"| {line.rank} | {names(votes)[place]} | {line.score:.6f} | {line.votes} "
            f"| {share:.0%} | {ours[0].value:+.3f} | {intervals} |"
        )


def tell_certainty(rankings: Mapping[str, Ranking]) -> None:
    """How many pairs of variants each way of resampling tells apart, and how sure the top is."""
    apart = {by: told_apart(ranking) for by, ranking in rankings.items()}
    apart["prompts and raters"] = apart["prompts"] & apart["raters"]
    print(
        "\n| resampled | median width of an interval | pairs told apart | first place is sure to |"
        "\n|---|---|---|---|"
    )
    for by, pairs in apart.items():
        ranking = rankings.get(by)
        width, first = "", ""
        if ranking:
            width = f"{np.median([one.high - one.low for one in ranking.strengths]):.2f}"
            best = int(values(ranking).argmax())
            first = f"{(ranking.draws.argmax(axis=1) == best).mean():.0%}"
        print(f"| {by} | {width} | {len(pairs)} | {first} |")


def tell_ties(votes: Votes) -> None:
    models = tie_models(votes, resamples=200)
    usual = np.array([one.value for one in models[0].strengths])
    print()
    for model in models[1:]:
        found = np.array([one.value for one in model.strengths])
        print(
            f"{model.name}: {discordant(usual, found)} pairs in another order than with ties as "
            f"half wins, rank correlation {spearman(usual, found):.3f}, strengths "
            f"{np.ptp(found) / np.ptp(usual):.2f} times as far apart."
        )


def tell_style(columns: JudgementColumns, judged: CriterionVotes) -> None:
    features = columns.responses.features
    contrasts = Contrasts(features, judged.first_response, judged.second_response, FEATURES)
    found = style_control(judged.votes, contrasts)
    if found.reason:
        print(f"\nNo ranking at equal style: {found.reason}.")
        return
    plain, at_equal_style = (
        np.array([one.value for one in some]) for some in (found.without, found.with_style)
    )
    print()
    for one in found.coefficients:
        print(one.reason or f"{one.name}: {one.value:+.3f} ({one.low:+.3f} to {one.high:+.3f})")
    print(
        f"At equal style {discordant(plain, at_equal_style)} pairs are in another order, rank "
        f"correlation {spearman(plain, at_equal_style):.3f}."
    )


def tell_raters(columns: JudgementColumns, judged: CriterionVotes) -> None:
    votes = judged.votes
    found = preference_alpha(votes, judged.item)
    tokens = columns.responses.features[:, 0]
    longer = longer_share(votes, tokens[judged.first_response], tokens[judged.second_response])
    reports = rater_reports([judged], columns.rater, columns.duration_ms, len(columns.raters))
    print(f"\nKrippendorff's alpha {told(found.alpha)}; the same answer {told(found.raw)}")
    print(
        f"the left answer won {told(left_share(votes, by='prompt'))}, raters resampled "
        f"{told(left_share(votes, by='rater'))}; the longer one {told(longer)}"
    )
    print(f"raters who stand out: {sum(bool(one.notes) for one in reports)} of {len(reports)}")
    for report in reports:
        if report.notes:
            ties = "-" if report.ties is None else f"{report.ties:.0%}"
            print(
                f"- {report.judgements} judgements, agreement {told(report.agreement)}, left "
                f"{told(report.left)}, ties {ties}: {'; '.join(report.notes)}"
            )


# --- what judge models said -----------------------------------------------------------------------


def tell_judge(
    name: str,
    people: JudgementColumns,
    judges: JudgementColumns,
    published: Mapping[str, Mapping[str, Published]],
) -> None:
    """Judge models lie in the order of their names in the file."""
    place = sorted(JUDGE_MODELS).index(name)
    votes = criterion_votes(judges.take(judges.rater == place)).votes
    ranking = rank(votes)
    print()
    tell_difference(name, ranking, votes, published[name])
    ours = spearman(values(rank(criterion_votes(people).votes)), values(ranking))
    ranks = [[published[by][v].rank for v in names(votes)] for by in ("Humans", name)]
    print(
        f"Rank correlation with people {ours:.4f}, published {np.corrcoef(ranks)[0, 1]:.4f}; "
        f"the left answer won {told(left_share(votes))}"
    )


# --- numbers --------------------------------------------------------------------------------------


def names(votes: Votes) -> list[str]:
    return [variant.name for variant in cast(tuple[VariantRef, ...], votes.variants)]


def values(ranking: Ranking) -> Floats:
    return np.array([one.value for one in ranking.strengths])


def told_apart(ranking: Ranking) -> set[tuple[int, int]]:
    """Pairs whose difference has an interval without 0."""
    pairs = combinations(range(len(ranking.strengths)), 2)
    found = {pair: ranking.difference(*pair) for pair in pairs}
    return {pair for pair, one in found.items() if one.low > 0 or one.high < 0}


def discordant(first: Floats, second: Floats) -> int:
    """Pairs of places in another order; where either has a tie, the pair does not count."""
    a, b = (np.sign(np.subtract.outer(one, one)) for one in (first, second))
    return int((a * b < 0).sum() // 2)


def spearman(first: Floats, second: Floats) -> float:
    ranks = [np.argsort(np.argsort(one)) for one in (first, second)]
    return float(np.corrcoef(ranks)[0, 1])


def largest_share(votes: Votes, variant: int) -> float:
    """How many of a variant's votes came from the prompt with most of them."""
    mine = (votes.first == variant) | (votes.second == variant)
    return float(np.bincount(votes.prompt[mine]).max() / mine.sum())


def told(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f} ({estimate.reason})"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


if __name__ == "__main__":
    main()
