"""The demo through Triptych's own steps: its prompt set, its run, its open study, one rater."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import Signer
from app.demo.files import VARIANTS, DemoFamily
from app.errors import AppError
from app.prompts import import_prompts
from app.registry import Registry
from app.runs import RunForm, create_run, get_run
from app.studies import StudyForm, create_study, invitations, invite, open_study
from app.tables import Design, PromptSet, Run, RunState, Study

NAME = "Demo"
QUESTIONS = "Demo questions"
RATER = "demo rater"


def prepare_run(session: Session, registry: Registry, family: DemoFamily) -> Run:
    """The run of the demo study's short prompt set, made when it is not there yet."""
    return _run(session, registry, NAME, family.demo_prompts)


def prepare_questions(session: Session, registry: Registry, family: DemoFamily) -> Run:
    """The run of all held-out questions, by which the variants are measured."""
    return _run(session, registry, QUESTIONS, family.prompts)


def _run(session: Session, registry: Registry, name: str, file: Path) -> Run:
    run = session.scalar(select(Run).where(Run.name == name))
    if run is not None:
        return run
    prompts = session.scalar(select(PromptSet).where(PromptSet.name == name))
    if prompts is None:
        prompts = import_prompts(session, name=name, filename=file.name, data=file).prompt_set
    form = RunForm(name=name, prompt_set_id=prompts.id, variants=list(VARIANTS))
    return create_run(session, registry, form)


def open_demo_study(session: Session, run_id: int, signer: Signer) -> str:
    """The token of the demo rater's link, to a study that is open. Raises AppError."""
    run = get_run(session, run_id)
    _require_answers(run)
    study = session.scalar(select(Study).where(Study.name == NAME))
    if study is None:
        study = create_study(session, _form(run))
        open_study(session, study)
    people = invitations(session, study)
    return signer.rater_link(people[0] if people else invite(session, study, RATER))


def _require_answers(run: Run) -> None:
    if run.state is not RunState.DONE:
        errors = [member.error for member in run.variants if member.error]
        raise AppError(
            f"The demo prompts were not answered. {' '.join(errors)}".strip(),
            hint="See the run's page. The same command tries again.",
        )


def _form(run: Run) -> StudyForm:
    return StudyForm(
        name=NAME,
        run_id=run.id,
        run_variant_ids=[member.id for member in run.variants],
        design=Design.SIDE_BY_SIDE,
        marks=True,
    )
