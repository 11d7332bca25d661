"""The numbers of pairs of variants in words: in tooltips, captions and tables."""

from collections.abc import Sequence

from app.figures.bars import TIES
from app.figures.figure import Row
from app.figures.marks import Datum
from app.figures.shapes import PairRow
from app.figures.words import bounds, interval, percent, value_of
from app.wording import counted

COLUMNS = (
    *("first", "second", "wins of first", "ties, both good", "ties", "ties, both bad"),
    *("wins of second", "share of first", "low (prompts)", "high (prompts)", "low (raters)"),
    *("high (raters)", "comparisons", "prompts", "raters", "no interval because"),
)
TOOLTIP = {
    "pair": "Pair",
    "outcomes": "Outcomes",
    "value": "Share of the first",
    "by_prompt": "Other prompts",
    "by_rater": "Other raters",
    "n": "Based on",
}


def told(row: int, pair: PairRow) -> Datum:
    value, prompts = value_of(pair.by_prompt), pair.by_prompt.clusters
    ties = ", ".join(f"{words} {getattr(pair, key):,}" for key, words in TIES.items())
    return {
        "row": row,
        "pair": f"{pair.first.name} against {pair.second.name}",
        "outcomes": f"{pair.first.name} {pair.wins:,}, {ties}, {pair.second.name} {pair.losses:,}",
        "value": "no data" if value is None else percent(value),
        "by_prompt": interval(pair.by_prompt),
        "by_rater": interval(pair.by_rater),
        "n": f"{counted(pair.comparisons, 'comparison')} of {counted(prompts, 'prompt')}",
    }


def summed(pairs: Sequence[PairRow]) -> str:
    if not pairs:
        return "Nothing has been judged yet."
    prompts = max(pair.by_prompt.clusters for pair in pairs)
    compared = counted(sum(pair.comparisons for pair in pairs), "comparison")
    return f"{compared} of up to {counted(prompts, 'prompt')}."


def cells(pair: PairRow) -> Row:
    by_prompt, by_rater = pair.by_prompt, pair.by_rater
    return (
        *(pair.first.name, pair.second.name, pair.wins, pair.ties_good, pair.ties, pair.ties_bad),
        *(pair.losses, value_of(by_prompt)),
        *(bounds(by_prompt) or (None, None)),
        *(bounds(by_rater) or (None, None)),
        *(pair.comparisons, by_prompt.clusters, by_rater.clusters if by_rater else None),
        by_prompt.reason,
    )
