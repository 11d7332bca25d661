"""The admin's page of answers."""

import pytest

from app.db import Database
from app.errors import NotFound
from app.runs import answers_page, get_run
from app.tables import Response, RunFailure
from tests.runner.fake_engines import make_run


@pytest.fixture
def run_id(database: Database) -> int:
    """Five prompts, two samples; `base` said its name and the sample, `lora` failed on prompt 1."""
    run_id = make_run(database, prompts=5, samples=2, variants=["base", "lora"])
    with database.writing() as session:
        run = get_run(session, run_id)
        base, lora = run.variants
        for prompt in run.prompt_set.prompts:
            for sample in (1, 0):
                text = f"100% answer {prompt.key}.{sample}"
                session.add(
                    Response(run_variant_id=base.id, prompt_id=prompt.id, sample=sample, text=text)
                )
        failed = run.prompt_set.prompts[1]
        session.add(
            RunFailure(run_variant_id=lora.id, prompt_id=failed.id, sample=0, message="too long")
        )
    return run_id


def test_prompts_in_order_with_answers_by_variant_and_sample(
    database: Database, run_id: int
) -> None:
    with database.reading() as session:
        page = answers_page(session, run_id, offset=1, limit=2)
    assert (page.total, page.variants) == (5, ("base", "lora"))
    assert [row.prompt.text for row in page.rows] == ["question 1", "question 2"]
    base, lora = page.rows[0].answers
    assert [cell.text for cell in base] == ["100% answer 1.0", "100% answer 1.1"]
    assert [cell.error for cell in lora] == ["too long"]
    assert page.rows[1].answers[1] == ()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("question 3", ["question 3"]),
        ("ANSWER 4.1", ["question 4"]),
        ("0% answer 2", ["question 2"]),
        ("%", [f"question {i}" for i in range(5)]),
        ("_", []),
        ("  ", [f"question {i}" for i in range(5)]),
    ],
)
def test_search_is_literal_in_prompts_and_answers(
    database: Database, run_id: int, search: str, found: list[str]
) -> None:
    with database.reading() as session:
        page = answers_page(session, run_id, search=search)
    assert [row.prompt.text for row in page.rows] == found
    assert page.total == len(found)


def test_search_does_not_find_answers_of_another_run(database: Database, run_id: int) -> None:
    other = make_run(database, prompts=5, name="other")
    with database.reading() as session:
        assert answers_page(session, other, search="answer 4").total == 0


def test_an_unknown_run(database: Database) -> None:
    with pytest.raises(NotFound), database.reading() as session:
        answers_page(session, 9)
