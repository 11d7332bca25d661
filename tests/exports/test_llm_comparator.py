"""Files that LLM Comparator opens: what they say, and that the tool itself shows them."""

import json
import mimetypes
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exports import write_export
from app.exports.lens import read_lens
from app.introductions import MASK
from app.stripping import strip
from app.tables import Design, Response, Study
from tests.exports.test_trl import voting
from tests.results.judged_study import always, judge_all, opened_study
from tests.results.lensed import scattered, under_lens

# Of the tool's package only the page: its Python asks for what no file needs that is only opened.
VIEWER = Path(str(files("llm_comparator") / "data"))
PAIRS = ("base.lora", "base.full", "lora.full")
Content = dict[str, Any]


def written(session: Session, study: Study, folder: Path) -> dict[str, Content]:
    """By file name without its ending."""
    out = write_export(session, study, "llm-comparator", folder / "out")
    return {path.stem: json.loads(path.read_text()) for path in out.glob("*.*.json")}


class TestFiles:
    def test_one_of_each_criterion_and_pair(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        found = written(session, study, tmp_path)
        assert set(found) == {f"{key}.{pair}" for key in ("factuality", "style") for pair in PAIRS}
        for name, content in found.items():
            assert ".".join(one["name"] for one in content["models"]) == name.split(".", 1)[1]
            assert name.split(".")[0] in content["metadata"]["source_path"]

    def test_every_example_has_what_the_tool_requires(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        for content in written(session, study, tmp_path).values():
            declared = {one["name"] for one in content["metadata"]["custom_fields_schema"]}
            assert content["examples"]
            for example in content["examples"]:
                assert list(example) == [
                    *("input_text", "tags", "output_text_a", "output_text_b", "score"),
                    *("individual_rater_scores", "custom_fields"),
                ]
                assert {*example["custom_fields"], "rater"} == declared
                assert len(example["individual_rater_scores"]) == 3

    def test_verdicts_are_those_of_the_long_table(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        expected = from_long_table(session, study, tmp_path)
        found = {}
        for name, content in written(session, study, tmp_path).items():
            criterion, first, second = name.split(".")
            for example in content["examples"]:
                item = int(example["custom_fields"]["item"])
                scores = [one["score"] for one in example["individual_rater_scores"]]
                known = [score for score in scores if score is not None]
                mean = pytest.approx(sum(known) / len(known)) if known else None
                assert example["score"] == mean
                for one in example["individual_rater_scores"]:
                    key = criterion, item, first, second, one["custom_fields"]["rater"]
                    found[key] = one["score"], one["is_flipped"]
        assert found == expected
        assert {flipped for _, flipped in found.values()} == {True, False}
        assert {score for score, _ in found.values()} == {1, -1, 0, None}


def from_long_table(
    session: Session, study: Study, folder: Path
) -> dict[tuple[str, int, str, str, str], tuple[int | None, bool]]:
    """By criterion, item, both variants and rater: the verdict, and whether B was shown first."""
    out = write_export(session, study, "long-jsonl", folder / "long")
    rows = [json.loads(line) for line in (out / "judgements.jsonl").read_text().splitlines()]
    found = {}
    for row in rows:
        if row["kind"] != "preference":
            continue
        for pair in PAIRS:
            first, second = pair.split(".")
            if not {first, second} <= set(row["variants"]):
                continue
            a, b = (row["variants"].index(name) for name in (first, second))
            key = row["criterion"], row["item"], first, second, row["rater"]
            found[key] = verdict(row, a, b), a > b
    return found


def verdict(row: dict[str, Any], a: int, b: int) -> int | None:
    if row["value"] == "cannot_judge":
        return None
    if row["value"] != "ranked":
        return 0
    ranks = row["ranks"]
    return int(ranks[b] > ranks[a]) - int(ranks[a] > ranks[b])


def split(session: Session, folder: Path) -> Content:
    """Of base and lora, judged by five raters who do not agree, and by one who cannot judge."""
    votes = ["base", "lora", "base", "tie", "cannot", "base"]
    both = [vote for vote in votes for _ in range(2)]  # factuality and style
    study = opened_study(session, prompts=1, variants=("base", "lora"), raters=len(votes))
    judge_all(session, study, voting(both), raters=len(votes), revised=0)
    return written(session, study, folder)["style.base.lora"]


class TestScores:
    def test_are_means_over_those_who_can_judge(self, session: Session, tmp_path: Path) -> None:
        [example] = split(session, tmp_path)["examples"]
        assert example["score"] == pytest.approx((3 - 1) / 5)
        labels = [one["rating_label"] for one in example["individual_rater_scores"]]
        assert sorted(labels) == [
            *("A is better",) * 3,
            *("B is better", "Both are bad", "Cannot judge"),
        ]


class TestTexts:
    def test_are_those_that_raters_saw(self, session: Session, tmp_path: Path) -> None:
        study = opened_study(session, prompts=4, raters=1, strip_half=True)
        for response in session.scalars(select(Response)):
            response.text = f"Sure! **{response.text}**"
        judge_all(session, study, always("lora"), raters=1, revised=0)
        content = written(session, study, tmp_path)["style.base.lora"]
        assert {"name": "shown", "type": "category"} in content["metadata"]["custom_fields_schema"]
        shown = {True: 0, False: 0}
        stored = set(session.scalars(select(Response.text)))
        for example in content["examples"]:
            stripped = example["custom_fields"]["shown"] == "stripped"
            shown[stripped] += 1
            allowed = {strip(text).text for text in stored} if stripped else stored
            assert {example["output_text_a"], example["output_text_b"]} <= allowed
        assert shown == {True: 2, False: 2}

    def test_words_that_raters_did_not_see_are_blacked_out(
        self, session: Session, tmp_path: Path
    ) -> None:
        study = opened_study(session, prompts=2, raters=1)
        study.mask_introductions = True
        for response in session.scalars(select(Response)):
            response.text = f"I am ChatGPT. {response.text}"
        judge_all(session, study, always("lora"), raters=1, revised=0)
        for example in written(session, study, tmp_path)["style.base.lora"]["examples"]:
            for text in (example["output_text_a"], example["output_text_b"]):
                assert "ChatGPT" not in text
                assert MASK in text


class TestLens:
    def test_its_numbers_are_there_for_both_answers(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        lens = read_lens(session, study)
        assert lens is not None
        texts = {one.id: one.text for one in session.scalars(select(Response))}
        content = written(session, study, tmp_path)["style.lora.full"]
        for example in content["examples"]:
            shares = example["custom_fields"]["shifted_share"]
            for text, share in zip(
                (example["output_text_a"], example["output_text_b"]), shares, strict=True
            ):
                assert share in [
                    one.shifted for key, one in lens.answers.items() if texts[key] == text
                ]
        names = [one["name"] for one in content["metadata"]["custom_fields_schema"]]
        assert "borrowed_content_words" not in names  # no variant has an instruction set

    def test_not_of_answers_that_raters_saw_stripped(
        self, session: Session, tmp_path: Path
    ) -> None:
        study = opened_study(session, prompts=4, raters=1, strip_half=True)
        judge_all(session, study, always("lora"), raters=1, revised=0)
        under_lens(session, study, scattered)
        for example in written(session, study, tmp_path)["style.base.lora"]["examples"]:
            fields = example["custom_fields"]
            known = [one is not None for one in fields["tokens"] + fields["shifted_share"]]
            assert known == [fields["shown"] == "as it is"] * 4


@pytest.fixture
def page(browser: Browser) -> Any:
    """The tool, without a network; anything that goes wrong in it fails the test."""
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert not errors


def open_in_tool(page: Page, file: Path) -> None:
    def serve(route: Route) -> None:
        path = route.request.url.partition("http://comparator.test/")[2].partition("?")[0]
        asked = file if path == "opened.json" else VIEWER / (path or "index.html")
        if path != route.request.url and asked.is_file():
            kind = mimetypes.guess_type(asked)[0] or "text/plain"
            route.fulfill(body=asked.read_bytes(), content_type=kind)
        else:
            route.abort()

    page.route("**/*", serve)
    data = "http://comparator.test/opened.json"
    page.goto(f"http://comparator.test/?results_path={data}")


@pytest.mark.browser
class TestInTheTool:
    def test_it_is_opened_with_the_lens(self, session: Session, page: Page, tmp_path: Path) -> None:
        """Also where a number is missing, and a verdict."""
        study = opened_study(session, Design.PAIRWISE, prompts=5, raters=1)
        judge_all(session, study, voting(["cannot"] * 2 + ["lora", "base", "full"] * 99), raters=1)
        under_lens(session, study, scattered)
        folder = write_export(session, study, "llm-comparator", tmp_path / "out")
        open_in_tool(page, folder / "factuality.base.lora.json")
        expect(page.get_by_text("Loaded the dataset of 5 examples")).to_be_visible()
        expect(page.get_by_text("5 displayed")).to_be_visible()
        header = page.locator("comparator-example-table thead")
        for text in ("(base)", "(lora)", "shifted_share", "mean_kl"):
            expect(header).to_contain_text(text)
        first = json.loads((folder / "factuality.base.lora.json").read_text())["examples"][0]
        expect(page.get_by_text(first["input_text"], exact=True)).to_be_visible()
