"""What an open study may still change, and how it stood before: a history that only grows."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import form_of
from app.errors import AppError, Conflict
from app.studies.drafts import COPIED
from app.studies.session import SessionSpec, session_of
from app.tables import Coverage, Study, StudyState, StudyVersion


class AmendForm(BaseModel):
    """Texts, the target and the reservation: nothing that makes earlier judgements others.

    `guidance` goes by criterion key.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    note: str = Field(min_length=1, max_length=2000)
    instructions: str = Field(max_length=20000)
    guidance: dict[str, str]
    ratings_per_item: int = Field(ge=1, le=1000)
    reserve_minutes: int = Field(ge=1, le=24 * 60)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if any(len(text) > 5000 for text in self.guidance.values()):
            raise ValueError("guidance has at most 5000 characters")
        return self


def amend_study(session: Session, study: Study, form: AmendForm) -> StudyVersion:
    """The new version. Raises Conflict: not open, fewer raters per item, or nothing is changed."""
    if study.state is not StudyState.OPEN:
        raise Conflict(
            f"{study.name} is {study.state}: only an open study is amended.",
            hint="A draft can be changed freely; a closed study has to be reopened first.",
        )
    if study.coverage is Coverage.BALANCED and form.ratings_per_item < study.ratings_per_item:
        raise Conflict(
            f"Items are judged {study.ratings_per_item} times already or soon: not fewer.",
            hint="Close the study when there are enough judgements.",
        )
    before = snapshot(study)
    for name in ("instructions", "ratings_per_item", "reserve_minutes"):
        setattr(study, name, getattr(form, name))
    for criterion in study.criteria:
        criterion.guidance = form.guidance.get(criterion.key, criterion.guidance)
    if snapshot(study) == before:
        raise Conflict("Nothing is changed.", hint="Change something, or leave the page.")
    return record_version(session, study, form.note)


def set_session(session: Session, study: Study, spec: SessionSpec, note: str) -> None:
    """Of a draft at once; of an open study as a new version, which needs to say why.

    Raises Conflict when the study is closed, AppError without a note.
    """
    if study.state is StudyState.CLOSED or study.imported:
        raise Conflict(f"{study.name} is closed.", hint="Reopen it to change its sessions.")
    wanted = spec.model_dump(mode="json")
    if study.state is StudyState.OPEN and wanted != session_of(study).model_dump(mode="json"):
        if not note:
            raise AppError("Say why the sessions of an open study change.", hint="At the end.")
        study.session = wanted
        record_version(session, study, note)
    study.session = wanted


def record_version(session: Session, study: Study, note: str) -> StudyVersion:
    """Notes the study as it stands now under the next number; judgements refer to it."""
    study.version += 1
    version = StudyVersion(
        study_id=study.id, number=study.version, snapshot=snapshot(study), note=note
    )
    session.add(version)
    session.flush()
    return version


def versions(session: Session, study: Study) -> list[StudyVersion]:
    """Newest first."""
    query = select(StudyVersion).where(StudyVersion.study_id == study.id)
    return list(session.scalars(query.order_by(StudyVersion.number.desc())))


def snapshot(study: Study) -> dict[str, Any]:
    """Everything that decides what raters are shown and asked, as JSON."""
    return {
        **{name: getattr(study, name) for name in COPIED},
        "pairs": study.pairs,
        "session": study.session,
        "run_variant_ids": [variant.run_variant_id for variant in study.variants],
        "criteria": [form_of(one).model_dump(mode="json") for one in study.criteria],
    }
