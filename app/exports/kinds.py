"""Whose judgements an export holds: one kind of raters, people unless asked."""

from collections.abc import Mapping

from app.exports.shapes import Option
from app.simulation import LABEL
from app.tables import RaterKind

KINDS = {
    "people": RaterKind.HUMAN,
    "simulated": RaterKind.SIMULATED,
    "judges": RaterKind.JUDGE,
}
RATERS = Option(
    "raters", tuple(KINDS), "whose judgements: people's, or those of simulated raters or judges"
)
NOTES = {
    RaterKind.SIMULATED: LABEL,
    RaterKind.JUDGE: "Judge models: no person judged this.",
}
"""What an export says of itself that holds no judgements of people."""


def kind_of(options: Mapping[str, str]) -> RaterKind:
    return KINDS[options.get(RATERS.name, RATERS.default)]


def suffix(options: Mapping[str, str]) -> str:
    """What a folder's name ends with, so that nobody takes it for one of people's judgements."""
    chosen = options.get(RATERS.name, RATERS.default)
    return "" if chosen == RATERS.default else f"-{chosen}"


_MEANING = {
    RaterKind.SIMULATED: "The judgements in this folder were drawn from a stated formula, so that "
    "results can be looked at and estimators tested. They are no evidence about any variant.",
    RaterKind.JUDGE: "The judgements in this folder are those of language models. How far these "
    "agree with people is to be found out for every study.",
}


def readme(kind: RaterKind) -> str:
    """What lies beside files that hold no judgements of people; else nothing."""
    return f"# {NOTES[kind]}\n\n{_MEANING[kind]}\n" if kind in NOTES else ""
