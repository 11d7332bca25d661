"""The report as a download, under the filter of the address."""

from sqlalchemy import select

from app.tables import Study
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.web.site import Site


def test_the_download(fresh_site: Site) -> None:
    with fresh_site.state.database.writing() as session:
        study = opened_study(session, prompts=4, variants=("base", "lora"))
        judge_all(session, study, mixed_judge)
        key = session.scalars(select(Study.id).where(Study.name == "Islands")).one()
    admin = fresh_site.visitor("admin")
    answer = admin.get(f"/studies/{key}/report?rater=rater-1")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    name = f'attachment; filename="study-{key}-report.html"'
    assert answer.headers["content-disposition"] == name
    assert "only rater-1" in answer.text
    assert "4 of 4 items" in answer.text
    page = admin.get(f"/studies/{key}/results?rater=rater-1")
    assert f'href="/studies/{key}/report?rater=rater-1"' in page.text


def test_nothing_to_report(fresh_site: Site) -> None:
    answer = fresh_site.visitor("admin").get(f"/studies/{fresh_site.ids.study}/report")
    assert answer.status_code == 409
    assert "nothing to report" in answer.text
