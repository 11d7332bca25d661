"""What a comparison of studies can say in a sentence, claiming no more than its intervals do."""

from app.analysis.intervals import Estimate
from app.lineage.model import AcrossResult, Cell, Measure, Row
from app.results.sentences import percent

_NAMED = 3
_CAUTION = (
    "Variant and prompts are the same: what differs are raters, rubric, the answers beside it, or "
    "chance."
)


def headline(result: AcrossResult) -> str:
    """About the variants that were judged twice on the same prompts."""
    measure = _measure(result)
    rows = [row for row in result.rows(measure) if row.difference.estimate]
    if not rows:
        return (
            "No variant was judged in two of these studies on the same prompts, so their numbers "
            "stand beside each other and are not compared."
        )
    changed = [row for row in rows if _excludes_none(row.difference.estimate)]
    if not changed:
        named = _listed([row.variant.name for row in rows])
        return f"No difference between the studies can be told from chance for {named}."
    told = "; ".join(_change(row, result, measure) for row in changed[:_NAMED])
    more = f"; so were {len(changed) - _NAMED} others" if len(changed) > _NAMED else ""
    of_all = f" ({len(changed)} of {len(rows)} variants that can be compared)" * (len(rows) > 1)
    return f"{told}{more}{of_all}. {_CAUTION}"


def _measure(result: AcrossResult) -> Measure:
    """What is looked at, or else the other where only that can be compared."""
    first = result.wanted.measure
    other = Measure.SCORE if first is Measure.SHARE else Measure.SHARE
    comparable = any(row.difference.estimate for row in result.rows(first))
    return first if comparable or not result.rows(other) else other


def _excludes_none(change: Estimate | None) -> bool:
    if change is None or change.low is None or change.high is None:
        return False
    return not change.low <= 0 <= change.high


def _change(row: Row, result: AcrossResult, measure: Measure) -> str:
    known = [cell for cell in row.cells if cell.estimate]
    change = row.difference.estimate
    assert change
    assert change.value is not None
    way = "better" if change.value > 0 else "worse"
    against = (
        f" against {result.against.name}" if measure is Measure.SHARE and result.against else ""
    )
    before, after = _at(known[0], measure), _at(known[-1], measure)
    return (
        f"{row.variant.name} was judged {way}{against} on {result.criterion.label.lower()} in "
        f"{_study(row, known[-1], result)} than in {_study(row, known[0], result)}: "
        f"{after} after {before}"
    )


def _study(row: Row, cell: Cell, result: AcrossResult) -> str:
    return result.studies[row.cells.index(cell)].name


def _at(cell: Cell, measure: Measure) -> str:
    value = cell.estimate.value if cell.estimate else None
    assert value is not None
    return percent(value) if measure is Measure.SHARE else f"{value:.2f}"


def _listed(names: list[str]) -> str:
    *others, last = dict.fromkeys(names)
    if len(others) >= _NAMED:
        return f"any of the {len(others) + 1} variants that were judged twice on the same prompts"
    return f"{', '.join(others)} or {last}" if others else last
