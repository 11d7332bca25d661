"""The part of a study's form that lays out its comparisons: as typed, and what it means."""

from collections.abc import Collection, Mapping
from itertools import combinations
from typing import Any

from starlette.datastructures import FormData

from app.tables import Coverage, Design, Run, Study

EMPTY: dict[str, Any] = {
    "design": Design.SIDE_BY_SIDE.value,
    "pairs": None,
    "block_size": None,
    "blocks_per_prompt": None,
    "samples": 1,
    "stratified": False,
    "coverage": Coverage.BALANCED.value,
    "adaptive": False,
    "reserve_minutes": 30,
}


def read_design(form: FormData, fields: Mapping[str, str]) -> dict[str, Any]:
    """What the browser sent; fields of designs that were not chosen count for nothing."""
    design = fields.get("design", "")
    variants = {value for value in form.getlist("run_variant_ids") if isinstance(value, str)}
    return {
        "design": design,
        "pairs": _pairs(form, variants) if design == Design.PAIRWISE else None,
        "block_size": (fields.get("block_size") or None) if design == Design.BLOCKS else None,
        "blocks_per_prompt": (fields.get("blocks_per_prompt") or None)
        if design != Design.SIDE_BY_SIDE
        else None,
        "samples": fields.get("samples") or 1,
        "stratified": "stratified" in fields,
        "coverage": fields.get("coverage") or Coverage.BALANCED.value,
        "adaptive": design == Design.PAIRWISE and "adaptive" in fields,
        "reserve_minutes": fields.get("reserve_minutes") or 30,
    }


def filled_design(study: Study) -> dict[str, Any]:
    return {name: getattr(study, name) for name in EMPTY}


def pair_choices(run: Run) -> list[tuple[str, str, str]]:
    """(value, label, note) of every pair of the run's variants."""
    return [
        (f"{a.id}-{b.id}", f"{a.variant.name} – {b.variant.name}", "")
        for a, b in combinations(run.variants, 2)
    ]


def chosen_pairs(fields: Mapping[str, Any], run: Run) -> list[str]:
    """The values that are ticked; without a choice, all."""
    if fields["pairs"] is None:
        return [value for value, *_ in pair_choices(run)]
    return ["-".join(map(str, pair)) for pair in fields["pairs"]]


def times(counts: Collection[int]) -> str:
    """`in 12 items`, `in 11 to 12 items`: how even a plan is."""
    if not counts:
        return "in no item"
    least, most = min(counts), max(counts)
    return f"in {most} items" if least == most else f"in {least} to {most} items"


def _pairs(form: FormData, variants: set[str]) -> list[list[str]] | None:
    """None where every pair of the chosen variants is ticked, and where the page had no choice."""
    ticked = [value.split("-") for value in form.getlist("pairs") if isinstance(value, str)]
    pairs = [pair for pair in ticked if set(pair) <= variants]
    count = len(variants)
    everything = not ticked or len(pairs) == count * (count - 1) // 2
    return None if everything else pairs
