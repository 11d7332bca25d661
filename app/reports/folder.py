"""A report as a folder: one HTML file, Markdown, figures with their numbers, a manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.db import now
from app.exports.files import write_json
from app.exports.folder import require_free, whole_folder
from app.exports.kinds import NOTES
from app.exports.manifest import RULES, checksum, study_definition, variant_definitions
from app.exports.shapes import SCHEMA_VERSION
from app.figures import Figure, csv_text, png, svg
from app.lens import LensCache
from app.reports.compose import evidence_of, report_of
from app.reports.facts import Evidence
from app.reports.markdown import markdown_of
from app.reports.page import html_of
from app.reports.people import exclusions
from app.reports.sources import software
from app.results import ResultCache, ResultFilter, StudyResult
from app.results.tokens import EvidenceCache
from app.tables import Study

PAGE, TEXT, FIGURES = "report.html", "report.md", "figures"


def write_report(session: Session, study: Study, chosen: ResultFilter, folder: Path) -> Path:
    """Writes the report into `folder`, which is made; returns it. All of it, or nothing.

    Raises Conflict (the folder has something in it, or nothing is judged), AppError (it cannot be
    written).
    """
    require_free(folder)
    results = ResultCache()
    tokens = EvidenceCache(results, LensCache()).get(session, study, chosen)
    evidence = evidence_of(session, study, results.get(session, study, chosen), tokens)
    report = report_of(evidence)
    page, text = html_of(report), markdown_of(report)
    with whole_folder(folder) as place:
        (place / PAGE).write_text(page, encoding="utf-8")
        (place / TEXT).write_text(text, encoding="utf-8")
        (place / FIGURES).mkdir()
        for drawn in report.figures:
            _write_figure(place / FIGURES, drawn.figure)
        write_json(place / "manifest.json", _manifest(session, evidence, place))
    return folder


def _write_figure(folder: Path, figure: Figure) -> None:
    (folder / f"{figure.name}.svg").write_text(svg(figure), encoding="utf-8")
    (folder / f"{figure.name}.png").write_bytes(png(figure))
    (folder / f"{figure.name}.csv").write_text(csv_text(figure), encoding="utf-8", newline="")


def _manifest(session: Session, evidence: Evidence, place: Path) -> dict[str, Any]:
    """In the words of an export's manifest. `place` holds the written files."""
    study, result = evidence.study, evidence.result
    return {
        "schema_version": SCHEMA_VERSION,
        "format": "report",
        "created_at": now().isoformat(),
        "software": _software(),
        "raters": {"kind": evidence.kind.value, "note": NOTES.get(evidence.kind, "")},
        "filter": [list(pair) for pair in result.chosen.query()],
        "study": study_definition(study),
        "variants": variant_definitions(session, study),
        "included": _included(result),
        "excluded": list(_excluded(evidence)),
        "settings": dict(result.settings),
        "files": list(_files(place)),
    }


def _software() -> dict[str, Any]:
    versions = software()
    return {"name": "triptych", "version": versions.pop("triptych"), "beside": versions}


def _included(result: StudyResult) -> dict[str, int]:
    return {
        "judgements": result.judgements,
        "raters": result.raters,
        "items_judged": result.items_judged,
        "items": result.items,
    }


def _excluded(evidence: Evidence) -> Iterator[dict[str, Any]]:
    for name, words, count in exclusions(evidence):
        rule, _, criterion = name.partition(":")
        meaning = words if criterion else RULES.get(rule, words)
        yield {"rule": rule, "count": count, "criterion": criterion or None, "meaning": meaning}


def _files(place: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(place.rglob("*")):
        if path.is_file():
            yield {"name": path.relative_to(place).as_posix(), **checksum(path)}
