"""Raters whose truth is known: they fill results for a look, and test what results say."""

from app.simulation.answers import Answers, read_answers
from app.simulation.rules import RULES, Place, Rule
from app.simulation.simulate import MOST, Simulation, simulate, simulated_raters
from app.simulation.spec import LABEL, SimulatedSpec
from app.simulation.truth import TrueShare, true_shares

__all__ = [
    "LABEL",
    "MOST",
    "RULES",
    "Answers",
    "Place",
    "Rule",
    "SimulatedSpec",
    "Simulation",
    "TrueShare",
    "read_answers",
    "simulate",
    "simulated_raters",
    "true_shares",
]
