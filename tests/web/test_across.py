"""Studies compared in the browser: reached from their list, said by the address alone."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.lineage.conftest import furnished as furnished_world
from tests.lineage.studies import judged
from tests.web.site import Furnished, Site, site

LORA = "{{name: {1}, kind: lora, weights: base, adapter: mine/checkpoint-{0}}}"
STRENGTHS = {"base": 0.0, "early": 0.4, "start": 0.4, "late": 1.2}


@pytest.fixture(scope="module")
def compared(
    tmp_path_factory: pytest.TempPathFactory, furnished: Furnished
) -> Iterator[tuple[Site, list[int]]]:
    """A site, and the ids of a study of an early checkpoint and of one with a late one, too."""
    folder = tmp_path_factory.mktemp("across")
    with site(folder, furnished) as made:
        with made.state.database.writing() as session:
            (folder / "world").mkdir()
            world = furnished_world(folder / "world")
            base = "{name: base, kind: base, weights: base}"
            registries = [
                world.load(f"variants: [{', '.join((base, *variants))}]")
                for variants in (
                    [LORA.format(100, "early")],
                    [LORA.format(100, "start"), LORA.format(200, "late")],
                )
            ]
            ids = [
                judged(session, registry, name, STRENGTHS).id
                for registry, name in zip(registries, ("Pilot", "Main"), strict=True)
            ]
        yield made, ids


@pytest.fixture(scope="module")
def analyst(compared: tuple[Site, list[int]]) -> TestClient:
    return compared[0].visitor("analyst")


@pytest.fixture(scope="module")
def both(compared: tuple[Site, list[int]]) -> str:
    return urlencode([("study", one) for one in compared[1]])


class TestTheList:
    def test_studies_that_were_opened_can_be_ticked(
        self, analyst: TestClient, compared: tuple[Site, list[int]]
    ) -> None:
        made, ids = compared
        text = analyst.get("/studies").text
        for one in (*ids, made.ids.study):
            assert f'name="study" value="{one}"' in text
        assert f'name="study" value="{made.ids.draft}"' not in text
        assert 'action="/studies/compare"' in text


class TestThePage:
    def test_without_two_studies_it_lets_choose(self, analyst: TestClient) -> None:
        for address in ("/studies/compare", "/studies/compare?study=1"):
            reply = analyst.get(address)
            assert reply.status_code == 200
            assert "Tick two or more." in reply.text

    def test_a_variant_by_both_of_its_names(self, analyst: TestClient, both: str) -> None:
        text = analyst.get(f"/studies/compare?{both}").text
        assert "Preferred over base" in text
        assert "as early" in text
        assert "not in this study" in text
        assert "Pilot and Main have the same prompts." in text

    def test_what_is_chosen_stays_chosen(self, analyst: TestClient, both: str) -> None:
        page = f"/studies/compare?{both}&criterion=style&against=late&measure=score&kind=judge"
        text = analyst.get(page).text
        assert '<option value="style" selected>' in text
        assert "Preferred over late" in text
        assert '<option value="score" selected>' in text
        assert "judgements of judge models" in text

    def test_the_figure_draws_checkpoints(self, analyst: TestClient, both: str) -> None:
        text = analyst.get(f"/studies/compare?{both}&criterion=style").text
        [address] = {part.split('"')[0] for part in text.split('data-figure="')[1:]}
        spec = analyst.get(address.replace("&amp;", "&"))
        assert spec.headers["content-type"] == "application/json"
        assert "on style" in spec.text

    def test_its_numbers_as_a_file(self, analyst: TestClient, both: str) -> None:
        reply = analyst.get(f"/studies/compare/checkpoints.csv?{both}")
        rows = list(csv.DictReader(io.StringIO(reply.text)))
        assert [(row["checkpoint"], row["step"]) for row in rows] == [
            ("start", "100"),
            ("late", "200"),
        ]
        assert "checkpoints.csv" in reply.headers["content-disposition"]

    @pytest.mark.parametrize(
        ("more", "status"),
        [
            ("&study=999", 404),
            ("&study=x", 422),
            ("&criterion=taste", 404),
            ("&against=nobody", 404),
            ("&measure=length", 422),
            ("&kind=cat", 422),
        ],
    )
    def test_an_address_that_means_nothing(
        self, analyst: TestClient, both: str, more: str, status: int
    ) -> None:
        assert analyst.get(f"/studies/compare?{both}{more}").status_code == status

    @pytest.mark.parametrize("form", ["gif", "html"])
    def test_a_file_that_there_is_not(self, analyst: TestClient, both: str, form: str) -> None:
        assert analyst.get(f"/studies/compare/checkpoints.{form}?{both}").status_code == 404

    def test_raters_are_not_let_in(self, compared: tuple[Site, list[int]], both: str) -> None:
        rater = compared[0].visitor("rater")
        for address in ("/studies/compare", "/studies/compare/checkpoints.json"):
            assert rater.get(f"{address}?{both}").status_code == 403
