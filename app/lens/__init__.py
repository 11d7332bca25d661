"""The token lens of a run: what a fine-tune changed, token by token. See docs/decisions/0005."""

from app.lens.answers import Alternative, LensAnswer, LensToken, lens_answers
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
from app.lens.read import VariantTokens, variant_tokens
from app.lens.result import OPENERS, LensCache, VariantLens, variant_lens
from app.lens.runner import LensRunner

__all__ = [
    "EXACT_VOCABULARY",
    "OPENERS",
    "TOP",
    "Alternative",
    "Check",
    "Cost",
    "LensAnswer",
    "LensCache",
    "LensProgress",
    "LensRunner",
    "LensToken",
    "MemberProgress",
    "Probe",
    "VariantLens",
    "VariantTokens",
    "cost_of",
    "find_lens",
    "get_lens",
    "lens_answers",
    "lens_progress",
    "put_under_lens",
    "variant_lens",
    "variant_tokens",
]
