"""The token lens of a run: what a fine-tune changed, token by token. See docs/decisions/0005."""

from app.lens.check import Check, Probe
from app.lens.create import (
    EXACT_VOCABULARY,
    TOP,
    Cost,
    cost_of,
    find_lens,
    get_lens,
    put_under_lens,
)
from app.lens.progress import LensProgress, MemberProgress, lens_progress
from app.lens.runner import LensRunner

__all__ = [
    "EXACT_VOCABULARY",
    "TOP",
    "Check",
    "Cost",
    "LensProgress",
    "LensRunner",
    "MemberProgress",
    "Probe",
    "cost_of",
    "find_lens",
    "get_lens",
    "lens_progress",
    "put_under_lens",
]
