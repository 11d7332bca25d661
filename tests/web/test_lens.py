"""The token lens on its pages: offered with its cost, at work, refused, and what it found."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.lens import find_lens
from app.registry import TrainedOnSpec
from app.tables import Lens, LensVariant, Run, RunState, TokenShift
from tests.lens.scripted import Asked, ScriptedLens
from tests.lens.seeded import seeded_lens, seeded_run
from tests.web.site import Site


def words(page: str) -> str:
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    return " ".join(text.replace("\u00a0", " ").split())


class Lensed:
    """A site with a run of base, lora and full, and engines of this process."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.admin = site, site.visitor("admin")
        self.scripted = ScriptedLens(site.state.database, folder)
        site.state.registry = self.scripted.registry
        site.state.lenses = self.scripted.runner()
        self.page = f"/runs/{self.scripted.run_id}/lens"

    def read(self) -> str:
        return words(self.admin.get(self.page).text)

    def work(self, **fields: str) -> None:
        assert self.admin.post(f"{self.page}/start", data=fields).status_code == 303
        assert self.site.client.portal is not None
        with self.site.state.database.reading() as session:
            lens = find_lens(session, session.get_one(Run, self.scripted.run_id))
            assert lens is not None
            lens_id = lens.id
        self.site.client.portal.call(self.site.state.lenses.wait, lens_id)


@pytest.fixture
def lensed(fresh_site: Site, tmp_path: Path) -> Lensed:
    return Lensed(fresh_site, tmp_path / "weights")


class TestOffer:
    def test_what_it_would_cost_stands_there_before_anything_is_asked(self, lensed: Lensed) -> None:
        page = lensed.read()
        assert "Answers 18 the base’s own among them" in page
        assert "Requests 30" in page
        assert "Exact over the whole vocabulary" in page
        assert "Quick from the 20 likeliest tokens" in page
        assert lensed.scripted.engines.asked == []

    def test_a_large_vocabulary_leaves_no_choice(self, fresh_site: Site, tmp_path: Path) -> None:
        lensed = Lensed(fresh_site, tmp_path / "weights")
        for name in ("base", "full"):
            (tmp_path / "weights" / name / "config.json").write_text('{"vocab_size": 50000}')
        assert "The vocabulary is too large to be passed on whole" in lensed.read()

    def test_recorded_answers_are_told_what_to_do(self, lensed: Lensed) -> None:
        page = words(lensed.admin.get(f"/runs/{lensed.site.ids.run}/lens").text)
        assert "Recorded answers have no engine that could score them." in page
        assert "make a run of the same prompts" in page
        assert "New run" in page

    def test_a_run_at_work_is_waited_for(self, lensed: Lensed) -> None:
        with lensed.site.state.database.writing() as session:
            session.get_one(Run, lensed.scripted.run_id).state = RunState.RUNNING
        assert "This run is not finished. Wait for it, or stop it. To the run" in lensed.read()

    def test_a_run_without_a_base_says_why_and_what_next(self, fresh_site: Site) -> None:
        with fresh_site.state.database.writing() as session:
            run = seeded_run(session, variants=("lora",), name="No base").id
        page = words(fresh_site.visitor("admin").get(f"/runs/{run}/lens").text)
        assert "This run has no base to hold the answers against." in page
        assert "New run" in page
        assert "Put under the lens" not in page

    def test_an_analyst_cannot_start_it(self, lensed: Lensed) -> None:
        page = words(lensed.site.visitor("analyst").get(lensed.page).text)
        assert "An admin can start it." in page
        assert "Put under the lens" not in page

    def test_the_page_of_the_run_leads_there(self, lensed: Lensed) -> None:
        run = lensed.admin.get(f"/runs/{lensed.scripted.run_id}").text
        assert f'href="{lensed.page}"' in run
        assert "What it would take" in run


class TestWork:
    def test_from_start_to_end(self, lensed: Lensed) -> None:
        lensed.work()
        page = lensed.read()
        assert "Of lora’s" in page
        assert "As a check, every token of base’s own answers ranks first under it." in page
        assert page.count("passed") == 3
        assert "Score what is missing" not in page

    def test_quick_is_kept_when_it_goes_on(self, lensed: Lensed) -> None:
        lensed.work(kl="quick")
        lensed.work()
        with lensed.site.state.database.reading() as session:
            lens = find_lens(session, session.get_one(Run, lensed.scripted.run_id))
            assert lens is not None
            assert not lens.wants_exact

    def test_progress_is_a_fragment_that_reloads_the_page_at_the_end(self, lensed: Lensed) -> None:
        async def wait(_: Asked) -> None:
            await asyncio.Event().wait()  # until it is stopped

        lensed.scripted.engines.before = wait
        lensed.admin.post(f"{lensed.page}/start")
        headers = {"hx-request": "true"}
        running = lensed.admin.get(f"{lensed.page}/progress", headers=headers)
        assert "hx-refresh" not in running.headers
        assert 'hx-trigger="every 1s"' in running.text
        assert "<html" not in running.text
        assert lensed.admin.post(f"{lensed.page}/start").status_code == 409
        assert lensed.admin.post(f"{lensed.page}/stop").status_code == 303
        stopped = lensed.admin.get(f"{lensed.page}/progress", headers=headers)
        assert stopped.headers["hx-refresh"] == "true"
        assert "Score what is missing" in stopped.text

    def test_a_refused_variant_is_prominent_and_can_be_tried_again(self, lensed: Lensed) -> None:
        lensed.scripted.engines.tokenizers = {"full": 7}
        lensed.work()
        page = lensed.read()
        assert "full is not compared. The tokenizers of base and variant make different" in page
        assert "refused" in page
        assert "Of lora’s" in page
        lensed.scripted.engines.tokenizers = {}
        lensed.work()
        assert "is not compared" not in lensed.read()


class TestInstructionSets:
    """A set named, put right or changed after the lens has ended is searched from its page."""

    def name_set(self, lensed: Lensed, path: Path) -> None:
        known = lensed.site.state.registry
        trained_on = TrainedOnSpec(path=path)
        variants = tuple(
            one.model_copy(update={"trained_on": trained_on}) if one.name == "lora" else one
            for one in known.variants
        )
        lensed.site.state.registry = known.model_copy(update={"variants": variants})

    def write(self, path: Path, response: str) -> None:
        path.write_text(json.dumps({"prompt": "question 1", "response": response}) + "\n")

    def test_from_named_to_searched_again(self, lensed: Lensed, tmp_path: Path) -> None:
        path = tmp_path / "set.jsonl"
        lensed.work()
        assert "instruction set" not in lensed.read()
        self.name_set(lensed, path)
        page = lensed.read()
        assert "models.yaml names an instruction set for lora that was not searched yet" in page
        assert "Search the set" in page
        lensed.work()
        page = lensed.read()
        assert "lora: nothing is said of borrowing." in page
        assert "Try again" in page
        self.write(path, "a lighthouse")
        lensed.work()
        page = lensed.read()
        assert "nothing is said" not in page
        assert "set.jsonl, 1 instance" in page
        assert "Search again" in page

    def test_an_analyst_cannot_search_again(self, lensed: Lensed, tmp_path: Path) -> None:
        self.write(tmp_path / "set.jsonl", "a lighthouse")
        self.name_set(lensed, tmp_path / "set.jsonl")
        lensed.work()
        page = lensed.site.visitor("analyst").get(lensed.page).text
        assert "1 instance" in words(page)
        assert "Search again" not in page


class Found:
    """A site with a lens that found something."""

    def __init__(self, site: Site, **how: bool) -> None:
        self.site, self.admin = site, site.visitor("admin")
        with site.state.database.writing() as session:
            run = seeded_run(session)
            self.lens_id = seeded_lens(session, run, **how).id
            self.run_id, self.prompts = run.id, [one.id for one in run.prompt_set.prompts]
        self.page = f"/runs/{self.run_id}/lens"

    def read(self, address: str = "") -> str:
        reply = self.admin.get(self.page + address)
        assert reply.status_code == 200
        return words(reply.text)


@pytest.fixture
def found(fresh_site: Site) -> Found:
    return Found(fresh_site)


class TestFindings:
    def test_a_sentence_then_tables(self, found: Found) -> None:
        page = found.read()
        assert "Of lora’s 72 tokens, base ranks 72 % first (95 % interval" in page
        assert "full’s tokens are shifted more often than lora’s" in page
        assert "All tokens 72" in page
        assert "By kind, past the opening" in page
        assert "KL is exact over the vocabulary." in page
        assert "base against itself" in page
        assert "Great question! 8" in page

    def test_a_bound_is_called_one(self, fresh_site: Site) -> None:
        page = Found(fresh_site, exact=False).read()
        assert "from the likeliest tokens of both; 2.0 % of its probability" in page
        assert "≥ " in page

    def test_the_control_after_the_bases_own_format(self, found: Found, fresh_site: Site) -> None:
        assert "After the prompt format of base" not in found.read()
        with fresh_site.state.database.writing() as session:
            run = seeded_run(session, name="With control")
            seeded_lens(session, run, control=True)
            page = f"/runs/{run.id}/lens"
        assert "After the prompt format of base" in words(found.admin.get(page).text)

    def test_borrowing_stands_there_where_there_is_a_set(self, fresh_site: Site) -> None:
        page = Found(fresh_site, borrowed=True).read()
        assert "100 % of lora’s 8 answers have content words from the nearest instances" in page
        assert "a port" in page

    def test_every_example_leads_to_its_token(self, found: Found) -> None:
        page = found.admin.get(found.page).text
        links = set(re.findall(r'href="([^"]*answers\?prompt=\d+)#(token-\d+-\d+)"', page))
        assert len(links) > 5
        for address, token in list(links)[:4]:
            assert f'id="{token}"' in found.admin.get(address).text

    def test_sampled_answers_are_said_to_be_sampled(self, fresh_site: Site) -> None:
        with fresh_site.state.database.writing() as session:
            run = seeded_run(session, name="Drawn", temperature=0.7)
            seeded_lens(session, run)
            page = f"/runs/{run.id}/lens"
        told = words(fresh_site.visitor("admin").get(page).text)
        assert "Sampled answers. The method is made for greedy answers." in told

    def test_failures_by_reason(self, found: Found) -> None:
        with found.site.state.database.writing() as session:
            session.get_one(Lens, found.lens_id).state = RunState.STOPPED
            row = session.query(TokenShift).first()
            assert row is not None
            row.base_ranks, row.failure = None, "The prompt is longer than the engine takes."
            member = session.get_one(LensVariant, row.lens_variant_id)
            member.error, member.log_tail = "Engine base died.", "CUDA error 7"
        page = found.read()
        assert "The prompt is longer than the engine takes. base 1" in page
        assert "Engine base died." in page
        assert "CUDA error 7" in page
        assert "what failed is asked again" in page

    @pytest.mark.parametrize("form", ["json", "svg", "csv"])
    @pytest.mark.parametrize("name", ["token-classes", "shift-by-position", "kl-by-position"])
    def test_files_of_figures(self, found: Found, name: str, form: str) -> None:
        reply = found.admin.get(f"{found.page}/figures/{name}.{form}")
        assert reply.status_code == 200
        assert len(reply.content) > 100

    def test_no_such_figure(self, found: Found) -> None:
        assert found.admin.get(f"{found.page}/figures/other.svg").status_code == 404


class TestOnlyTheBase:
    """It is compared before the others; a stop or a refusal of all leaves it at that."""

    @pytest.fixture
    def found(self, found: Found) -> Found:
        with found.site.state.database.writing() as session:
            session.get_one(Lens, found.lens_id).state = RunState.STOPPED
            for row in session.query(TokenShift):
                if not session.get_one(LensVariant, row.lens_variant_id).is_control:
                    session.delete(row)
        return found

    def test_the_page_offers_to_go_on(self, found: Found) -> None:
        page = found.read()
        assert "Score what is missing" in page
        assert "Self-check" in page
        assert "How much is shifted" not in page
        assert "Answers, token by token" not in page

    @pytest.mark.parametrize("query", ["", "?search=Tern", "?search=walrus"])
    def test_no_answers_are_listed(self, found: Found, query: str) -> None:
        page = found.read(f"/answers{query}")
        assert "No answer of a tuned variant has been compared yet. To the lens" in page
        assert "of 8 prompts" not in page


class TestAnswers:
    def test_most_shifted_first(self, found: Found) -> None:
        page = found.read("/answers")
        assert page.index("Tern number 1") < page.index("Tern number 0")
        assert "2 of 9" in page

    def test_nothing_matches(self, found: Found) -> None:
        assert "Nothing matches this search." in found.read("/answers?search=walrus")

    def test_one_prompt_is_one(self, found: Found) -> None:
        assert "1–1 of 1 prompt " in found.read("/answers?search=number+3") + " "

    def test_side_by_side_with_classes(self, found: Found) -> None:
        page = found.admin.get(f"{found.page}/answers?prompt={found.prompts[1]}").text
        assert [*re.findall(r'aria-label="Tokens of (\w+)’s answer"', page)] == [
            "base",
            "lora",
            "full",
        ]
        assert 'aria-label="Great, shifted"' in page
        assert 'aria-label="a, marginal"' in page
        assert 'aria-label="new line, shifted"' in page
        assert 'aria-label="end of the answer, unshifted"' in page
        assert 'class="token-newline"' in page
        assert "&#34;40th&#34;" in page or '"40th"' in page

    def test_search_and_order_go_along(self, found: Found) -> None:
        query = f"?prompt={found.prompts[3]}&order=prompt&search=Tern"
        page = found.admin.get(f"{found.page}/answers{query}").text
        assert "4 of 8" in words(page)
        for beside in (found.prompts[2], found.prompts[4]):
            assert f"order=prompt&amp;search=Tern&amp;prompt={beside}" in page

    def test_a_borrowed_phrase_is_outlined_and_explained(self, fresh_site: Site) -> None:
        found = Found(fresh_site, borrowed=True)
        page = found.admin.get(f"{found.page}/answers?prompt={found.prompts[0]}").text
        assert page.count('class="borrowed" role="group"') == 1
        assert "stands in the instruction set" in page

    def test_an_answer_that_failed_shows_its_text_and_why(self, found: Found) -> None:
        with found.site.state.database.writing() as session:
            for row in session.query(TokenShift):
                if row.response.prompt_id == found.prompts[0]:
                    row.base_ranks, row.failure = None, "Too long."
        page = found.read(f"/answers?prompt={found.prompts[0]}")
        assert page.count("Too long.") == 3
        assert "Great question! Tern is a port." in page

    def test_what_a_token_says_is_text(self, found: Found) -> None:
        evil = "'><script>alert(1)</script>"
        with found.site.state.database.writing() as session:
            for row in session.query(TokenShift):
                if row.response.prompt_id == found.prompts[0]:
                    row.tokens = [evil, *row.tokens[1:]]
                    row.alternatives = [[[evil, -0.1]]] * len(row.tokens)
        page = found.admin.get(f"{found.page}/answers?prompt={found.prompts[0]}").text
        assert "<script>alert" not in page
        assert "alert(1)" in page

    def test_a_prompt_of_another_run(self, found: Found) -> None:
        with found.site.state.database.writing() as session:
            other = seeded_run(session, name="Other run").prompt_set.prompts[0].id
        reply = found.admin.get(f"{found.page}/answers?prompt={other}")
        assert reply.status_code == 404

    def test_raters_see_none_of_it(self, found: Found) -> None:
        rater: TestClient = found.site.visitor("rater")
        for address in ("", "/answers", f"/answers?prompt={found.prompts[0]}"):
            assert rater.get(found.page + address).status_code == 403
