"""What raters preferred, two variants at a time, as LLM Comparator opens it
(PAIR-code/llm-comparator): one file per criterion and pair, never merged.

Its scores run from -1.5 to 1.5. Raters say which answer is better and not by how much, so a verdict
is 1 where A wins, -1 where B does and 0 for a tie.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from app.blinding import masked
from app.errors import Conflict
from app.exports.comparisons import Comparison, Side, compare
from app.exports.files import slug, write_json
from app.exports.per_model import Pair, per_model_numbers
from app.exports.shapes import Material, Written, WrittenFile
from app.exports.texts import as_one, shown_text

_SCORES = {Side.WIN: 1, Side.LOSS: -1, Side.TIE: 0, Side.TIE_GOOD: 0, Side.TIE_BAD: 0}
_LABELS = {
    Side.WIN: "A is better",
    Side.LOSS: "B is better",
    Side.TIE: "Equal",
    Side.TIE_GOOD: "Both are good",
    Side.TIE_BAD: "Both are bad",
    Side.CANNOT_JUDGE: "Cannot judge",
}
_ABOUT = (("prompt_id", "string"), ("item", "string"))
_SHOWN = ("shown", "category")
_RATER = ("rater", "per_rating_string")


@dataclass(frozen=True)
class _Example:
    """Everything that raters said by one criterion about two responses of an item."""

    comparisons: tuple[Comparison, ...]

    @property
    def one(self) -> Comparison:
        return self.comparisons[0]

    @property
    def responses(self) -> tuple[int, int]:
        return self.one.first.response_id, self.one.second.response_id

    @property
    def variants(self) -> tuple[int, int]:
        return self.one.first.variant, self.one.second.variant


def write_llm_comparator(material: Material, folder: Path, _: Mapping[str, str]) -> Written:
    """Raises Conflict when no criterion asks for a preference."""
    files: list[WrittenFile] = []
    counts: dict[str, int] = {}
    for criterion, examples in _by_criterion(material).items():
        counts[criterion] = sum(len(one.comparisons) for one in examples)
        for pair, of_pair in _by_pair(examples).items():
            names = [material.records.variants[place].name for place in pair]
            path = folder / _file_name(criterion, names, files)
            content = _content(material, criterion, names, of_pair)
            write_json(path, content)
            files.append(WrittenFile(path.name, len(of_pair)))
    if not files:
        raise Conflict(
            "No judgement compares two answers.",
            hint="This format is for criteria that ask which answer is better.",
        )
    return Written(tuple(files), {"verdicts": counts})


def _by_criterion(material: Material) -> dict[str, list[_Example]]:
    grouped: defaultdict[tuple[str, int, int, int], list[Comparison]] = defaultdict(list)
    for one in compare(material.records.judgements):
        ids = one.first.response_id, one.second.response_id
        grouped[one.criterion, one.judgement.item, *ids].append(one)
    found: defaultdict[str, list[_Example]] = defaultdict(list)
    for (criterion, *_), comparisons in grouped.items():
        found[criterion].append(_Example(tuple(comparisons)))
    return found


def _by_pair(examples: Iterable[_Example]) -> dict[tuple[int, int], list[_Example]]:
    """In the study's order of variants."""
    found: defaultdict[tuple[int, int], list[_Example]] = defaultdict(list)
    for one in examples:
        found[one.variants].append(one)
    return dict(sorted(found.items()))


def _file_name(criterion: str, names: Sequence[str], files: Sequence[WrittenFile]) -> str:
    """Of variants whose names differ only in what no file name has, the later gets a number."""
    wanted = ".".join([criterion, *map(slug, names)])
    taken = {file.name for file in files}
    endings = ["", *(f".{n}" for n in range(2, len(files) + 2))]
    return next(name for end in endings if (name := f"{wanted}{end}.json") not in taken)


def _content(
    material: Material, criterion: str, names: Sequence[str], examples: Sequence[_Example]
) -> dict[str, Any]:
    numbers = per_model_numbers([_of_lens(material, one) for one in examples])
    study = material.study
    about = [*_ABOUT, *([_SHOWN] if study.strip_half else []), _RATER]
    fields = [{"name": name, "type": kind} for name, kind in about]
    return {
        "metadata": {
            "source_path": f"{study.name}: {criterion} ({material.kind.value})",
            "custom_fields_schema": [*fields, *numbers.schema],
        },
        "models": [{"name": name} for name in names],
        "examples": [
            _example(material, one, own) for one, own in zip(examples, numbers.fields, strict=True)
        ],
    }


def _of_lens(material: Material, example: _Example) -> Pair:
    """Nothing of stripped answers: the lens has scored what is stored, not what was shown."""
    if material.lens is None or example.one.judgement.is_stripped:
        return None, None
    first, second = (material.lens.answers.get(one) for one in example.responses)
    return first, second


def _example(material: Material, example: _Example, numbers: Mapping[str, Any]) -> dict[str, Any]:
    judgement = example.one.judgement
    first, second = (material.responses[key] for key in example.responses)
    told = [_SCORES[one.side] for one in example.comparisons if one.side in _SCORES]
    study, is_stripped = material.study, judgement.is_stripped
    shown = "stripped" if is_stripped else "as it is"
    return {
        "input_text": as_one(first.messages),
        "tags": [judgement.category] if judgement.category else [],
        "output_text_a": masked(study, shown_text(study, first, stripped=is_stripped)),
        "output_text_b": masked(study, shown_text(study, second, stripped=is_stripped)),
        "score": fmean(told) if told else None,
        "individual_rater_scores": [_rating(one) for one in example.comparisons],
        "custom_fields": {
            "prompt_id": judgement.prompt,
            "item": str(judgement.item),
            **({"shown": shown} if study.strip_half else {}),
            **numbers,
        },
    }


def _rating(one: Comparison) -> dict[str, Any]:
    """`is_flipped`: the rater saw B before A."""
    return {
        "score": _SCORES.get(one.side),
        "rating_label": _LABELS[one.side],
        "is_flipped": one.first_slot > one.second_slot,
        "rationale": one.judgement.comment,
        "custom_fields": {"rater": one.judgement.rater},
    }
