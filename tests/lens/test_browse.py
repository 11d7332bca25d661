"""The prompts of a lens: how they are sorted, searched and walked through."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import NotFound
from app.lens import LensCache, Order, VariantLens, place_of, prompt_of, prompts_page
from app.tables import Run
from tests.lens.seeded import seeded_lens, seeded_run


@dataclass(frozen=True)
class Seeded:
    session: Session
    run: Run
    found: tuple[VariantLens, ...]

    def positions(self, **how: object) -> list[int]:
        page = prompts_page(self.session, self.run, self.found, **how)  # type: ignore[arg-type]
        return [row.prompt.position for row in page.rows]


@pytest.fixture
def seeded(database: Database) -> Iterator[Seeded]:
    with database.writing() as session:
        run = seeded_run(session, prompts=6)
        yield Seeded(session, run, LensCache().get(session, seeded_lens(session, run)))


class TestOrder:
    def test_most_shifted_first_then_as_in_the_file(self, seeded: Seeded) -> None:
        assert seeded.positions() == [1, 3, 5, 0, 2, 4]

    def test_as_in_the_file(self, seeded: Seeded) -> None:
        assert seeded.positions(order=Order.PROMPT) == [0, 1, 2, 3, 4, 5]

    def test_a_page(self, seeded: Seeded) -> None:
        page = prompts_page(seeded.session, seeded.run, seeded.found, offset=4, limit=4)
        assert [row.prompt.position for row in page.rows] == [2, 4]
        assert page.total == 6

    def test_counts_of_each_variant(self, seeded: Seeded) -> None:
        row = prompts_page(seeded.session, seeded.run, seeded.found, limit=1).rows[0]
        assert [(one.tokens, one.marginal, one.shifted) for one in row.counts if one] == [
            (6, 0, 0),
            (9, 1, 2),
            (11, 1, 3),
        ]


class TestSearch:
    def test_in_prompts(self, seeded: Seeded) -> None:
        assert seeded.positions(search="number 4") == [4]

    def test_in_answers(self, seeded: Seeded) -> None:
        assert len(seeded.positions(search="happy to help")) == 6

    def test_nothing_matches(self, seeded: Seeded) -> None:
        assert seeded.positions(search="walrus") == []


class TestPlace:
    def test_neighbours_in_the_same_order(self, seeded: Seeded) -> None:
        ids = [prompt.id for prompt in seeded.run.prompt_set.prompts]
        prompt = seeded.run.prompt_set.prompts[3]
        place = place_of(seeded.session, seeded.run, seeded.found, prompt)
        assert place is not None
        assert (place.number, place.total, place.before, place.after) == (2, 6, ids[1], ids[5])

    @pytest.mark.parametrize(("position", "ends"), [(1, "before"), (4, "after")])
    def test_an_end_has_no_neighbour(self, seeded: Seeded, position: int, ends: str) -> None:
        prompt = seeded.run.prompt_set.prompts[position]
        place = place_of(seeded.session, seeded.run, seeded.found, prompt)
        assert getattr(place, ends) is None

    def test_a_prompt_that_the_search_leaves_out(self, seeded: Seeded) -> None:
        prompt = seeded.run.prompt_set.prompts[3]
        found = place_of(seeded.session, seeded.run, seeded.found, prompt, search="number 4")
        assert found is None

    def test_a_prompt_of_another_run(self, seeded: Seeded) -> None:
        other = seeded_run(seeded.session, name="Other")
        with pytest.raises(NotFound):
            prompt_of(seeded.session, seeded.run, other.prompt_set.prompts[0].id)
