"""Studies: which responses are compared, on which criteria, by whom, how often."""

from app.studies.drafts import (
    StudyForm,
    create_study,
    delete_study,
    get_study,
    get_study_by_public_id,
    list_studies,
    update_study,
)
from app.studies.items import ItemPlan, categories, plan_items
from app.studies.life import close_study, open_study, reopen_study
from app.studies.people import invitations, invite, invite_many, revoke_link
from app.studies.progress import RaterProgress, StudyProgress, study_progress
from app.studies.versions import AmendForm, amend_study, versions

__all__ = [
    "AmendForm",
    "ItemPlan",
    "RaterProgress",
    "StudyForm",
    "StudyProgress",
    "amend_study",
    "categories",
    "close_study",
    "create_study",
    "delete_study",
    "get_study",
    "get_study_by_public_id",
    "invitations",
    "invite",
    "invite_many",
    "list_studies",
    "open_study",
    "plan_items",
    "reopen_study",
    "revoke_link",
    "study_progress",
    "update_study",
    "versions",
]
