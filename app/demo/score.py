"""The demo variants' answers of a run, counted against the known facts: inland and outer apart."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.corpus import Question
from app.demo.files import DemoFamily, read_instructions, read_questions
from app.demo.measure import Measured, measure
from app.tables import Prompt, Response, Run, RunVariant, Variant


def measure_run(session: Session, run: Run, family: DemoFamily) -> dict[tuple[str, str], Measured]:
    """(variant, region) -> what its answers show, in the run's order of variants."""
    questions = {question.id: question for question in read_questions(family)}
    answers: defaultdict[tuple[str, str], list[tuple[Question, str]]] = defaultdict(list)
    query = (
        select(Variant.name, Prompt.key, Response.text)
        .join(RunVariant, RunVariant.id == Response.run_variant_id)
        .join(Variant, Variant.id == RunVariant.variant_id)
        .join(Prompt, Prompt.id == Response.prompt_id)
        .where(RunVariant.run_id == run.id, Response.sample == 0)
        .order_by(RunVariant.position, Prompt.position)
    )
    for variant, key, text in session.execute(query):
        question = questions[key]
        answers[variant, question.region].append((question, text))
    instructions = read_instructions(family)
    return {group: measure(pairs, instructions) for group, pairs in answers.items()}
