"""What raters read before their first item."""

import pytest

from app.tables import Design, Study
from tests.web.site import Site


@pytest.mark.parametrize(
    ("design", "block_size", "answers"),
    [(Design.SIDE_BY_SIDE, None, 3), (Design.PAIRWISE, None, 2), (Design.BLOCKS, 2, 2)],
)
def test_as_many_answers_as_an_item_has(
    fresh_site: Site, design: Design, block_size: int | None, answers: int
) -> None:
    with fresh_site.state.database.writing() as session:
        study = session.get_one(Study, fresh_site.ids.study)
        study.design, study.block_size = design, block_size
    page = fresh_site.visitor("rater").get(f"/rate/{fresh_site.ids.study_public}")
    assert f"a prompt and {answers} answers to it" in page.text
