"""Reading what formats need: the records, and the texts of the responses that were compared."""

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from app.errors import Conflict
from app.exports.lens import read_lens
from app.exports.raters import rater_rows
from app.exports.shapes import Material, ResponseText
from app.results import read_records
from app.tables import (
    Item,
    ItemKind,
    ItemResponse,
    Prompt,
    RaterKind,
    Response,
    RunVariant,
    Study,
    Variant,
    VariantKind,
)

# Not the evidence of a response, such as its tokens, which is most of it.
_COLUMNS = (Response.text, Response.finish_reason, Response.seed, Response.sampling)


def read_material(
    session: Session, study: Study, kind: RaterKind = RaterKind.HUMAN, *, with_lens: bool = False
) -> Material:
    """What raters of one kind said. Raises Conflict when they have judged nothing yet."""
    records = read_records(session, study, kind=kind)
    if not records.judgements:
        raise Conflict(
            f"{_NOTHING[kind]} in {study.name} yet, so there is nothing to export.",
            hint="Export when the first judgements are in.",
        )
    raters = () if study.imported else rater_rows(session, study, kind)
    lens = read_lens(session, study) if with_lens else None
    return Material(study, records, _responses(session, study), raters, kind, lens)


_NOTHING = {
    RaterKind.HUMAN: "Nothing has been judged",
    RaterKind.SIMULATED: "No simulated rater has judged anything",
    RaterKind.JUDGE: "No judge model has judged anything",
}


def _responses(session: Session, study: Study) -> dict[int, ResponseText]:
    """Every response of the study's items, judged or not, in the items' order; checks are none."""
    query = (
        select(Response, Prompt, Variant.name, Variant.kind)
        .options(load_only(*_COLUMNS))
        .join(ItemResponse, ItemResponse.response_id == Response.id)
        .join(Item, Item.id == ItemResponse.item_id)
        .join(Prompt, Prompt.id == Response.prompt_id)
        .join(RunVariant, RunVariant.id == Response.run_variant_id)
        .join(Variant, Variant.id == RunVariant.variant_id)
        .where(Item.study_id == study.id, Item.kind == ItemKind.REGULAR)
        .order_by(Item.position, ItemResponse.position)
    )
    # In pages: a pairwise study names each response many times.
    rows = session.execute(query, execution_options={"yield_per": 1000})
    return {row[0].id: _text(*row) for row in rows}


def _text(response: Response, prompt: Prompt, variant: str, kind: VariantKind) -> ResponseText:
    return ResponseText(
        response_id=response.id,
        prompt_id=prompt.key,
        category=prompt.category,
        messages=_messages(prompt),
        reference=prompt.reference,
        variant=variant,
        kind=kind.value,
        text=response.text,
        finish_reason=response.finish_reason,
        seed=response.seed,
        sampling=response.sampling,
    )


def _messages(prompt: Prompt) -> tuple[dict[str, str], ...]:
    system = [{"role": "system", "content": prompt.system}] if prompt.system else []
    turns = [{"role": turn["role"], "content": turn["content"]} for turn in prompt.turns]
    return (*system, *turns, {"role": "user", "content": prompt.text})
