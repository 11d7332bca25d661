"""The filter of the results pages: read from the address, shown as a form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request

from app.results import Choices, Flag, Form, Gold, ResultFilter
from app.tables import RaterKind

MOST_RATERS = 200
Option = tuple[str, str, str | None]

_KINDS = {
    RaterKind.HUMAN: "People",
    RaterKind.SIMULATED: "Simulated raters",
    RaterKind.JUDGE: "Judge models",
}
_GOLDS = {
    Gold.PASSED: "Leave out who failed the checks",
    Gold.ALL: "Count everyone",
    Gold.FAILED: "Only who failed the checks",
}
_FORMS = {
    Form.ALL: "In both forms",
    Form.AS_IS: "Only as they are",
    Form.STRIPPED: "Only stripped of openers and formatting",
}
_FLAGS = {
    Flag.INTRODUCTIONS: "Items with an answer that introduces itself",
    Flag.FAST: "In view for less than three seconds",
    Flag.REVISED: "Changed later by the rater",
}


def chosen_filter(request: Request) -> ResultFilter:
    """From the address. Raises AppError."""
    query = request.query_params
    return ResultFilter.parse({name: query.getlist(name) for name in query})


Chosen = Annotated[ResultFilter, Depends(chosen_filter)]


@dataclass(frozen=True)
class FilterBar:
    """A form with what is chosen and what this study lets one choose from."""

    chosen: ResultFilter
    choices: Choices

    @property
    def query(self) -> str:
        return urlencode(list(self.chosen.query()))

    @property
    def usual_query(self) -> str:
        """Of the same kind of raters, with nothing left out."""
        return urlencode(list(ResultFilter(kind=self.chosen.kind).query()))

    @property
    def kinds(self) -> tuple[Option, ...]:
        """Empty where only people judged."""
        there = {*self.choices.kinds, self.chosen.kind}
        kinds = tuple((kind.value, _KINDS[kind], None) for kind in RaterKind if kind in there)
        return () if there <= {RaterKind.HUMAN} else kinds

    @property
    def categories(self) -> tuple[Option, ...]:
        named = tuple((one, one or "without a category", None) for one in self.choices.categories)
        return named if len(named) > 1 else ()

    @property
    def raters(self) -> tuple[Option, ...]:
        """Also empty where there are too many to tick: the table of raters links to each."""
        named = tuple((one, one, None) for one in self.choices.raters)
        return named if 1 < len(named) <= MOST_RATERS else ()

    @property
    def flags(self) -> tuple[Option, ...]:
        return tuple((flag.value, words, None) for flag, words in _FLAGS.items())

    @property
    def forms(self) -> tuple[Option, ...]:
        """Empty where the study strips nothing."""
        if not self.choices.forms and self.chosen.form is Form.ALL:
            return ()
        return tuple((form.value, words, None) for form, words in _FORMS.items())

    @property
    def golds(self) -> tuple[Option, ...]:
        return tuple((gold.value, words, None) for gold, words in _GOLDS.items())

    @property
    def without(self) -> tuple[str, ...]:
        return tuple(flag.value for flag in self.chosen.without)

    @property
    def summary(self) -> str:
        return ", ".join(self._parts()) or "nothing is left out"

    def _parts(self) -> Iterator[str]:
        chosen, choices = self.chosen, self.choices
        if chosen.raters:
            yield f"{len(chosen.raters)} of {len(choices.raters)} raters"
        if chosen.categories:
            yield f"{len(chosen.categories)} of {len(choices.categories)} categories"
        yield from (f"without: {_FLAGS[flag].lower()}" for flag in chosen.without)
        if chosen.form is not Form.ALL:
            yield _FORMS[chosen.form].lower()
        if chosen.gold is not Gold.PASSED:
            yield _GOLDS[chosen.gold].lower()
