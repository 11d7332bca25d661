"""Variants as the database keeps them: frozen under their content hash, never changed."""

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import AppError
from app.registry import VariantSpec
from app.tables import Variant


def freeze(session: Session, spec: VariantSpec) -> Variant:
    """The stored variant of this very spec, inserted when it is new."""
    same = (Variant.name == spec.name, Variant.content_hash == spec.content_hash)
    found = session.scalar(select(Variant).where(*same))
    if found is not None:
        return found
    variant = Variant(
        name=spec.name,
        kind=spec.kind,
        content_hash=spec.content_hash,
        spec=spec.model_dump(mode="json"),
    )
    session.add(variant)
    session.flush()
    return variant


def spec_of(variant: Variant) -> VariantSpec:
    """The spec that was frozen. Raises AppError for a variant that no engine can serve."""
    try:
        spec = VariantSpec.model_validate(variant.spec)
    except ValidationError as error:
        raise _cannot_be_asked(variant) from error
    if spec.weights is None and spec.endpoint is None:
        raise _cannot_be_asked(variant)
    return spec


def _cannot_be_asked(variant: Variant) -> AppError:
    return AppError(
        f"Variant {variant.name} has recorded answers only, so it cannot be asked again.",
        hint="Give it weights or an endpoint in models.yaml, then make a new run.",
    )
