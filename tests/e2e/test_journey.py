"""The admin's and the rater's whole journey in a real browser, on real vLLM."""

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo, Visit

pytestmark = [pytest.mark.vllm, pytest.mark.browser]

PROMPTS = [
    {"prompt": "What is Quill Mere known for?", "reference": "Blue glass.", "category": "town"},
    {"prompt": "Where did Bram Hobb grow up?", "category": "person"},
]


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(demo.link("setup"))
    expect(page.get_by_role("heading", name="Where things stand")).to_be_visible()


def judge_three(page: Page, order: str = "213", scores: str = "354") -> None:
    """Both criteria by keyboard; lands on the next page."""
    expect(page.get_by_role("button", name="Save and go on")).to_be_enabled()
    before = page.url
    page.keyboard.type((order + scores) * 2)
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=before)


def test_the_admin_makes_a_study_from_a_file(visit: Visit, demo: Demo) -> None:
    page = visit.page
    sign_in(page, demo)
    _import_prompts(page, "Two prompts")
    _answer(page, "Nightly answers")
    _draft(page, "Harbour study")
    page.get_by_role("link", name="Preview as a rater").click()
    expect(page.get_by_text("This is what raters see. Nothing is saved.")).to_be_visible()
    expect(page.locator(".answer")).to_have_count(3)
    page.go_back()
    page.get_by_role("button", name="Open for raters").click()
    expect(page.locator("main .state").first).to_have_text("open")
    page.get_by_label("or several").fill("2")
    page.get_by_role("button", name="Invite").click()
    expect(page.locator("code[id^=link-]")).to_have_count(2)


def test_a_rater_judges_changes_and_resumes(visit: Visit, second_visit: Visit, demo: Demo) -> None:
    link = _rater_link(second_visit.page, demo, "Harbour study")
    page = visit.page
    page.goto(link)
    page.get_by_role("link", name="Start").press("Enter")
    page.wait_for_selector("#panel")
    judge_three(page)
    expect(page.locator("#bar")).to_contain_text("2 of 2")
    second = page.url

    # Another device: the same link leads to the same, unfinished item in the same order.
    order = page.locator(".answer .prose").all_inner_texts()
    other = second_visit.page
    other.context.clear_cookies()
    other.goto(link)
    other.get_by_role("link", name="Continue").click()
    other.wait_for_url(second)
    assert other.locator(".answer .prose").all_inner_texts() == order

    # Back to change the first; what was said is still there.
    page.get_by_role("link", name="Previous").click()
    page.wait_for_url(re.compile(rf"^(?!{re.escape(second)}$)"))
    assert page.locator("#order-factuality").input_value() == "2 1 3"
    page.locator("label", has_text="Comment").click()
    page.keyboard.type("Changed my mind.")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(second)
    judge_three(page, order="1=2=3")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_no_page_of_the_rater_names_a_variant(
    visit: Visit, second_visit: Visit, demo: Demo
) -> None:
    page = visit.page
    seen = [page.goto(_rater_link(second_visit.page, demo, "Harbour study", rater=2))]
    for step in ("Start", "Save and go on"):
        said = "".join(reply.text() + json.dumps(reply.all_headers()) for reply in seen if reply)
        said += page.content() + page.url + json.dumps(page.context.cookies())
        for word in ("lora", "var/demo", "Nightly answers", "Harbour study", "vllm"):
            assert word.lower() not in said.lower(), f"{word} before {step}"
        with page.expect_navigation() as leaving:
            _go_on(page, step)
        seen = [leaving.value]


def _go_on(page: Page, step: str) -> None:
    if step == "Start":
        page.get_by_role("link", name=step).click()
    else:
        page.keyboard.type("213354" * 2)
        page.keyboard.press("Enter")


def test_results_and_export_hold_what_was_judged(visit: Visit, demo: Demo) -> None:
    page = visit.page
    sign_in(page, demo)
    page.goto("/studies")
    page.get_by_role("link", name="Harbour study").click()
    page.get_by_role("link", name="Results", exact=True).click()
    counted = page.locator(".stat", has_text="Judgements")
    expect(counted).to_contain_text("3")
    expect(counted).to_contain_text("of 4 wanted")
    for criterion in ("Factuality", "Style"):
        expect(page.locator(f"#preferences-{criterion.lower()}")).to_have_text(criterion)
    study = re.search(r"/studies/(\d+)/", page.url)
    assert study is not None
    body = page.request.get(f"/studies/{study[1]}/exports/long-jsonl").body()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("judgements.jsonl"))
        rows = [json.loads(line) for line in archive.read(name).splitlines()]
    comments = [row["value"] for row in rows if row["kind"] == "comment"]
    assert comments == ["Changed my mind."]
    assert {row["revision"] for row in rows} == {1, 2}
    # 3 judgements x 2 criteria x 3 scores
    assert sum(row["kind"] == "score" for row in rows) == 18


def test_pairs_are_judged_on_a_phone(visit: Visit, phone: Visit, demo: Demo) -> None:
    admin, page = visit.page, phone.page
    page.goto(_pairwise_study(admin, demo, "One pair"))
    page.get_by_role("link", name="Start").tap()
    for _ in PROMPTS:
        expect(page.locator(".answer")).to_have_count(2)
        before = page.url  # now that the item is there
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        _tap_through(page)
        page.wait_for_function("before => location.href !== before", arg=before)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    admin.reload()
    expect(admin.locator("#main")).to_contain_text("2 of 2 judgements")


def _pairwise_study(page: Page, demo: Demo, name: str) -> str:
    """An open study of base and lora in pairs; its rater's link."""
    sign_in(page, demo)
    page.goto("/studies/new")
    page.get_by_label("Answers of the run").select_option("Nightly answers")
    page.get_by_role("button", name="Use this").click()
    page.get_by_label("Name").fill(name)
    page.locator(".choice", has_text="full").get_by_role("checkbox").uncheck()
    page.get_by_label("In pairs").check()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Open for raters").click()
    page.get_by_role("button", name="Invite").click()
    return page.locator("#link-1").inner_text()


def _tap_through(page: Page) -> None:
    page.locator("#panel-handle").tap()
    for criterion in ("factuality", "style"):
        page.locator(f".segment:has([name=outcome-{criterion}][value='1'])").tap()
        for slot, score in ((1, 4), (2, 2)):
            page.locator(f".segment:has([name=score-{criterion}-{slot}][value='{score}'])").tap()
    page.get_by_role("button", name="Save and go on").tap()


def test_live_comparison_reveals_after_the_vote(visit: Visit, demo: Demo) -> None:
    page = visit.page
    sign_in(page, demo)
    page.goto("/live")
    page.get_by_label("Ask all variants at once").fill("What is Quill Mere known for?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("form.vote")).to_be_visible()
    assert "lora" not in page.content().lower()
    page.keyboard.press("2")
    expect(page.get_by_text("You chose answer 2.")).to_be_visible()
    assert sorted(page.locator(".live-answer .variant").all_inner_texts()) == [
        "base",
        "full",
        "lora",
    ]


def test_unblinded_comparison_streams_every_variant(visit: Visit, demo: Demo) -> None:
    page = visit.page
    sign_in(page, demo)
    page.goto("/compare")
    page.get_by_label("Ask and watch").fill("What is Quill Mere known for?")
    page.keyboard.press("Control+Enter")
    for name in ("base", "lora", "full"):
        expect(page.locator(f"[data-column={name}] [data-text]")).to_contain_text("Quill Mere")


def _import_prompts(page: Page, name: str) -> None:
    page.goto("/prompts")
    content = "\n".join(json.dumps(prompt) for prompt in PROMPTS).encode()
    page.get_by_label("File").set_input_files(
        {"name": "two.jsonl", "mimeType": "application/jsonl", "buffer": content}
    )
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("2 prompts imported.")).to_be_visible()


def _answer(page: Page, name: str) -> None:
    page.get_by_role("link", name="New run with these").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("6 of 6 answers")).to_be_visible()
    expect(page.locator(".page-title .state")).to_have_text("done")


def _draft(page: Page, name: str) -> None:
    page.get_by_role("link", name="New study").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("Raters per item").fill("2")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("2 items from 2 prompts, 2 judgements each.")).to_be_visible()


def _rater_link(page: Page, demo: Demo, study: str, rater: int = 1) -> str:
    sign_in(page, demo)
    page.goto("/studies")
    page.get_by_role("link", name=study).click()
    return page.locator(f"#link-{rater}").inner_text()
