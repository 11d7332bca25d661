"""What the lens found is computed once, until it has found something else."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import Database
from app.lens import LensCache, find_lens
from app.tables import Lens, LensVariant, Run, TokenShift
from tests.lens.seeded import seeded_lens, seeded_run


class TestLensCache:
    def test_the_same_objects_until_an_answer_changes(self, database: Database) -> None:
        with database.writing() as session:
            lens, cache = seeded_lens(session, seeded_run(session)), LensCache()
            first, again = (cache.get(session, lens) for _ in range(2))
            assert all(one is other for one, other in zip(first, again, strict=True))
            (pair,), (same,) = (cache.contrasts(first) for _ in range(2))
            assert pair.apart is same.apart

    def test_ids_that_are_given_out_again(self, database: Database) -> None:
        """As after the newest run was deleted, and another of the same size was made."""
        with database.writing() as session:
            run, cache = seeded_run(session), LensCache()
            lens = seeded_lens(session, run)
            before = cache.get(session, lens)
            apart = cache.contrasts(before)[0].apart.value
            ids = _ids(session)
            for table in (TokenShift, LensVariant, Lens):
                session.execute(delete(table))
            session.expunge_all()
            lens = seeded_lens(session, session.scalars(select(Run)).one())
            for row in session.scalars(select(TokenShift)):
                row.base_ranks = [1] * len(row.tokens)
            session.flush()
            assert _ids(session) == ids
            after = cache.get(session, lens)
        assert [one.shares.overall.shifted.value for one in after] == [0, 0, 0]
        assert (cache.contrasts(after)[0].apart.value, apart != 0) == (0, True)

    @pytest.mark.parametrize("refused", ["lora", "full"])
    def test_what_is_refused_is_left_out(self, database: Database, refused: str) -> None:
        with database.writing() as session:
            run, cache = seeded_run(session), LensCache()
            cache.get(session, seeded_lens(session, run))
            lens = find_lens(session, run)
            assert lens is not None
            for member in lens.variants:
                if member.run_variant.variant.name == refused:
                    member.refusal = "Its tokens are not the base’s."
            assert refused not in {one.name for one in cache.get(session, lens)}


def _ids(session: Session) -> list[int]:
    return list(session.scalars(select(TokenShift.id).order_by(TokenShift.id)))
