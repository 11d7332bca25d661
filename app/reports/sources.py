"""Methods: what the variants are, how their answers were made, and with which software."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

from app.exports.manifest import software_version
from app.reports.document import Block, Heading, Table, paragraph
from app.reports.facts import Evidence, Member
from app.reports.words import NONE, listed, named

_LIBRARIES = {"numpy": "NumPy", "altair": "Altair", "vl-convert-python": "VlConvert"}
_HASH = 12  # characters that tell two files apart


def software() -> dict[str, str]:
    """What the numbers and figures depend on, with versions."""
    return {
        "triptych": software_version(),
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def variant_blocks(evidence: Evidence) -> Iterator[Block]:
    members = evidence.facts.members
    yield Heading("Variants and their answers")
    yield from paragraph(_answers(evidence))
    yield Table(
        "The variants",
        ("Variant", "Kind", "Made of", "Prompt format", "Sampling", "Engine", "Content hash"),
        tuple(map(_variant, members)),
        f"A content hash begins with {_HASH} of 64 characters here; manifests of exports have all "
        "of them, with the whole specifications.",
        numeric=False,
    )


def _answers(evidence: Evidence) -> Iterator[str]:
    run, members = evidence.study.run, evidence.facts.members
    recorded = [member.name for member in members if member.is_recorded]
    if recorded:
        files = dict.fromkeys(
            str(file) for member in members for file in member.spec.get("files", ())
        )
        source = f" (from {listed([PurePath(file).name for file in files])})" if files else ""
        yield (
            f"The answers of {named(recorded, 'variant')} were recorded elsewhere and imported"
            f"{source}: how they were made is not known to Triptych."
        )
    if len(recorded) < len(members):
        yield (
            f"Answers were made in the run “{run.name}” with seed {run.seed}: the seed of a "
            "request follows from it, the prompt and the sample, and is the same for every variant."
        )
    if not evidence.study.imported:
        yield "Every rater saw the same stored answers."


def _variant(member: Member) -> tuple[str, ...]:
    return (
        member.name,
        member.kind,
        _made_of(member),
        _format(member.spec.get("format")),
        _sampling(member),
        _engine(member),
        member.content_hash[:_HASH],
    )


def _made_of(member: Member) -> str:
    if member.is_recorded:
        return "recorded answers"
    endpoint, adapter = member.spec.get("endpoint"), member.spec.get("adapter")
    if endpoint:
        return f"“{endpoint['served_name']}” on a remote server, as it says itself"
    return _weights(member) + (_adapter(adapter) if adapter else "")


def _weights(member: Member) -> str:
    weights: dict[str, Any] = member.spec.get("weights") or {}
    revision = member.provenance.get("base_revision") or weights.get("revision")
    told = f", revision {str(revision)[:_HASH]}" if revision else ""
    return f"{_identity(weights)}{told}"


def _adapter(adapter: dict[str, Any]) -> str:
    numbers = [f"{name} {adapter[name]:g}" for name in ("rank", "alpha") if adapter.get(name)]
    return ", ".join([f" with the adapter {_identity(adapter)}", *numbers])


def _identity(files: dict[str, Any]) -> str:
    """The name on the Hub, or of the folder: its path is nobody else's business."""
    name = str(files.get("id", NONE))
    if not PurePath(name).is_absolute():
        return name
    fingerprint = files.get("fingerprint")
    told = f", fingerprint {fingerprint[:_HASH]}" if fingerprint else ""
    return f"{PurePath(name).name} (a local folder{told})"


def _format(found: dict[str, Any] | None) -> str:
    if not found:
        return NONE
    file = found.get("file")
    return f"{found.get('type')}, {PurePath(file).name}" if file else str(found.get("type"))


def _sampling(member: Member) -> str:
    if member.sampling is None:
        return "not known" if member.is_recorded else NONE
    chosen = member.sampling.model_dump(mode="json", exclude_none=True)
    return ", ".join(f"{name} {_value(value)}" for name, value in chosen.items() if value != [])


def _value(value: object) -> str:
    return " ".join(map(repr, value)) if isinstance(value, list) else str(value)


def _engine(member: Member) -> str:
    found = member.provenance.get("vllm_version")
    return f"vLLM {found}" if found else NONE


def software_blocks() -> Iterator[Block]:
    called = {"python": "Python", **_LIBRARIES}
    names = [f"{called[name]} {number}" for name, number in software().items() if name in called]
    yield Heading("Software")
    yield from paragraph(
        [f"Everything was computed and drawn with Triptych {software_version()} ({listed(names)})."]
    )
