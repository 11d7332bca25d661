"""manifest.json: what an export holds, what was left out by which rule, and what it was made of."""

import hashlib
import tomllib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import asked_scale, form_of
from app.db import now
from app.exports.kinds import NOTES
from app.exports.shapes import SCHEMA_VERSION, ExportFormat, Material, Written
from app.studies import session_of
from app.studies.drafts import COPIED
from app.tables import Criterion, RunVariant, Study, StudyVariant, Variant

RULES = {
    "earlier_revisions": "judgements that the same rater changed later",
    "screened_out": "judgements of raters who failed the study's checks",
    "tie": "the verdict of most raters is a tie",
    "equal_votes": "two verdicts got the same number of votes",
    "cannot_judge": "every rater said that they cannot judge",
    "stripped": "the item was stripped of openers and formatting, and form is as_is",
    "not_scored": "answers whose tokens the lens has not scored",
    "identical_texts": "chosen and rejected would be the same text",
}
"""What each rule leaves out."""


def manifest(
    session: Session,
    export: ExportFormat,
    options: Mapping[str, str],
    material: Material,
    written: Written,
    folder: Path,
) -> dict[str, Any]:
    """`folder` holds the written files, which are read once more for their checksums."""
    return {
        "schema_version": SCHEMA_VERSION,
        "format": export.name,
        "options": dict(options),
        "created_at": now().isoformat(),
        "software": {"name": "triptych", "version": software_version()},
        "raters": {"kind": material.kind.value, "note": NOTES.get(material.kind, "")},
        "study": study_definition(material.study),
        "variants": variant_definitions(session, material.study),
        "included": _included(export, material) | dict(written.counts),
        "excluded": _excluded(material, written),
        "files": [
            {"name": file.name, "rows": file.rows, **checksum(folder / file.name)}
            for file in written.files
        ],
    }


def software_version() -> str:
    """The installed version, or the checkout's."""
    try:
        return version("triptych")
    except PackageNotFoundError:
        project = Path(__file__).resolve().parents[2] / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])


def study_definition(study: Study) -> dict[str, Any]:
    """Everything that its form says: whoever reads the file knows what raters were shown."""
    return {
        "id": study.public_id,
        "version": study.version,
        "state": study.state.value,
        "run": study.run.name,
        "prompt_set": study.run.prompt_set.name,
        "prompt_set_hash": study.run.prompt_set.content_hash,
        **{name: getattr(study, name) for name in COPIED},
        "stripping_rule": study.stripping_rule if study.strip_half else None,
        "pairs": _pairs(study),
        "session": session_of(study).model_dump(mode="json"),
        "criteria": [_criterion(criterion) for criterion in study.criteria],
        "created_at": study.created_at.isoformat(),
        "opened_at": study.opened_at.isoformat() if study.opened_at else None,
        "closed_at": study.closed_at.isoformat() if study.closed_at else None,
    }


def _pairs(study: Study) -> list[list[str]] | None:
    """The pairs that were chosen, by name; None where all are compared."""
    names = {one.run_variant_id: one.run_variant.variant.name for one in study.variants}
    return [[names[member] for member in pair] for pair in study.pairs] if study.pairs else None


def _criterion(criterion: Criterion) -> dict[str, Any]:
    """As it was defined, and under `values` what each number of an answer in words means."""
    scale = asked_scale(criterion)
    defined = form_of(criterion).model_dump(mode="json")
    if scale is None or scale.has_mean or not scale.values:
        return defined
    return defined | {"values": {str(value): scale.words(value) for value in scale.values}}


def variant_definitions(session: Session, study: Study) -> list[dict[str, Any]]:
    """Each with what it was made of, in the study's order."""
    query = (
        select(Variant)
        .join(RunVariant, RunVariant.variant_id == Variant.id)
        .join(StudyVariant, StudyVariant.run_variant_id == RunVariant.id)
        .where(StudyVariant.study_id == study.id)
        .order_by(StudyVariant.position)
    )
    return [
        {
            "name": variant.name,
            "kind": variant.kind.value,
            "content_hash": variant.content_hash,
            "spec": variant.spec,
        }
        for variant in session.scalars(query)
    ]


def _included(export: ExportFormat, material: Material) -> dict[str, Any]:
    judgements = material.records.judgements
    return {
        "judgements": len(judgements),
        "raters": len({judgement.rater for judgement in judgements}),
        "items_judged": len({judgement.item for judgement in judgements}),
        "items": material.records.items,
        "responses": len(material.responses),
        "responses_under_lens": _under_lens(material) if export.reads_lens else None,
        "guesses": sum(len(rater["guesses"]) for rater in material.raters),
        "judgements_of_stripped_items": sum(one.is_stripped for one in judgements),
        "marks": sum(len(judgement.marks) for judgement in judgements),
    }


def _under_lens(material: Material) -> int:
    return len(material.responses.keys() & material.lens.samples.keys()) if material.lens else 0


def _excluded(material: Material, written: Written) -> list[dict[str, Any]]:
    """Every rule of the format, also where nothing was left out by it."""
    records = material.records
    rows: list[dict[str, Any]] = [
        {"rule": "earlier_revisions", "count": records.superseded, "criterion": None},
        {"rule": "screened_out", "count": records.screened_out, "criterion": None},
    ]
    rows += [
        {"rule": e.rule, "count": e.count, "criterion": e.criterion} for e in written.exclusions
    ]
    return [row | {"meaning": RULES[row["rule"]]} for row in rows]


def checksum(path: Path) -> dict[str, Any]:
    """Its bytes and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}
