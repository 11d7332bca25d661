"""The token lens of a run: what a fine-tune changed, token by token. See docs/decisions/0005."""

from app.lens.answers import Alternative, LensAnswer, LensToken, lens_answers
from app.lens.bases import Pair
from app.lens.borrowings import VariantBorrowing, borrowings_of
from app.lens.browse import Order, Place, PromptsPage, place_of, prompt_of, prompts_page
from app.lens.cache import LensCache
from app.lens.check import Check, Probe
from app.lens.contrasts import Contrast
from app.lens.create import (
    EXACT_VOCABULARY,
    TOP,
    Cost,
    cost_of,
    find_lens,
    get_lens,
    is_small,
    not_searched,
    pairs_to_compare,
    put_under_lens,
)
from app.lens.pieces import Piece, Stretch, stretches_of
from app.lens.progress import LensProgress, MemberProgress, lens_progress
from app.lens.read import VariantTokens, variant_tokens
from app.lens.result import OPENERS, VariantLens, variant_lens
from app.lens.runner import LensRunner
from app.lens.versions import scored_version, searched_version

__all__ = [
    "EXACT_VOCABULARY",
    "OPENERS",
    "TOP",
    "Alternative",
    "Check",
    "Contrast",
    "Cost",
    "LensAnswer",
    "LensCache",
    "LensProgress",
    "LensRunner",
    "LensToken",
    "MemberProgress",
    "Order",
    "Pair",
    "Piece",
    "Place",
    "Probe",
    "PromptsPage",
    "Stretch",
    "VariantBorrowing",
    "VariantLens",
    "VariantTokens",
    "borrowings_of",
    "cost_of",
    "find_lens",
    "get_lens",
    "is_small",
    "lens_answers",
    "lens_progress",
    "not_searched",
    "pairs_to_compare",
    "place_of",
    "prompt_of",
    "prompts_page",
    "put_under_lens",
    "scored_version",
    "searched_version",
    "stretches_of",
    "variant_lens",
    "variant_tokens",
]
