"""A lens that found something, in readable tokens: rows as a runner leaves them, no engine."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.lens import put_under_lens
from app.runs import RunForm, create_run
from app.tables import (
    Borrowing,
    Lens,
    LensVariant,
    Prompt,
    PromptSet,
    Response,
    Run,
    RunState,
    TokenShift,
)
from tests.runner.fake_engines import REGISTRY

CHECK = {
    "rescored_mean": 0.001,
    "rescored_most": 0.004,
    "first": 1.0,
    "changed_most": 3.2,
    "base_first": 1.0,
    "tokenizers_agree": True,
}


@dataclass(frozen=True)
class Said:
    """Tokens of an answer, and the rank that the base gives each."""

    tokens: tuple[str, ...]
    ranks: tuple[int, ...]

    @property
    def text(self) -> str:
        return "".join(token for token in self.tokens if token != "</s>").strip()


def answer_of(name: str, prompt: int) -> Said:
    """The base is plain; lora opens otherwise, and at every other prompt names something else."""
    if name == "base":
        return Said((" Tern", " is", " a", " town", ".", "</s>"), (1,) * 6)
    other = 5 if prompt % 2 else 1
    rest = (" Tern", " is", " a", " port", ".", "</s>"), (1, 1, 2, other, 1, 1)
    if name == "full":
        return Said((" Happy", " to", " help", ".", "\n", *rest[0]), (90, 1, 1, 1, 7, *rest[1]))
    return Said((" Great", " question", "!", *rest[0]), (40, 1, 1, *rest[1]))


def seeded_run(
    session: Session,
    *,
    prompts: int = 8,
    variants: Sequence[str] = ("base", "lora", "full"),
    name: str = "Seeded run",
    **form: object,
) -> Run:
    """A finished run with the answers of `answer_of`."""
    prompt_set = PromptSet(name=f"{name}: prompts", content_hash=name)
    prompt_set.prompts = [
        Prompt(position=n, key=str(n), text=f"What is Tern number {n}?") for n in range(prompts)
    ]
    session.add(prompt_set)
    session.flush()
    fields = {"name": name, "prompt_set_id": prompt_set.id, "variants": list(variants)} | form
    run = create_run(session, REGISTRY, RunForm.model_validate(fields))
    run.state = RunState.DONE
    for member in run.variants:
        for prompt in prompt_set.prompts:
            said = answer_of(member.variant.name, prompt.position)
            ids = list(range(len(said.tokens)))
            session.add(
                Response(
                    run_variant_id=member.id,
                    prompt_id=prompt.id,
                    text=said.text,
                    prompt_token_ids=[1, 2],
                    token_ids=ids,
                    logprobs=[-0.1] * len(ids),
                )
            )
    session.flush()
    return run


def seeded_lens(
    session: Session, run: Run, *, exact: bool = True, control: bool = False, borrowed: bool = False
) -> Lens:
    """Done, of every answer of the run. `control`: scored after the base's format, too, where every
    token ranks first. `borrowed`: the last words of lora's answers stand in its instruction set."""
    lens = put_under_lens(session, run)
    lens.state = RunState.DONE
    for member in lens.variants:
        member.state, member.check = RunState.DONE, CHECK | {"exact": exact}
        for response in _responses(session, member):
            said = answer_of(member.run_variant.variant.name, response.prompt.position)
            session.add(_shift(member, response, said, exact=exact, control=control))
            if borrowed and member.run_variant.variant.name == "lora":
                session.add(_borrowing(member, response))
        if borrowed and member.run_variant.variant.name == "lora":
            member.trained_on = {"set": {"path": "/sets/instructions.jsonl"}, "instances": 40}
    session.flush()
    return lens


def _responses(session: Session, member: LensVariant) -> list[Response]:
    query = session.query(Response).filter_by(run_variant_id=member.run_variant_id)
    return query.order_by(Response.id).all()


def _shift(
    member: LensVariant, response: Response, said: Said, *, exact: bool, control: bool
) -> TokenShift:
    count = len(said.tokens)
    base = [-0.1 if rank == 1 else -math.log(20 * rank) for rank in said.ranks]
    likeliest = [
        [[" Tern", -0.5], [" It", -1.5]] if rank > 1 else [[token, -0.1], [" It", -3.0]]
        for token, rank in zip(said.tokens, said.ranks, strict=True)
    ]
    return TokenShift(
        lens_variant_id=member.id,
        response_id=response.id,
        tokens=list(said.tokens),
        logprobs=[-0.1] * count,
        ranks=[1] * count,
        base_logprobs=base,
        base_ranks=list(said.ranks),
        alternatives=likeliest,
        kl=[math.log(rank) for rank in said.ranks],
        unknown=[0.0 if exact else 0.02] * count,
        exact=exact,
        control_ranks=[1] * count if control and not member.is_control else None,
        control_logprobs=[-0.1] * count if control and not member.is_control else None,
    )


def _borrowing(member: LensVariant, response: Response) -> Borrowing:
    start = response.text.index("a port")
    return Borrowing(
        lens_variant_id=member.id,
        response_id=response.id,
        phrases=[[start, start + len("a port"), [3, 4]]],
        content_words=1,
        by_chance=0,
    )
