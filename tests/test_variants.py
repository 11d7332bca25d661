"""Freezing variants and thawing them."""

import pytest
from sqlalchemy import func, select

from app.db import Database
from app.errors import AppError
from app.registry import SamplingSpec, VariantSpec, WeightsSpec
from app.tables import Variant, VariantKind
from app.variants import freeze, spec_of

SPEC = VariantSpec(
    name="full",
    kind=VariantKind.FULL,
    weights=WeightsSpec(id="/w/full", vllm={"dtype": "float32"}),
    sampling=SamplingSpec(temperature=0.5, stop=("\n",)),
)


def test_a_spec_is_stored_once(database: Database) -> None:
    with database.writing() as session:
        first = freeze(session, SPEC).id
    with database.writing() as session:
        assert freeze(session, VariantSpec.model_validate(SPEC.model_dump())).id == first
        assert session.scalar(select(func.count(Variant.id))) == 1


def test_a_changed_spec_is_another_variant(database: Database) -> None:
    changed = VariantSpec.model_validate(SPEC.model_dump() | {"sampling": {"temperature": 0.6}})
    with database.writing() as session:
        assert freeze(session, SPEC).id != freeze(session, changed).id


def test_what_comes_back_is_what_was_frozen(database: Database) -> None:
    with database.writing() as session:
        freeze(session, SPEC)
    with database.reading() as session:
        thawed = spec_of(session.scalars(select(Variant)).one())
    assert thawed == SPEC
    assert thawed.content_hash == SPEC.content_hash


@pytest.mark.parametrize("spec", [{}, {"name": "gpt", "kind": "other"}, {"recorded": True}])
def test_recorded_answers_cannot_be_asked_again(spec: dict[str, object]) -> None:
    variant = Variant(name="gpt", kind=VariantKind.OTHER, content_hash="x", spec=spec)
    with pytest.raises(AppError, match="gpt has recorded answers only"):
        spec_of(variant)
