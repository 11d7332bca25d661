"""The methods are filled in from the facts, the exclusions with their numbers."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.exports import write_export
from app.registry.specs import AdapterSpec, SamplingSpec, VariantSpec, WeightsSpec
from app.reports import Report
from app.reports.document import MOST_ROWS, Section, Table, numbered
from app.results import Flag, ResultFilter
from app.studies import SessionSpec, close_study, set_session
from app.tables import (
    Design,
    Invitation,
    Judge,
    QuestionnaireReply,
    RaterKind,
    Study,
    VariantKind,
)
from tests.reports.reading import become, prose, quotations, report_on, section, table
from tests.results.judged_study import judge_all, mixed_judge, opened_study
from tests.results.test_guesses import answer, base_is_seen


def left_out(report: Report) -> dict[str, int]:
    return {rule: int(count) for rule, count in table(report, "What was left out, by rule").rows}


def first_rater(session: Session, study: Study) -> Invitation:
    query = select(Invitation).where(Invitation.study_id == study.id).order_by(Invitation.id)
    return session.scalars(query).first()  # type: ignore[return-value]


class TestExclusions:
    def test_earlier_revisions_are_those_of_exports(
        self, session: Session, study: Study, tmp_path: Path
    ) -> None:
        folder = write_export(session, study, "long-jsonl", tmp_path / "export")
        manifest = json.loads((folder / "manifest.json").read_text())
        expected = {row["rule"]: row["count"] for row in manifest["excluded"]}
        found = left_out(report_on(session, study))
        assert expected["earlier_revisions"] > 0
        assert (
            found["Earlier revisions of judgements that the same rater changed later"]
            == expected["earlier_revisions"]
        )

    def test_raters_who_failed_the_checks(self, session: Session, study: Study) -> None:
        first_rater(session, study).screened_out_at = study.created_at
        report = report_on(session, study)
        assert left_out(report)["Judgements of raters who failed the study’s checks"] == 12
        assert ("Judgements", "24 of 12 items") in report.facts

    def test_what_the_filter_leaves_out(self, session: Session, study: Study) -> None:
        chosen = ResultFilter(categories=("odd",), without=(Flag.REVISED,))
        report = report_on(session, study, chosen)
        count = left_out(report)["Further judgements that the report’s filter leaves out"]
        assert count >= 18  # the half that is even, and what was revised
        words = "only prompts of odd and without judgements that their rater changed later"
        assert ("Filter", words) in report.facts
        assert words in prose(report, "limits")
        assert words in report.notices[-1].text

    def test_cannot_judge(self, session: Session, study: Study) -> None:
        found = left_out(report_on(session, study))
        assert found["Judgements that say “cannot judge” on factuality"] > 0
        assert found["Judgements that say “cannot judge” on style"] > 0


class TestDesign:
    @pytest.mark.parametrize(
        ("design", "words"),
        [
            (
                Design.SIDE_BY_SIDE,
                "showed the answers of all 3 variants to one prompt side by side",
            ),
            (Design.PAIRWISE, "showed two answers to one prompt. 3 pairs were possible."),
        ],
    )
    def test_what_stood_together(self, session: Session, design: Design, words: str) -> None:
        study = opened_study(session, design, prompts=4)
        judge_all(session, study, mixed_judge)
        assert words in prose(report_on(session, study), "methods")

    def test_the_facts_of_the_study(self, session: Session, study: Study) -> None:
        methods = prose(report_on(session, study), "methods")
        for words in (
            "compared 3 variants: base, lora and full",
            "the set “Islands” (12 prompts",
            "12 of them stood in items",
            "By category: even (6) and odd (6).",
            "1 has a system text and 1 has earlier turns",
            "to be judged by 3 raters",
            "study’s seed (7)",
            "recorded elsewhere and imported (from answers.jsonl)",
            "36 judgements of 3 raters, 12.0 each on average, on 12 of 12 items",
        ):
            assert words in methods

    def test_guidance_and_instructions_stand_word_for_word(
        self, session: Session, study: Study
    ) -> None:
        found = quotations(report_on(session, study))
        assert found["Instructions"] == study.instructions
        assert found["Guidance on factuality"] == study.criteria[0].guidance

    def test_imported_judgements_claim_nothing_of_the_showing(
        self, session: Session, study: Study
    ) -> None:
        study.imported = True
        report = report_on(session, study)
        methods = prose(report, "methods")
        assert "made elsewhere and imported" in methods
        assert "browsers" not in methods
        assert "seed (7)" not in methods
        assert "Whether raters were blind" in prose(report, "limits")


class TestLimits:
    def test_few_raters_few_prompts_an_open_study(self, session: Session, study: Study) -> None:
        limits = prose(report_on(session, study), "limits")
        for words in (
            "The study is still open.",
            "3 raters are too few",
            "The 12 prompts judged are of one prompt set, and they are few.",
            "not drawn from a population",
            "is associational",
        ):
            assert words in limits

    def test_a_closed_study_is_not_warned_of(self, session: Session, study: Study) -> None:
        close_study(study)
        report = report_on(session, study)
        assert "still open" not in prose(report, "limits")
        assert not report.notices

    def test_simulated_raters_carry_their_banner(self, session: Session, study: Study) -> None:
        become(session, study, RaterKind.SIMULATED)
        report = report_on(session, study, ResultFilter(kind=RaterKind.SIMULATED))
        assert report.notices[0].title == "Simulated raters: no person judged this."
        assert "No person is counted here." in prose(report, "methods")
        assert prose(report, "limits").startswith("No person judged this.")

    def test_judges_are_named_with_what_they_are(self, session: Session, study: Study) -> None:
        become(session, study, RaterKind.JUDGE)
        invitations = session.scalars(select(Invitation).order_by(Invitation.id)).all()
        judge = Judge(
            study=study,
            name="critic",
            variant=study.variants[0].run_variant.variant,
            wording=1,
            related=["base"],
            drawn_id=invitations[0].account_id,
            reversed_id=invitations[1].account_id,
            provenance={"vllm_version": "0.32.0"},
        )
        session.add(judge)
        session.flush()
        report = report_on(session, study, ResultFilter(kind=RaterKind.JUDGE))
        methods = prose(report, "methods")
        assert report.notices[0].title == "Judge models: no person judged this."
        assert "critic is base (content hash" in methods
        assert "served by vLLM 0.32.0), asked with wording 1; it is of a kind with base" in methods
        assert "once in the reverse order" in methods
        assert "Panickssery" in prose(report, "references")


class TestVariants:
    def test_what_an_engine_served(self, session: Session, study: Study) -> None:
        member = study.variants[0].run_variant
        spec = VariantSpec(
            name="base",
            kind=VariantKind.LORA,
            weights=WeightsSpec(id="/secret/place/harbour", fingerprint="ab" * 32),
            adapter=AdapterSpec(id="owner/adapter", rank=16, alpha=32.0),
            sampling=SamplingSpec(temperature=0.7, stop=("###",)),
        )
        member.variant.spec = spec.model_dump(mode="json")
        member.provenance = {"vllm_version": "0.32.0", "base_revision": "c" * 40}
        session.flush()
        row = table(report_on(session, study), "The variants").rows[0]
        assert row[2] == (
            "harbour (a local folder, fingerprint abababababab), revision cccccccccccc "
            "with the adapter owner/adapter, rank 16, alpha 32"
        )
        assert row[4:6] == ("temperature 0.7, max_tokens 512, stop '###'", "vLLM 0.32.0")

    def test_no_path_of_this_machine_appears(self, session: Session, study: Study) -> None:
        spec = VariantSpec(
            name="x", kind=VariantKind.FULL, weights=WeightsSpec(id="/secret/place/harbour")
        )
        study.variants[0].run_variant.variant.spec = spec.model_dump(mode="json")
        session.flush()
        assert "/secret" not in repr(report_on(session, study))


class TestLength:
    def test_a_long_table_says_what_is_missing(self) -> None:
        rows = tuple((str(number), "1") for number in range(MOST_ROWS + 1))
        [made] = numbered([Section("a", "A", (Table("Long", ("Name", "Count"), rows, "Note."),))])
        [short] = made.blocks
        assert isinstance(short, Table)
        assert short.rows == rows[:-1]
        assert short.note == "Note. The first 60 of 61 rows; exports hold everything."


class TestReferences:
    def test_only_what_the_methods_name_is_listed(self, session: Session, study: Study) -> None:
        found = prose(report_on(session, study), "references")
        assert "Bradley, R. A." in found
        assert "Hesterberg" in found
        assert "Lewis" not in found

    def test_two_variants_are_not_ranked(self, session: Session) -> None:
        study = opened_study(session, variants=("base", "lora"))
        judge_all(session, study, mixed_judge)
        report = report_on(session, study)
        assert "Bradley" not in prose(report, "references") + prose(report, "methods")
        assert not any("strengths" in one.figure.name for one in report.figures)


class TestGuesses:
    def asked(self, session: Session) -> Study:
        """Six raters guess of two items; all recognise the base."""
        study = opened_study(session, prompts=2, raters=6)
        set_session(session, study, SessionSpec(ask_kinds=True), "for a test")
        judge_all(session, study, mixed_judge, raters=6)
        return study

    def test_with_their_methods(self, session: Session) -> None:
        study = self.asked(session)
        answer(session, study, base_is_seen)
        report = report_on(session, study)
        rows = table(report, "What raters took the answers of each kind of variant for").rows
        assert [row[0] for row in rows] == [
            "Not fine-tuned",
            "Tuned with an adapter (LoRA)",
            "Fully fine-tuned",
        ]
        assert rows[0][1].startswith("0.83 (")
        assert rows[0][2:4] == ("12", "6")
        assert rows[0][4].startswith("recognised more often than by chance: 83 % of its answers")
        assert "6 raters were asked of 36 answers" in prose(report, "bias")
        assert "which kind of variant had written each answer" in prose(report, "methods")
        assert "Bang’s index" in prose(report, "methods")
        assert "Bang, H." in prose(report, "references")

    def test_that_nobody_made_yet(self, session: Session) -> None:
        report = report_on(session, self.asked(session))
        assert "Nobody has said yet which answer" in prose(report, "bias")
        assert "Bang" not in prose(report, "methods") + prose(report, "references")

    def test_that_were_not_asked_for(self, session: Session, study: Study) -> None:
        report = report_on(session, study)
        assert "not asked which answer came from which kind" in prose(report, "bias")


class TestPeople:
    def test_no_name_and_no_note_appears(self, session: Session) -> None:
        study = opened_study(session, prompts=4)
        names = judge_all(session, study, mixed_judge)
        reply = {"told_apart": "yes"}
        session.add(
            QuestionnaireReply(
                invitation_id=first_rater(session, study).id,
                part="after",
                answers=reply,
                note="my secret note",
            )
        )
        session.flush()
        report = report_on(session, study)
        everything = repr(report)
        assert "1 rater said yes" in prose(report, "bias")
        assert not [words for words in (*names, "my secret note") if words in everything]
        assert "rater-1" in everything


class TestNothingToReport:
    def test_before_the_first_judgement(self, session: Session) -> None:
        with pytest.raises(Conflict, match="No judgements of people") as raised:
            report_on(session, opened_study(session, prompts=2))
        assert "Invite raters" in (raised.value.hint or "")

    def test_where_others_judged(self, session: Session, study: Study) -> None:
        become(session, study, RaterKind.SIMULATED)
        with pytest.raises(Conflict, match="No judgements of people") as raised:
            report_on(session, study)
        assert "--kind simulated" in (raised.value.hint or "")

    def test_where_the_filter_leaves_nothing(self, session: Session, study: Study) -> None:
        with pytest.raises(Conflict, match="All 36 judgements of Islands are left out") as raised:
            report_on(session, study, ResultFilter(raters=("rater-9",)))
        assert "rater-1, rater-2, rater-3" in (raised.value.hint or "")


def test_sections_without_anything_to_say_are_left_out(session: Session, study: Study) -> None:
    keys = [one.key for one in report_on(session, study).sections]
    assert "marks" not in keys
    assert section(report_on(session, study), "limits").blocks
