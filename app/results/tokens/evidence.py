"""All that tokens say beside the raters of one study."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.lens import VariantLens
from app.results.columns import JudgementColumns
from app.results.tokens.borrowed import borrowed_variant
from app.results.tokens.marked import marked_variant, wrong_marks
from app.results.tokens.model import TokenEvidence
from app.results.tokens.relations import relations_of
from app.results.tokens.scored import scored_variants
from app.results.tokens.wrong import rated_wrong, rule_in_words, scale_of_facts
from app.tables import RaterKind, Study


def token_evidence(
    session: Session,
    study: Study,
    columns: JudgementColumns,
    found: Sequence[VariantLens],
    who: RaterKind,
) -> TokenEvidence | None:
    """`columns`: the judgements that count, by `who`. `found`: what the lens of the study's run
    has. None where no tuned variant of the study is among it."""
    scored = list(scored_variants(session, columns, found))
    tuned = [one for one in scored if not one.is_base]
    if not tuned:
        return None
    rule = rule_in_words(study)
    wrong = rated_wrong(columns, scale_of_facts(study.criteria)) if rule else None
    borrowed = [borrowed_variant(columns, one, wrong, who) for one in tuned]
    as_is = columns.take(~columns.stripped)
    labels = {one.key: one.label for one in study.criteria if one.asks_preference}
    return TokenEvidence(
        variants=tuple(one.ref for one in tuned),
        exact=all(one.answers.numbers.exact for one in tuned),
        asks_marks=study.marks,
        marks=int(wrong_marks(columns).sum()),
        marked=tuple(marked_variant(columns, one, who) for one in tuned),
        relations=tuple(relations_of(as_is, labels, scored, who)),
        borrowing=tuple(one for one in borrowed if one),
        wrong_rule=rule,
        left_out=len(columns) - len(as_is),
    )
