"""What stands around the answers is rendered as they are, where the study renders Markdown."""

from sqlalchemy import update

from app.tables import Prompt, Study
from tests.web.rater import Rater
from tests.web.site import Site

TEXT = "Is $x^2$ **even**?\nSay <b>why</b>."


def shown(site: Site, markdown: bool) -> str:
    with site.state.database.writing() as session:
        session.execute(update(Study).values(markdown=markdown))
        session.execute(
            update(Prompt).values(
                text=TEXT, reference=TEXT, turns=[{"role": "user", "content": TEXT}]
            )
        )
    page = Rater(site.visitor("rater")).get(f"/rate/{site.ids.study_public}/next").text
    return page.split('<section id="prompt"')[1].split("</section>")[0]


def test_formulas_emphasis_and_lines(fresh_site: Site) -> None:
    prompt = shown(fresh_site, markdown=True)
    for part in ("<math", "<strong>even</strong>?<br", "&lt;b&gt;why&lt;/b&gt;"):
        assert prompt.count(part) == 3, part


def test_plain_text_stays_as_it_is(fresh_site: Site) -> None:
    prompt = shown(fresh_site, markdown=False)
    assert prompt.count("Is $x^2$ **even**?\nSay &lt;b&gt;why&lt;/b&gt;.") == 3
    assert "<math" not in prompt
