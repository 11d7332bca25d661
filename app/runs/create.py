"""Making, finding and deleting runs."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from app.db import RowId, now
from app.errors import AppError, Conflict, InvalidInput, NotFound, Problem
from app.registry import Registry, SamplingSpec, VariantSpec
from app.runs.ownership import is_held, require_idle
from app.tables import (
    Borrowing,
    Item,
    ItemResponse,
    Lens,
    LensVariant,
    Prompt,
    PromptSet,
    Response,
    Run,
    RunFailure,
    RunVariant,
    Study,
    TokenShift,
)
from app.variants import freeze

_SAMPLING = ("temperature", "top_p", "top_k", "min_p", "max_tokens")


class RunForm(BaseModel):
    """What a person asks for. Empty sampling fields leave each variant's own sampling."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200)
    prompt_set_id: RowId
    variants: list[str] = Field(min_length=1)
    samples: int = Field(1, ge=1, le=1000)
    seed: int = Field(0, ge=0, lt=2**31)
    temperature: float | None = Field(None, ge=0)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=-1, lt=2**31)
    min_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int | None = Field(None, ge=1, lt=2**31)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        # Browsers send untouched number fields as "".
        return {k: v for k, v in data.items() if v != ""} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _no_variant_twice(self) -> Self:
        if len(set(self.variants)) < len(self.variants):
            raise ValueError("each variant can be chosen only once")
        return self

    @property
    def overrides(self) -> dict[str, Any]:
        """The sampling given for this run, in SamplingSpec's names."""
        return self.model_dump(include=set(_SAMPLING), exclude_none=True)


def create_run(session: Session, registry: Registry, form: RunForm) -> Run:
    """A pending run. Raises NotFound, Conflict (name taken), InvalidInput (nothing to sample)."""
    specs = [registry.variant(name) for name in form.variants]
    _require_prompts(session, form.prompt_set_id)
    _require_free_name(session, form.name)
    _require_variety(specs, form)
    run = Run(
        name=form.name,
        prompt_set_id=form.prompt_set_id,
        samples=form.samples,
        seed=form.seed,
        sampling=form.overrides,
    )
    run.variants = [
        RunVariant(variant=freeze(session, spec), position=position)
        for position, spec in enumerate(specs)
    ]
    session.add(run)
    session.flush()
    return run


def effective_sampling(run: Run, spec: VariantSpec) -> SamplingSpec:
    """The variant's own sampling with the run's on top."""
    return _merged(spec, run.sampling)


def _merged(spec: VariantSpec, overrides: dict[str, Any]) -> SamplingSpec:
    return SamplingSpec.model_validate(spec.sampling.model_dump() | overrides)


def _require_prompts(session: Session, prompt_set_id: int) -> None:
    if session.get(PromptSet, prompt_set_id) is None:
        raise NotFound("This prompt set does not exist.", hint="Choose one of the list.")
    query = select(Prompt.id).where(Prompt.prompt_set_id == prompt_set_id).limit(1)
    if session.scalar(query) is None:
        raise AppError("This prompt set is empty.", hint="Import prompts first.")


def _require_free_name(session: Session, name: str) -> None:
    if session.scalar(select(Run.id).where(Run.name == name)) is not None:
        raise Conflict(f"There is already a run called {name}.", hint="Choose another name.")


def _require_variety(specs: list[VariantSpec], form: RunForm) -> None:
    # Greedy decoding gives the same answer every time: the copies would look like agreement.
    greedy = [s.name for s in specs if _merged(s, form.overrides).temperature == 0]
    if form.samples > 1 and greedy:
        problem = Problem("samples", f"{form.samples} samples of {', '.join(greedy)} are the same.")
        raise InvalidInput(
            "At temperature 0 every sample of a prompt is the same answer.",
            [problem],
            hint="Ask for 1 sample, or set a temperature above 0.",
        )


def list_runs(session: Session) -> list[Run]:
    """Newest first."""
    return list(session.scalars(select(Run).order_by(Run.id.desc())))


def get_run(session: Session, run_id: int) -> Run:
    """Raises NotFound."""
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("This run does not exist.", hint="Choose one of the list of runs.")
    return run


def delete_run(session: Session, run_id: int) -> None:
    """Deletes the run and its responses. Raises Conflict when a study, a runner or a lens at work
    needs them."""
    run = get_run(session, run_id)
    require_idle(run, now())
    _require_idle_lens(session, run_id)
    members = select(RunVariant.id).where(RunVariant.run_id == run_id)
    studies = session.scalars(_studies(run_id, members)).all()
    if studies:
        raise Conflict(
            f"The responses of this run are compared in: {', '.join(studies)}.",
            hint="Delete the study first, or keep the run.",
        )
    _delete_lens(session, run_id)
    for table in (Response, RunFailure):
        session.execute(delete(table).where(table.run_variant_id.in_(members)))
    session.delete(run)


def _require_idle_lens(session: Session, run_id: int) -> None:
    lens = session.scalar(select(Lens).where(Lens.run_id == run_id))
    if lens is not None and is_held(lens.owner, lens.heartbeat_at, now()):
        hint = "Stop the lens first, or wait."
        raise Conflict("The tokens of this run are being scored.", hint=hint)


def _delete_lens(session: Session, run_id: int) -> None:
    lenses = select(Lens.id).where(Lens.run_id == run_id)
    of_lens = select(LensVariant.id).where(LensVariant.lens_id.in_(lenses))
    for table in (TokenShift, Borrowing):
        session.execute(delete(table).where(table.lens_variant_id.in_(of_lens)))
    session.execute(delete(LensVariant).where(LensVariant.lens_id.in_(lenses)))
    session.execute(delete(Lens).where(Lens.run_id == run_id))


def _studies(run_id: int, members: Select[int]) -> Select[str]:
    """Names of the studies that compare the run's responses, or check their raters with them."""
    shown = (
        select(Item.study_id)
        .join(ItemResponse, ItemResponse.item_id == Item.id)
        .join(Response, Response.id == ItemResponse.response_id)
        .where(Response.run_variant_id.in_(members))
    )
    return select(Study.name).where(or_(Study.run_id == run_id, Study.id.in_(shown)))
