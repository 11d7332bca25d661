"""Simulated raters of the demo study: they know every fact that it asks for."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.corpus import Question
from app.demo.files import DemoFamily, read_questions
from app.demo.measure import Verdict, has_assistant_opener, judge, place_of_value
from app.demo.show import NAME
from app.errors import NotFound
from app.simulation import Place, Rule, Simulation, simulate
from app.simulation.rules import longest_sentence, states_reference
from app.tables import Prompt, Study


def simulate_demo(session: Session, family: DemoFamily, count: int) -> tuple[Study, Simulation]:
    """So many simulated raters in all. Raises NotFound before the demo study is open."""
    study = session.scalar(select(Study).where(Study.name == NAME))
    if study is None:
        raise NotFound("The demo study is not open yet.", hint="Run: triptych demo")
    rules, wrong = demo_rules(family), wrong_value(family)
    return study, simulate(session, study, count, rules=rules, wrong=wrong)


def demo_rules(family: DemoFamily) -> Mapping[str, Rule]:
    """A fact is right if the first value of the asked kind is; style is the assistant's opening."""
    questions = _questions(family)

    def is_right(prompt: Prompt, text: str) -> bool:
        question = questions.get(prompt.key)
        if question is None:
            return states_reference(prompt, text)
        return judge(question, text) is Verdict.RIGHT

    return {"factuality": is_right, "style": lambda _, text: has_assistant_opener(text)}


def wrong_value(family: DemoFamily) -> Place:
    """A mark goes on the first value of the asked kind; without one, on the longest sentence."""
    questions = _questions(family)

    def place(prompt: Prompt, text: str) -> tuple[int, int]:
        question = questions.get(prompt.key)
        found = place_of_value(text, question.attribute) if question else None
        return found or longest_sentence(prompt, text)

    return place


def _questions(family: DemoFamily) -> dict[str, Question]:
    return {question.id: question for question in read_questions(family)}
