"""Pages tell simulated raters from people, and let nobody act as one."""

from collections.abc import Iterator
from html import unescape

import pytest

from app.simulation import LABEL, simulate, simulated_raters
from app.studies import get_study
from app.tables import Item, Prompt
from app.web.deps import COOKIE
from tests.web.site import Furnished, Site, site


@pytest.fixture(scope="module")
def simulated_site(
    tmp_path_factory: pytest.TempPathFactory, furnished: Furnished
) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site"), furnished) as made:
        with made.state.database.writing() as session:
            study = get_study(session, made.ids.study)
            for prompt in session.query(Prompt).join(Item).filter(Item.study_id == study.id):
                prompt.reference = "blue glass"
            session.flush()
            simulate(session, study, 3)
        yield made


def page(site: Site, address: str, visitor: str = "admin") -> str:
    answer = site.visitor(visitor).get(address)
    assert answer.status_code == 200
    return unescape(answer.text)


class TestStudyPage:
    @pytest.mark.parametrize("visitor", ["admin", "analyst"])
    def test_shows_simulated_raters_apart(self, simulated_site: Site, visitor: str) -> None:
        text = page(simulated_site, f"/studies/{simulated_site.ids.study}", visitor)
        _, _, apart = text.partition('id="simulated-raters"')
        assert LABEL in apart
        assert "simulated-3" in apart
        assert f"/studies/{simulated_site.ids.study}/results?kind=simulated" in apart

    def test_offers_no_link_of_theirs(self, simulated_site: Site) -> None:
        text = page(simulated_site, f"/studies/{simulated_site.ids.study}")
        assert "simulated rater 1" not in text
        assert text.count("/r/") >= 1
        with simulated_site.state.database.reading() as session:
            for invitation in simulated_raters(
                session, get_study(session, simulated_site.ids.study)
            ):
                assert simulated_site.state.signer.rater_link(invitation) not in text

    def test_says_nothing_where_there_are_none(self, shared_site: Site) -> None:
        assert "Simulated" not in page(shared_site, f"/studies/{shared_site.ids.study}")


class TestLists:
    def test_the_list_of_studies_says_how_many(self, simulated_site: Site) -> None:
        assert "3 simulated raters" in page(simulated_site, "/studies")

    def test_home_counts_people_only(self, simulated_site: Site) -> None:
        assert "kind=simulated" not in page(simulated_site, "/")

    def test_links_are_those_of_people(self, simulated_site: Site) -> None:
        address = f"/studies/{simulated_site.ids.study}/links.csv"
        rows = simulated_site.visitor("admin").get(address).text.splitlines()
        assert [row.split(",")[0] for row in rows] == ["rater", "Tapir the rater"]


class TestActing:
    def test_their_link_opens_nothing(self, simulated_site: Site) -> None:
        with simulated_site.state.database.reading() as session:
            study = get_study(session, simulated_site.ids.study)
            [invitation, *_] = simulated_raters(session, study)
            token = simulated_site.state.signer.rater_link(invitation)
            cookie = simulated_site.state.signer.session(invitation.account)
        visitor = simulated_site.visitor()
        assert visitor.get(f"/r/{token}").status_code == 404
        visitor.cookies.set(COOKIE, cookie)
        assert visitor.get(f"/rate/{simulated_site.ids.study_public}").status_code != 200

    @pytest.mark.parametrize("action", ["revoke", "pause", "resume", "extend"])
    def test_the_admin_has_nobody_to_manage(self, simulated_site: Site, action: str) -> None:
        with simulated_site.state.database.reading() as session:
            study = get_study(session, simulated_site.ids.study)
            one = simulated_raters(session, study)[0].id
        address = f"/studies/{study.id}/{action}/{one}"
        headers = {"origin": "http://testserver"}
        answer = simulated_site.visitor("admin").post(address, headers=headers)
        assert answer.status_code == 404
