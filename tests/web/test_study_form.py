"""The form of a study takes what people call their criteria."""

from typing import Any

from sqlalchemy import select

from app.criteria import Condition, CriterionForm, find_rubric, form_of
from app.tables import Criterion, Scale, Study
from tests.results.judged_study import judge_all, opened_study
from tests.results.test_scales import CRITERIA, judge
from tests.web.form_fields import FormFields
from tests.web.site import Site


def test_labels_in_any_script_get_keys_of_their_own(fresh_site: Site) -> None:
    labels = ["正確さ", "文体", "1st impression", "Tone, overall"]
    fields = {
        "name": "new",
        "run_id": str(fresh_site.ids.run),
        "run_variant_ids": ["1", "2"],
        "design": "pairwise",
        "ratings_per_item": "1",
        **{f"criterion-{n}-label": label for n, label in enumerate(labels)},
        **{f"criterion-{n}-scale": "likert" for n in range(len(labels))},
    }
    admin = fresh_site.visitor("admin")
    reply = admin.post("/studies", data=fields)
    assert reply.status_code == 303
    with fresh_site.state.database.reading() as session:
        query = select(Criterion).join(Study).where(Study.name == "new")
        criteria = session.scalars(query.order_by(Criterion.position)).all()
        assert [criterion.label for criterion in criteria] == labels
        assert [criterion.key for criterion in criteria] == [
            *("criterion_1", "criterion_2", "criterion_3", "tone__overall")
        ]
    preview = admin.get(f"{reply.headers['location']}/preview")
    assert all(label in preview.text for label in labels)


EVERYTHING = {
    "criterion-0-label": "All true",
    "criterion-0-scale": "yes_no",
    "criterion-1-label": "Worst error",
    "criterion-1-scale": "choice",
    "criterion-1-choices": "A name\r\nA number, or a date\r\n",
    "criterion-1-only-if": "0",
    "criterion-1-values": "No",
    "criterion-2-label": "Sure",
    "criterion-2-scale": "slider",
    "criterion-2-low": "guess",
    "criterion-2-asked": "item",
    "criterion-2-optional": "1",
    "criterion-2-only-if": "1",
    "criterion-2-values": "a number, or a date",
    "criterion-3-label": "Depth",
    "criterion-3-scale": "likert",
    "criterion-3-points": "7",
    "criterion-3-preference": "1",
    "criterion-4-label": "Why",
    "criterion-4-scale": "text",
    "criterion-4-only-if": "2",
    "criterion-4-values": "0-40, 50",
}


def study_fields(site: Site, name: str, **more: str) -> dict[str, Any]:
    return {
        "name": name,
        "run_id": str(site.ids.run),
        "run_variant_ids": ["1", "2"],
        "design": "pairwise",
        "ratings_per_item": "1",
    } | more


def criteria_of(site: Site, name: str) -> list[CriterionForm]:
    with site.state.database.reading() as session:
        study = session.scalars(select(Study).where(Study.name == name)).one()
        return [form_of(criterion) for criterion in study.criteria]


def test_scales_options_and_conditions(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    reply = admin.post("/studies", data=study_fields(fresh_site, "all", **EVERYTHING))
    assert reply.status_code == 303
    true, error, sure, depth, why = criteria_of(fresh_site, "all")
    assert (true.scale, true.asks_preference, true.options) == (Scale.YES_NO, False, {})
    assert error.options == {"choices": ["A name", "A number, or a date"]}
    assert error.shown_if == Condition(criterion="all_true", values=[0])
    assert (sure.per_answer, sure.required) == (False, False)
    assert sure.options == {"low": "guess", "high": "high"}
    assert sure.shown_if == Condition(criterion="worst_error", values=[2])
    assert (depth.options["points"], depth.asks_preference) == (7, True)
    assert why.shown_if == Condition(criterion="sure", values=[*range(41), 50])


def test_saving_without_a_change_changes_nothing(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    reply = admin.post("/studies", data=study_fields(fresh_site, "all", **EVERYTHING))
    before = criteria_of(fresh_site, "all")
    edit = f"{reply.headers['location']}/edit"
    fields = FormFields(admin.get(edit).text).fields
    assert admin.post(edit, data=fields).status_code == 303
    assert criteria_of(fresh_site, "all") == before


def test_what_was_typed_stays_on_the_page_of_an_error(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    wrong = EVERYTHING | {"criterion-1-values": "perhaps", "criterion-3-points": "12"}
    reply = admin.post("/studies", data=study_fields(fresh_site, "all", **wrong))
    assert reply.status_code == 422
    kept = {key: values[0] for key, values in FormFields(reply.text).fields.items()}
    assert kept["criterion-1-values"] == "perhaps"
    assert kept["criterion-1-only-if"] == "0"
    assert kept["criterion-3-points"] == "12"
    assert kept["criterion-1-choices"].split("\r\n") == ["A name", "A number, or a date"]


def test_a_rubric_fills_the_form(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    page = admin.get("/studies/new", params={"run": fresh_site.ids.run, "rubric": "five-aspects"})
    fields = FormFields(page.text).fields
    labels = [value[0] for name, value in fields.items() if name.endswith("-label")]
    assert labels == ["Helpfulness", "Clarity", "Factuality", "Depth", "Engagement", ""]
    reply = admin.post("/studies", data=fields | {"name": "five"})
    assert reply.status_code == 303
    assert criteria_of(fresh_site, "five") == list(find_rubric("five-aspects").criteria)
    plain = FormFields(admin.get("/studies/new", params={"rubric": "nonsense"}).text).fields
    assert plain["criterion-0-label"] == ["Factuality"]


def test_results_of_every_scale_are_shown(fresh_site: Site) -> None:
    with fresh_site.state.database.writing() as session:
        study = opened_study(session, criteria=CRITERIA)
        judge_all(session, study, judge)
        address = f"/studies/{study.id}"
    admin = fresh_site.visitor("admin")
    page = " ".join(admin.get(f"{address}/results").text.split())
    for words in ("Mean scores on Depth", "Answers on True", "all answers together", "=all"):
        assert words in page
    assert "Texts are not counted" in page
    assert "=note on" not in page
    assert "one of 3 options, each answer" in admin.get(address).text


def test_the_form_has_room_for_nine(fresh_site: Site) -> None:
    admin = fresh_site.visitor("admin")
    rows = {f"criterion-{n}-label": f"Aspect {n}" for n in range(9)}
    asked = {f"criterion-{n}-scale": "yes_no" for n in range(9)}
    reply = admin.post("/studies", data=study_fields(fresh_site, "nine", **rows, **asked))
    fields = FormFields(admin.get(f"{reply.headers['location']}/edit").text).fields
    assert [name for name in fields if name.endswith("-label")] == list(rows)
    assert len(criteria_of(fresh_site, "nine")) == 9
