"""Series: a measure over the steps of training of a fine-tune with several checkpoints."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.analysis.intervals import Estimate
from app.figures import CheckpointRow, in_order
from app.lineage.cells import mean_of, share_over
from app.lineage.members import Spec, checkpoint_in
from app.lineage.model import AcrossResult, Measure, Series
from app.results import CriterionResult, StudyResult, VariantRef
from app.tables import VariantKind

_Point = tuple[int, str, Estimate]
_Key = tuple[str, VariantKind]


def checkpoint_rows(
    result: StudyResult,
    specs: Mapping[str, Spec],
    criterion: str,
    measure: Measure = Measure.SHARE,
    *,
    against: str | None = None,
) -> tuple[CheckpointRow, ...]:
    """Of one study; empty where no series has two steps. `specs` by name, see `specs_of`.

    `against` names the opponent of the shares; by default the study's first base.
    """
    asked = next((one for one in result.criteria if one.key == criterion), None)
    if asked is None:
        return ()
    other = against or base_of(result.variants)
    lines: defaultdict[_Key, list[_Point]] = defaultdict(list)
    for variant in result.variants:
        checkpoint = checkpoint_in(specs.get(variant.name, {}))
        estimate = _measured(asked, measure, variant.name, other)
        if checkpoint and estimate:
            point = (checkpoint.step, variant.name, estimate)
            lines[checkpoint.series, variant.kind].append(point)
    return rows_of(_series(lines))


def series_across(result: AcrossResult, measure: Measure) -> tuple[Series, ...]:
    """Studies of the same prompts share a line, where the last study that has a checkpoint counts;
    other prompts are another line."""
    groups = [study.prompts for study in result.studies]
    found: list[Series] = []
    for group in dict.fromkeys(groups):
        places = [place for place, one in enumerate(groups) if one == group]
        lines: defaultdict[_Key, list[_Point]] = defaultdict(list)
        for row in result.rows(measure):
            checkpoint, latest = (
                row.variant.checkpoint,
                _latest(row.cells[p].estimate for p in places),
            )
            if checkpoint and latest:
                point = (checkpoint.step, row.variant.name, latest)
                lines[checkpoint.series, row.variant.kind].append(point)
        suffix = f", set {group}" if len(set(groups)) > 1 else ""
        found += _series(lines, suffix)
    return tuple(found)


def rows_of(series: Iterable[Series]) -> tuple[CheckpointRow, ...]:
    series = tuple(series)
    looks = in_order((one.name, one.kind.value) for one in series)
    return tuple(
        CheckpointRow(look, step, name, estimate)
        for one, look in zip(series, looks, strict=True)
        for step, name, estimate in one.points
    )


def _series(lines: Mapping[_Key, Iterable[_Point]], suffix: str = "") -> Iterator[Series]:
    """Those that are measured at two steps or more."""
    for (name, kind), points in lines.items():
        ordered = tuple(sorted(points, key=lambda point: point[:2]))
        if len({step for step, _, _ in ordered}) > 1:
            yield Series(name + suffix, kind, ordered)


def _latest(estimates: Iterable[Estimate | None]) -> Estimate | None:
    known = [one for one in estimates if one is not None]
    return known[-1] if known else None


def _measured(
    criterion: CriterionResult, measure: Measure, name: str, against: str | None
) -> Estimate | None:
    if measure is Measure.SCORE:
        found = mean_of(criterion, name)
    else:
        found = share_over(criterion, name, against) if against else None
    return found if found and found.value is not None else None


def base_of(variants: Sequence[VariantRef]) -> str | None:
    """The name of the first base."""
    return next((one.name for one in variants if one.kind is VariantKind.BASE), None)
