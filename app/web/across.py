"""Several studies side by side, and the lines of their checkpoints. Its address says it all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.db import RowId
from app.figures import Figure
from app.lineage import (
    AcrossResult,
    Measure,
    Wanted,
    across_studies,
    headline,
    series_across,
    series_figure,
)
from app.results import ResultFilter
from app.studies import get_study, list_studies
from app.tables import RaterKind, Study, StudyState
from app.web.deps import Analyst, Reading, State, analyst_only
from app.web.figure_files import figure_file
from app.web.render import render
from app.web.state import AppState

router = APIRouter()
Option = tuple[str, str]

_MEASURES = {Measure.SHARE: "how often it was preferred", Measure.SCORE: "mean score"}
_KINDS = {
    RaterKind.HUMAN: "people",
    RaterKind.JUDGE: "judge models",
    RaterKind.SIMULATED: "simulated raters",
}
_SHORT = 12  # digits of an identity in an address


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    studies: tuple[int, ...]
    wanted: Wanted


def asked(
    study: Annotated[tuple[RowId, ...], Query()] = (),
    criterion: str = "",
    against: str = "",
    measure: Measure = Measure.SHARE,
    kind: RaterKind = RaterKind.HUMAN,
) -> Asked:
    wanted = Wanted(criterion or None, against or None, measure, kind)
    return Asked(tuple(dict.fromkeys(study)), wanted)


FromAddress = Annotated[Asked, Depends(asked)]


@dataclass(frozen=True)
class AcrossPage:
    """`ticked`: ids of the studies; `choices`: those that one could tick. Without two of them there
    is no result."""

    ticked: tuple[int, ...]
    choices: tuple[tuple[str, str, None], ...]
    result: AcrossResult | None = None
    figure: Figure | None = None

    @property
    def headline(self) -> str:
        return headline(self.result) if self.result else ""

    @property
    def query(self) -> str:
        """Of this page and of its figure's files."""
        result = self.result
        if result is None:
            return ""
        fields = [("study", str(one)) for one in self.ticked]
        fields += [("criterion", result.criterion.key), ("measure", result.wanted.measure.value)]
        fields += [("against", result.against.identity[:_SHORT])] if result.against else []
        fields += [("kind", result.wanted.kind.value)] if self.kind else []
        return urlencode(fields)

    @property
    def criteria(self) -> tuple[Option, ...]:
        return tuple((one.key, one.label) for one in self.result.criteria) if self.result else ()

    @property
    def opponents(self) -> tuple[Option, ...]:
        """Variants of the same name are told apart by the beginning of their identity."""
        found = self.result.opponents if self.result else ()
        names = [one.name for one in found]
        return tuple(
            (one.identity[:_SHORT], f"{one.name} ({one.identity[:6]})")
            if names.count(one.name) > 1
            else (one.identity[:_SHORT], one.name)
            for one in found
        )

    @property
    def against(self) -> str:
        result = self.result
        return result.against.identity[:_SHORT] if result and result.against else ""

    @property
    def measures(self) -> tuple[Option, ...]:
        return tuple((measure.value, words) for measure, words in _MEASURES.items())

    @property
    def kind(self) -> str:
        """In words where it is not people."""
        kind = self.result.wanted.kind if self.result else RaterKind.HUMAN
        return "" if kind is RaterKind.HUMAN else _KINDS[kind]

    @property
    def kinds(self) -> tuple[Option, ...]:
        return tuple((kind.value, words) for kind, words in _KINDS.items())


@router.get("/studies/compare")
def compare_studies(
    request: Request, analyst: Analyst, session: Reading, state: State, address: FromAddress
) -> Response:
    page = _page(session, state, address)
    return render(request, "across/show.html", page, account=analyst, section="studies")


@router.get("/studies/compare/checkpoints.{form}", dependencies=[analyst_only])
def checkpoints_file(form: str, session: Reading, state: State, address: FromAddress) -> Response:
    result = _result(session, state, address)
    return figure_file(_figure(result), form, "checkpoints")


def _page(session: Session, state: AppState, address: Asked) -> AcrossPage:
    choices = _choices(list_studies(session))
    if len(address.studies) < 2:
        return AcrossPage(address.studies, choices)
    result = _result(session, state, address)
    return AcrossPage(address.studies, choices, result, _figure(result))


def _choices(studies: Sequence[Study]) -> tuple[tuple[str, str, None], ...]:
    judged = (study for study in studies if study.state is not StudyState.DRAFT)
    return tuple((str(study.id), study.name, None) for study in judged)


def _result(session: Session, state: AppState, address: Asked) -> AcrossResult:
    chosen = ResultFilter(kind=address.wanted.kind)
    studies = [get_study(session, one) for one in address.studies]
    return across_studies(
        session,
        studies,
        address.wanted,
        lambda study: state.results.get(session, study, chosen),
    )


def _figure(result: AcrossResult) -> Figure | None:
    measure, against = result.wanted.measure, result.against
    series = series_across(result, measure)
    return series_figure(series, result.criterion.label, measure, against.name if against else None)
