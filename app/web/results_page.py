"""What the results pages hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.analysis.agreement import Agreement
from app.analysis.intervals import Estimate
from app.exports import FORMATS, ExportFormat
from app.figures import Figure
from app.figures.of_results import cross_name
from app.results import (
    Form,
    ItemsPage,
    Order,
    PairResult,
    RankingResult,
    RaterResult,
    ResultFilter,
    StudyResult,
)
from app.results.tokens import Amount, TokenEvidence
from app.results.tokens.sentences import AMOUNTS
from app.tables import Lens, RaterKind, Study
from app.web.result_filter import MOST_RATERS, FilterBar

_KINDS = {
    RaterKind.HUMAN: "people",
    RaterKind.SIMULATED: "simulated raters",
    RaterKind.JUDGE: "judge models",
}


@dataclass(frozen=True)
class ResultsPage:
    """`figures` by name; `version` tells an old page from a new one. `lens`: of the study's run;
    without one, `can_start_lens` says whether it can have one."""

    study: Study
    result: StudyResult
    figures: Mapping[str, Figure]
    filter: FilterBar
    version: str
    tokens: TokenEvidence | None = None
    lens: Lens | None = None
    can_start_lens: bool = False

    @property
    def formats(self) -> tuple[ExportFormat, ...]:
        """Those that have something to write."""
        return tuple(one for one in FORMATS.values() if self.tokens or not one.needs_lens)

    @property
    def token_reasons(self) -> Mapping[str, tuple[str, ...]]:
        """Why intervals of tokens are missing, each once, by the table they are missing in."""
        found = self.tokens
        if found is None:
            return {}
        values = [value for one in found.marked for value in one.values]
        pairs = [pair for one in found.relations for pair in one.pairs]
        contrasts = [one.when_wrong for one in found.borrowing if one.when_wrong]
        return {
            "marked": _reasons(
                apart for one in values for apart in (one.anywhere.difference, one.later.difference)
            ),
            "relations": _reasons(one.gap for one in pairs),
            "borrowing": _reasons(one.difference for one in contrasts),
        }

    @property
    def amounts(self) -> Mapping[Amount, str]:
        """What a preference stands beside, in words."""
        return AMOUNTS

    @property
    def kind(self) -> RaterKind:
        return self.result.chosen.kind

    @property
    def query(self) -> str:
        return self.filter.query

    @property
    def figure_query(self) -> str:
        """Behind a figure's address: the filter, and the version, so that a page that has become
        old asks for the figure again."""
        return f"?{self.query}&seen={self.version}" if self.query else f"?seen={self.version}"

    @property
    def here(self) -> str:
        return f"/studies/{self.study.id}/results"

    def figure_base(self, name: str) -> str:
        return f"{self.here}/figures/{name}"

    @property
    def other_kinds(self) -> tuple[tuple[str, str], ...]:
        """(in words, query of the address) of the other kinds that judged this study."""
        others = [kind for kind in self.result.choices.kinds if kind is not self.kind]
        return tuple((_KINDS[kind], _query(ResultFilter(kind=kind))) for kind in others)

    @property
    def export_query(self) -> str:
        """Exports hold one kind of raters, people unless asked."""
        kinds = {RaterKind.SIMULATED: "?raters=simulated", RaterKind.JUDGE: "?raters=judges"}
        return kinds.get(self.kind, "")

    @property
    def has_scores(self) -> bool:
        return any(one.scale for one in self.result.criteria)

    @property
    def has_categories(self) -> bool:
        return any(one.categories for one in self.result.criteria)

    @property
    def checkpoints(self) -> tuple[str, ...]:
        """Figures over training steps; none without a series of checkpoints."""
        return tuple(name for name in self.figures if name.startswith("checkpoint"))

    @property
    def cross_figures(self) -> tuple[str, ...]:
        ledgers = self.result.ledgers
        tables = ledgers.tables if ledgers else ()
        names = (cross_name(one, other, ledgers) for one, other, _ in tables if ledgers)
        return tuple(name for name in names if name in self.figures)

    @property
    def agreements(self) -> tuple[tuple[str, str, Agreement], ...]:
        """(criterion, what was compared, agreement), preferences before scales."""
        rows = [(one.label, "preference", one.agreement) for one in self.result.criteria]
        rows += [(one.label, "scale", one.scale_agreement) for one in self.result.criteria]
        return tuple((label, of, found) for label, of, found in rows if found)

    @property
    def introductions(
        self,
    ) -> tuple[tuple[str, PairResult, PairResult], ...]:
        """(criterion, pair with all judgements, and without those of introductions), where it makes
        a difference."""
        without = self.result.without_introductions
        left = dict(without.pairs) if without else {}
        return tuple(
            (one.label, pair, other)
            for one in self.result.criteria
            for pair, other in zip(one.pairs, left.get(one.key, ()), strict=False)
            if pair.comparisons != other.comparisons
        )

    @property
    def slot_labels(self) -> tuple[dict[str, object], ...]:
        slots = max((len(row.counts) for row in self.result.bias.slots), default=0)
        return tuple({"label": f"Answer {slot}", "num": True} for slot in range(1, slots + 1))

    def tie_columns(self, ranking: RankingResult) -> list[dict[str, object]]:
        return [{"label": one.name, "num": True} for one in ranking.tie_models]

    @property
    def raters(self) -> tuple[RaterResult, ...]:
        """The busiest, in their order; a study by a shared link may have thousands."""
        reports = self.result.rater_reports
        if len(reports) <= MOST_RATERS:
            return reports
        busiest = sorted(reports, key=lambda one: -one.report.judgements)[:MOST_RATERS]
        kept = {one.name for one in busiest}
        return tuple(one for one in reports if one.name in kept)

    def form_query(self, form: str) -> str:
        """The query of the same page with answers in this form alone."""
        return _query(replace(self.result.chosen, form=Form(form)))

    def only_rater(self, name: str) -> str:
        """The query of the same page with this rater alone, also one who failed the checks."""
        gold = self.result.chosen.gold
        return _query(ResultFilter(kind=self.kind, raters=(name,), gold=gold))


def _reasons(estimates: Iterable[Estimate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.reason for one in estimates if one.reason))


def _query(chosen: ResultFilter) -> str:
    return urlencode(list(chosen.query()))


_ORDERS = {
    Order.DISAGREEMENT: "Most disagreement first",
    Order.AGREEMENT: "Most agreement first",
    Order.ITEM: "In the study’s order",
}


@dataclass(frozen=True)
class ItemsView:
    """The browser of items, with how it is sorted."""

    study: Study
    filter: FilterBar
    items: ItemsPage

    @property
    def here(self) -> str:
        return f"/studies/{self.study.id}/results/items"

    @property
    def query(self) -> str:
        return self.filter.query

    @property
    def kind(self) -> RaterKind:
        return self.filter.chosen.kind

    @property
    def orders(self) -> tuple[tuple[str, str], ...]:
        return tuple((order.value, words) for order, words in _ORDERS.items())

    @property
    def criteria(self) -> tuple[tuple[str, str], ...]:
        asked = [one for one in self.study.criteria if one.asks_preference]
        return tuple((one.key, one.label) for one in asked)

    @property
    def sorting(self) -> str:
        chosen = {"order": self.items.order.value, "criterion": self.items.criterion or ""}
        return urlencode({name: value for name, value in chosen.items() if value})

    @property
    def before(self) -> str | None:
        """The query of the page before; None on the first."""
        return self._at(max(self.items.offset - self.items.limit, 0)) if self.items.offset else None

    @property
    def after(self) -> str | None:
        end = self.items.offset + self.items.limit
        return self._at(end) if end < self.items.total else None

    def _at(self, offset: int) -> str:
        return "&".join(part for part in (self.query, self.sorting, f"offset={offset}") if part)
