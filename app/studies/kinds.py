"""The kinds of variants of a study, in words that raters may be told: they name no variant."""

from app.i18n import gettext
from app.studies.session import session_of
from app.tables import Study, VariantKind


def kinds_of(study: Study) -> tuple[VariantKind, ...]:
    """In one order for all studies, which tells nothing."""
    there = {member.run_variant.variant.kind for member in study.variants}
    return tuple(kind for kind in VariantKind if kind in there)


def kind_words(kind: VariantKind) -> str:
    match kind:
        case VariantKind.BASE:
            return gettext("Not fine-tuned")
        case VariantKind.LORA:
            return gettext("Tuned with an adapter (LoRA)")
        case VariantKind.FULL:
            return gettext("Fully fine-tuned")
        case VariantKind.OTHER:
            return gettext("Of another kind")


def asks_kinds(study: Study) -> bool:
    """Raters are asked which answer came from which kind: there have to be two at least."""
    return session_of(study).ask_kinds and len(kinds_of(study)) > 1


def asks_after(study: Study) -> bool:
    """Something is asked after the last item."""
    spec = session_of(study)
    return bool(spec.after) or spec.ask_guess or asks_kinds(study)
