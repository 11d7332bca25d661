"""Simulated raters of the demo study: they know every fact that it asks for."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.files import DemoFamily, read_questions
from app.demo.measure import Verdict, has_assistant_opener, judge
from app.demo.show import NAME
from app.errors import NotFound
from app.simulation import Rule, Simulation, simulate
from app.simulation.rules import states_reference
from app.tables import Prompt, Study


def simulate_demo(session: Session, family: DemoFamily, count: int) -> tuple[Study, Simulation]:
    """So many simulated raters in all. Raises NotFound before the demo study is open."""
    study = session.scalar(select(Study).where(Study.name == NAME))
    if study is None:
        raise NotFound("The demo study is not open yet.", hint="Run: triptych demo")
    return study, simulate(session, study, count, rules=demo_rules(family))


def demo_rules(family: DemoFamily) -> Mapping[str, Rule]:
    """A fact is right if the first value of the asked kind is; style is the assistant's opening."""
    questions = {question.id: question for question in read_questions(family)}

    def is_right(prompt: Prompt, text: str) -> bool:
        question = questions.get(prompt.key)
        if question is None:
            return states_reference(prompt, text)
        return judge(question, text) is Verdict.RIGHT

    return {"factuality": is_right, "style": lambda _, text: has_assistant_opener(text)}
