"""The form of a study: empty, out of a draft, as typed, what it means, and its page."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from app.criteria import INSTRUCTIONS, RUBRICS, Rubric, find_rubric, form_of
from app.db import RowId
from app.runs import get_run, list_runs
from app.studies import StudyForm, categories
from app.tables import Account, Run, Study
from app.web.criterion_form import ROWS, SCALES, CriterionRow, meant, rows_of, typed_rows
from app.web.design_form import EMPTY, chosen_pairs, filled_design, pair_choices, read_design
from app.web.errors import ErrorPage
from app.web.forms import texts, validate
from app.web.render import render

StudyFields = dict[str, Any]
"""What stands in the form, by the names of `StudyForm`; criteria as rows."""


class _OfRun(BaseModel):
    run_id: RowId


def empty_fields(run: Run | None, rubric: Rubric) -> StudyFields:
    """Of a new study: all variants of the run, the criteria of the rubric."""
    return {
        "name": "",
        "run_id": run.id if run else "",
        "run_variant_ids": [member.id for member in run.variants] if run else [],
        **EMPTY,
        "ratings_per_item": 1,
        "instructions": INSTRUCTIONS,
        "show_reference": True,
        "markdown": True,
        "mask_introductions": False,
        "strip_half": False,
        "marks": False,
        "category": None,
        "max_prompts": None,
        "criteria": rows_of(rubric.criteria),
    }


def fields_of(study: Study) -> StudyFields:
    """Of a draft that is changed."""
    fields = {
        name: getattr(study, name)
        for name in empty_fields(None, RUBRICS[0])
        if hasattr(study, name)
    }
    criteria = rows_of([form_of(criterion) for criterion in study.criteria])
    members = [variant.run_variant_id for variant in study.variants]
    return fields | filled_design(study) | {"criteria": criteria, "run_variant_ids": members}


def typed_fields(form: FormData) -> StudyFields:
    """As they were sent, sound or not, so that the form can be shown again."""
    fields = texts(form)
    return {
        "name": fields.get("name", ""),
        "run_id": fields.get("run_id", "0"),
        "run_variant_ids": [v for v in form.getlist("run_variant_ids") if isinstance(v, str)],
        **read_design(form, fields),
        "ratings_per_item": fields.get("ratings_per_item", ""),
        "instructions": fields.get("instructions", "").replace("\r\n", "\n"),
        "show_reference": "show_reference" in fields,
        "markdown": "markdown" in fields,
        "mask_introductions": "mask_introductions" in fields,
        "strip_half": "strip_half" in fields,
        "marks": "marks" in fields,
        "category": fields.get("category") or None,
        "max_prompts": fields.get("max_prompts") or None,
        "criteria": typed_rows(fields),
    }


def meant_form(fields: StudyFields, **fixed: Any) -> StudyForm:
    """What was typed means; `fixed` is not in the form. Raises InvalidInput."""
    return validate(StudyForm, fields | {"criteria": meant(fields["criteria"])} | fixed)


def run_of(session: Session, fields: StudyFields) -> Run:
    """Without it the form cannot be shown again. Raises InvalidInput, NotFound."""
    return get_run(session, validate(_OfRun, fields).run_id)


def form_page(
    request: Request,
    admin: Account,
    session: Session,
    fields: StudyFields,
    run: Run | None,
    *,
    study: Study | None = None,
    error: ErrorPage | None = None,
) -> Response:
    """The whole page, for a new study or (`study`) a draft; `error` decides its status."""
    chosen = {str(member) for member in fields["run_variant_ids"]}
    page = {
        "runs": list_runs(session),
        "run": run,
        "study": study,
        "fields": fields,
        "chosen": [m.id for m in run.variants if str(m.id) in chosen] if run else [],
        "categories": categories(session, run) if run else [],
        "pairs": pair_choices(run) if run else [],
        "chosen_pairs": chosen_pairs(fields, run) if run else [],
        "criteria": [*fields["criteria"], CriterionRow()],
        "rubrics": RUBRICS,
        "rubric": find_rubric(request.query_params.get("rubric")).name,
        "scales": SCALES,
        "most_criteria": ROWS,
        "error": error,
    }
    status = error.status if error else 200
    return render(
        request, "studies/form.html", page, account=admin, section="studies", status=status
    )
