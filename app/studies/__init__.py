"""Studies: which responses are compared, on which criteria, by whom, how often."""

from app.studies.checks import (
    check_warnings,
    import_checks,
    list_checks,
    remove_checks,
    written_order,
)
from app.studies.counting import is_counted, is_of
from app.studies.drafts import (
    StudyForm,
    create_study,
    delete_study,
    get_study,
    get_study_by_public_id,
    list_studies,
    update_study,
)
from app.studies.items import ItemPlan, answers_per_item, categories, plan_items
from app.studies.kinds import asks_after, asks_kinds, kind_words, kinds_of
from app.studies.life import close_study, open_study, reopen_study
from app.studies.people import (
    extend,
    get_invitation,
    invitations,
    invite,
    invite_many,
    pause,
    resume,
    revoke_link,
)
from app.studies.power import StudyPower, study_power
from app.studies.progress import StudyProgress, study_progress, wanted_judgements
from app.studies.raters import RaterRow, gold_results, list_raters
from app.studies.session import (
    TOLD_APART,
    OnFailure,
    Question,
    QuestionKind,
    SessionSpec,
    session_of,
)
from app.studies.stripping import rule_note, rule_words, shown_form
from app.studies.versions import AmendForm, amend_study, set_session, versions

__all__ = [
    "TOLD_APART",
    "AmendForm",
    "ItemPlan",
    "OnFailure",
    "Question",
    "QuestionKind",
    "RaterRow",
    "SessionSpec",
    "StudyForm",
    "StudyPower",
    "StudyProgress",
    "amend_study",
    "answers_per_item",
    "asks_after",
    "asks_kinds",
    "categories",
    "check_warnings",
    "close_study",
    "create_study",
    "delete_study",
    "extend",
    "get_invitation",
    "get_study",
    "get_study_by_public_id",
    "gold_results",
    "import_checks",
    "invitations",
    "invite",
    "invite_many",
    "is_counted",
    "is_of",
    "kind_words",
    "kinds_of",
    "list_checks",
    "list_raters",
    "list_studies",
    "open_study",
    "pause",
    "plan_items",
    "remove_checks",
    "reopen_study",
    "resume",
    "revoke_link",
    "rule_note",
    "rule_words",
    "session_of",
    "set_session",
    "shown_form",
    "study_power",
    "study_progress",
    "update_study",
    "versions",
    "wanted_judgements",
    "written_order",
]
