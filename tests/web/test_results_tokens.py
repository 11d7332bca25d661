"""Tokens on a study's results page: shown, invited to, or not spoken of."""

from collections.abc import Callable
from html import unescape
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from app.prompts import import_prompts
from app.runs import RunForm, create_run
from app.simulation import simulate
from app.studies import StudyForm, create_study, open_study
from app.tables import Response, RunState, Study
from tests.results.lensed import scattered, under_lens
from tests.results.test_tokens import WRONG, drawn, judged, opened
from tests.runner.fake_engines import REGISTRY
from tests.web.site import Site

KIND = "?kind=simulated"


@pytest.fixture
def shown(fresh_site: Site) -> Callable[..., str]:
    """The results of a study that `make` leaves in the database, as a visitor sees them."""

    def show(make: Callable[[Session], Study], visitor: str = "admin", part: str = "") -> str:
        with fresh_site.state.database.writing() as session:
            study = make(session)
            session.flush()
            number = study.id
        answer = fresh_site.visitor(visitor).get(f"/studies/{number}/results{part}{KIND}")
        assert answer.status_code == 200
        return unescape(answer.text)

    return show


def with_marks(session: Session) -> Study:
    study = opened(session)
    judged(session, study)
    under_lens(session, study, drawn, borrowed=lambda _: WRONG)
    return study


def one_scored(session: Session) -> Study:
    """Tokens of `full` alone: no comparison has both of its answers scored."""
    study = opened(session)
    judged(session, study)
    under_lens(session, study, drawn, skipped=lambda answer: answer.variant != "full")
    return study


def section(page: str) -> str:
    return page.partition('aria-labelledby="tokens"')[2].partition('aria-labelledby="method"')[0]


class TestShown:
    def test_findings_figures_and_the_way_to_the_lens(self, shown: Callable[..., str]) -> None:
        page = shown(with_marks)
        found = section(page)
        for words in (
            "Tokens marked wrong by simulated raters in full’s answers",
            "No association of style by simulated raters with the mean KL of the opening",
            "of full’s 24 answers judged by simulated raters have a content word",
            "An answer counts as rated wrong where at least half",
            "figures/token-marks",
            "figures/token-preference-style",
            '/lens">',
        ):
            assert words in found
        assert '<a href="#tokens">Tokens</a>' in page

    def test_token_formats_are_among_the_files(self, shown: Callable[..., str]) -> None:
        assert "/exports/tokens-parquet" in shown(with_marks)

    @pytest.mark.parametrize("name", ["token-marks", "token-preference-factuality"])
    def test_figures_can_be_had(self, shown: Callable[..., str], name: str) -> None:
        assert "mark" in shown(with_marks, part=f"/figures/{name}.json")

    def test_where_nobody_marked(self, shown: Callable[..., str]) -> None:
        def make(session: Session) -> Study:
            study = opened(session, marks=False)
            judged(session, study)
            under_lens(session, study, drawn)
            return study

        found = section(shown(make))
        assert "This study does not ask for marks." in found
        assert "Tick “Let raters mark spans”" in found
        assert "figures/token-marks" not in found

    def test_where_marks_are_asked_for_and_there_are_none(self, shown: Callable[..., str]) -> None:
        def make(session: Session) -> Study:
            study = opened(session)
            simulate(session, study, 2, rules={})
            under_lens(session, study, drawn)
            return study

        assert "nobody has yet" in section(shown(make))

    def test_where_nothing_can_be_said_there_is_no_table_to_open(
        self, shown: Callable[..., str]
    ) -> None:
        found = section(shown(one_scored))
        assert "Nothing can be said of" in found
        assert "Every pair in numbers" not in found
        assert "Marked spans in numbers" in found

    def test_one_is_one(self, shown: Callable[..., str]) -> None:
        def make(session: Session) -> Study:
            study = opened(session, prompts=1)
            judged(session, study)
            under_lens(session, study, drawn, borrowed=lambda _: WRONG)
            return study

        found = section(shown(make))
        assert ">1 answer<" in found
        assert ">1 answers<" not in found

    def test_a_lens_that_has_found_nothing_yet(self, shown: Callable[..., str]) -> None:
        def make(session: Session) -> Study:
            study = opened(session)
            judged(session, study)
            under_lens(session, study, drawn, skipped=lambda _: True)
            return study

        page = shown(make)
        assert "has not found anything of these variants yet" in section(page)
        assert "/exports/tokens-parquet" not in page


class TestNotUnderTheLens:
    def own_run(self, session: Session) -> Study:
        """Of a run that Triptych made, with tuned variants and their base."""
        data = BytesIO(b'{"prompt": "Hi?", "id": "p", "reference": "yes"}')
        prompts = import_prompts(session, name="own", filename="own.jsonl", data=data).prompt_set
        form = RunForm(name="own", prompt_set_id=prompts.id, variants=["base", "lora", "full"])
        run = create_run(session, REGISTRY, form)
        run.state = RunState.DONE
        for member in run.variants:
            member.state = RunState.DONE
            session.add(
                Response(
                    run_variant_id=member.id, prompt_id=prompts.prompts[0].id, sample=0, text="yes"
                )
            )
        session.flush()
        members = [member.id for member in run.variants]
        study = create_study(session, StudyForm(name="own", run_id=run.id, run_variant_ids=members))
        open_study(session, study)
        simulate(session, study, 2)
        return study

    def test_an_admin_is_invited(self, shown: Callable[..., str]) -> None:
        page = shown(self.own_run)
        assert "Not under the lens" in section(page)
        assert "What it would take" in section(page)

    def test_an_analyst_is_not(self, shown: Callable[..., str]) -> None:
        page = shown(self.own_run, "analyst")
        assert "Not under the lens" not in page
        assert "#tokens" not in page

    def test_nothing_is_said_where_it_cannot_be(self, shown: Callable[..., str]) -> None:
        """Recorded answers have no engine that could score them."""

        def make(session: Session) -> Study:
            study = opened(session)
            judged(session, study)
            return study

        page = shown(make)
        assert 'id="tokens"' not in page
        assert "/exports/tokens-parquet" not in page


class TestLive:
    def test_what_the_lens_finds_makes_the_page_an_old_one(self, fresh_site: Site) -> None:
        with fresh_site.state.database.writing() as session:
            study = opened(session)
            judged(session, study)
            number = study.id
        client = fresh_site.visitor("analyst")
        page = unescape(client.get(f"/studies/{number}/results{KIND}").text)
        live = page.partition('hx-get="')[2].partition('"')[0]
        assert client.get(live).status_code == 204
        with fresh_site.state.database.writing() as session:
            under_lens(session, session.get_one(Study, number), scattered)
        assert client.get(live).status_code == 200
