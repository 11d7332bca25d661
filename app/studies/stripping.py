"""The form in which a study shows answers, which must not change while or after it is judged."""

from app.errors import Conflict
from app.stripping import RULE, Stripped, strip, whole
from app.tables import Study, StudyState


def shown_form(study: Study, text: str, *, is_stripped: bool) -> Stripped:
    """An answer as its raters see it. Raises Conflict where that was stripped by another rule.

    Raters may read the message: it does not say what the other form is.
    """
    if not is_stripped:
        return whole(text)
    if _has_other_rule(study):
        raise Conflict(
            f"Answers are shown here by {rule_words(study)}, and this version has rule {RULE}.",
            hint="Use the version of Triptych with which the study was opened.",
        )
    return strip(text)


def rule_note(study: Study) -> str:
    """What results have to say of stripped answers; empty where they are as raters saw them."""
    if not study.strip_half or not _has_other_rule(study):
        return ""
    return (
        f"Raters saw answers stripped by {rule_words(study)}. What is said here of stripped "
        f"answers, such as their length, is by rule {RULE}, that of this version."
    )


def _has_other_rule(study: Study) -> bool:
    return study.state is not StudyState.DRAFT and study.stripping_rule != RULE


def rule_words(study: Study) -> str:
    number = study.stripping_rule
    return "an unknown rule of Triptych" if number is None else f"rule {number} of Triptych"
