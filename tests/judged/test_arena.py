"""Arena battles: who won, what was shown, and every slip with its line."""

import io
import json
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exports.comparisons import Side, compare
from app.results import read_records, study_result
from app.tables import (
    Account,
    Design,
    Invitation,
    Judgement,
    Outcome,
    Prompt,
    RaterKind,
    Response,
    StudyState,
    VariantKind,
)
from tests.judged.conftest import import_into, problems


def talk(prompt: str, answer: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]


def battle(number: int, winner: str, judge: str = "ann", **other: Any) -> dict[str, Any]:
    return {
        "question_id": f"q{number}",
        "model_a": "base",
        "model_b": "mistral-7b",
        "winner": winner,
        "judge": judge,
        "conversation_a": talk(f"Question {number}?", f"base says {number}"),
        "conversation_b": talk(f"Question {number}?", f"mistral says {number}"),
        "tstamp": 1700000000.0 + number,
        **other,
    }


def lines(*rows: dict[str, Any]) -> dict[str, bytes | str]:
    return {"battles.jsonl": "\n".join(map(json.dumps, rows))}


WINNERS = [
    ("model_a", Outcome.RANKED, (1, 2)),
    ("model_b", Outcome.RANKED, (2, 1)),
    ("tie", Outcome.RANKED, (1, 1)),
    ("tie (bothbad)", Outcome.TIE_BAD, (1, 1)),
    ("Both_Bad", Outcome.TIE_BAD, (1, 1)),
]


@pytest.mark.parametrize(("winner", "outcome", "ranks"), WINNERS)
def test_a_winner(session: Session, winner: str, outcome: Outcome, ranks: tuple[int, int]) -> None:
    study = import_into(session, lines(battle(1, winner))).study
    [judgement] = read_records(session, study).judgements
    [verdict] = judgement.verdicts
    assert (verdict.criterion, verdict.outcome, verdict.ranks) == ("preference", outcome, ranks)
    assert verdict.scores == (None, None)


class TestWhatIsMade:
    def test_a_closed_study_of_pairs(self, session: Session) -> None:
        report = import_into(session, lines(battle(1, "tie"), battle(2, "model_a", "bob")))
        study = report.study
        assert (study.state, study.design, study.imported) == (
            StudyState.CLOSED,
            Design.PAIRWISE,
            True,
        )
        assert (study.run.imported, study.run.prompt_set.name) == (True, "Old study")
        assert (report.judgements, report.items, report.raters, report.variants) == (2, 2, 2, 2)
        assert (report.ignored, report.columns, report.notes) == ((), (), ())
        assert study.opened_at is not None
        assert study.opened_at.timestamp() == 1700000001.0

    def test_variants_prompts_and_answers(self, session: Session) -> None:
        study = import_into(session, lines(battle(1, "tie"), battle(2, "model_b"))).study
        found = [(v.run_variant.variant.name, v.run_variant.variant.kind) for v in study.variants]
        assert found == [("base", VariantKind.BASE), ("mistral-7b", VariantKind.OTHER)]
        prompts = session.scalars(select(Prompt).order_by(Prompt.position)).all()
        assert [(p.key, p.text) for p in prompts] == [("q1", "Question 1?"), ("q2", "Question 2?")]
        texts = set(session.scalars(select(Response.text)))
        assert texts == {f"{who} says {n}" for who in ("base", "mistral") for n in (1, 2)}

    def test_left_is_slot_1(self, session: Session) -> None:
        swapped = battle(1, "model_b", model_a="mistral-7b", model_b="base")
        study = import_into(session, lines(swapped)).study
        records = read_records(session, study)
        [comparison] = compare(records.judgements)
        assert [ref.name for ref in records.variants] == ["base", "mistral-7b"]
        assert (comparison.first_slot, comparison.second_slot) == (2, 1)
        assert comparison.side is Side.WIN

    def test_raters_have_pseudonyms_and_no_way_in(self, session: Session) -> None:
        import_into(session, lines(battle(1, "tie", "b@x.org"), battle(2, "tie", "a@x.org")))
        accounts = session.scalars(select(Account)).all()
        assert all(a.name.startswith("rater ") and a.disabled_at for a in accounts)
        invitations = session.scalars(select(Invitation).order_by(Invitation.id)).all()
        assert [i.external_id for i in invitations] == ["a@x.org", "b@x.org"]
        assert all(invitation.revoked_at for invitation in invitations)

    def test_the_same_raters_again_under_another_name(self, session: Session) -> None:
        import_into(session, lines(battle(1, "tie")))
        assert import_into(session, lines(battle(1, "tie")), name="Another").judgements == 1


class TestKindsOfRaters:
    """Published files have judge models beside people."""

    def test_a_judge_model_is_not_counted_with_people(self, session: Session) -> None:
        rows = battle(1, "model_a"), battle(1, "model_b", "gpt-4", rater_kind="Judge")
        report = import_into(session, lines(*rows))
        kinds = session.scalars(select(Account.rater_kind).order_by(Account.id)).all()
        assert kinds == [RaterKind.HUMAN, RaterKind.JUDGE]
        assert len(read_records(session, report.study).judgements) == 1
        assert (report.judgements, report.raters, report.study.ratings_per_item) == (2, 2, 1)
        assert "1 of the raters are no people but of kind judge" in report.notes[0]

    def test_nobody_is_of_two_kinds(self, session: Session) -> None:
        rows = battle(1, "tie"), battle(2, "tie", rater_kind="judge")
        [problem] = problems(session, lines(*rows))
        assert problem.startswith("battles.jsonl:2:")
        assert "'ann' is of kind judge here, and was of kind human before." in problem

    def test_a_judge_model_has_a_name(self, session: Session) -> None:
        [problem] = problems(session, lines(battle(1, "tie", judge="", rater_kind="judge")))
        assert "a rater of kind judge has no name" in problem

    def test_no_other_kinds(self, session: Session) -> None:
        [problem] = problems(session, lines(battle(1, "tie", rater_kind="cat")))
        assert "'rater_kind' must be human, judge, simulated, not 'cat'." in problem


class TestRevisions:
    def test_the_later_one_counts(self, session: Session) -> None:
        rows = battle(1, "model_a", tstamp=20), battle(1, "model_b", tstamp=30)
        report = import_into(session, lines(*rows))
        assert (report.judgements, report.superseded) == (1, 1)
        records = read_records(session, report.study)
        [judgement] = records.judgements
        assert (judgement.revision, judgement.verdicts[0].ranks) == (2, (2, 1))
        assert records.superseded == 1

    def test_the_order_of_the_file_does_not_matter(self, session: Session) -> None:
        rows = battle(1, "model_b", tstamp=30), battle(1, "model_a", tstamp=20)
        report = import_into(session, lines(*rows))
        [judgement] = read_records(session, report.study).judgements
        assert judgement.verdicts[0].ranks == (2, 1)

    def test_sides_may_be_swapped(self, session: Session) -> None:
        first = battle(1, "model_a", tstamp=20)
        again = first | {
            "model_a": "mistral-7b",
            "model_b": "base",
            "conversation_a": first["conversation_b"],
            "conversation_b": first["conversation_a"],
            "tstamp": 30,
        }
        import_into(session, lines(first, again))
        said = session.scalars(select(Judgement).order_by(Judgement.revision)).all()
        ranks = [[(s.slot.number, s.rank) for s in j.verdicts[0].slots] for j in said]
        # Slot 1 is the last revision's left: first base, in slot 2, had won.
        assert ranks == [[(1, 2), (2, 1)], [(1, 1), (2, 2)]]

    @pytest.mark.parametrize("times", [{}, {"tstamp": 20}])
    def test_without_an_order_they_are_refused(
        self, session: Session, times: dict[str, int]
    ) -> None:
        plain = {k: v for k, v in battle(1, "model_a").items() if k != "tstamp"} | times
        [said] = problems(session, lines(plain, plain))
        assert "battles.jsonl:2" in said
        assert "judged the same item at battles.jsonl:1 already" in said


class TestWhatIsLacking:
    def test_no_answers_no_prompts_no_judges(self, session: Session) -> None:
        rows = "model_a,model_b,winner\nx,y,model_a\nx,y,tie\ny,x,model_a\n"
        report = import_into(session, {"b.csv": rows})
        assert (report.judgements, report.items, report.raters) == (3, 3, 1)
        notes = " ".join(report.notes)
        assert "6 of 6 answers have no text" in notes
        assert "3 judgements do not say who judged" in notes
        assert "3 judgements have no time" in notes
        assert "does not have its text" in session.scalars(select(Prompt.text)).all()[0]
        [criterion] = study_result(session, report.study).criteria
        [pair] = criterion.pairs
        assert (pair.wins, pair.losses, pair.ties) == (1, 1, 1)

    def test_unknown_judges_of_one_item_are_several(self, session: Session) -> None:
        rows = "question_id,model_a,model_b,winner\n1,x,y,model_a\n1,y,x,model_a\n2,x,y,tie\n"
        report = import_into(session, {"b.csv": rows})
        assert (report.judgements, report.items, report.raters) == (3, 2, 2)

    def test_an_empty_answer_is_one(self, session: Session) -> None:
        rows = battle(1, "tie", conversation_a=talk("Question 1?", ""))
        assert not import_into(session, lines(rows)).notes

    def test_a_variant_against_itself_is_left_out(self, session: Session) -> None:
        report = import_into(session, lines(battle(1, "tie"), battle(2, "tie", model_b="base")))
        assert report.ignored == (("battles of a variant against itself", 1),)
        assert report.judgements == 1

    def test_nothing_left(self, session: Session) -> None:
        [said] = problems(session, lines(battle(1, "tie", model_b="base")))
        assert "no judgement that can be used" in said
        assert "1 battles of a variant against itself" in said


class TestOtherColumns:
    def test_columns_that_are_not_used_are_named(self, session: Session) -> None:
        report = import_into(session, lines(battle(1, "tie", language="English", anony=True)))
        assert report.columns == ("language", "anony")

    def test_left_and_right(self, session: Session) -> None:
        report = import_into(session, {"e.csv": "left,right,winner\nx,y,left\nx,y,right\n"})
        assert [r.verdicts[0].ranks for r in read_records(session, report.study).judgements] == [
            (1, 2),
            (2, 1),
        ]

    def test_a_column_for_each_winner(self, session: Session) -> None:
        rows = (
            "id,model_a,model_b,prompt,response_a,response_b,"
            "winner_model_a,winner_model_b,winner_tie\n"
            "7,x,y,Why?,A,B,0,1,0\n"
        )
        report = import_into(session, {"k.csv": rows})
        [judgement] = read_records(session, report.study).judgements
        assert (judgement.prompt, judgement.verdicts[0].ranks) == ("7", (2, 1))
        assert set(session.scalars(select(Response.text))) == {"A", "B"}

    def test_kinds_and_categories(self, session: Session) -> None:
        row = battle(1, "tie", kind_a="lora", kind_b="full", category="geography")
        study = import_into(session, lines(row)).study
        kinds = {v.run_variant.variant.kind for v in study.variants}
        assert kinds == {VariantKind.LORA, VariantKind.FULL}
        assert read_records(session, study).judgements[0].category == "geography"

    def test_turns_are_items_of_their_own(self, session: Session) -> None:
        report = import_into(session, lines(battle(1, "tie", turn=1), battle(1, "tie", turn=2)))
        assert (report.items, report.judgements, report.superseded) == (2, 2, 0)

    def test_several_turns_are_one_answer(self, session: Session) -> None:
        long = [*talk("Question 1?", "Yes."), *talk("Sure?", "No.")]
        import_into(session, lines(battle(1, "tie", conversation_a=long)))
        said = "Assistant: Yes.\n\nUser: Sure?\n\nAssistant: No."
        assert said in session.scalars(select(Response.text)).all()


SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"winner": "model_c"}, "the winner is 'model_c'"),
    ({"winner": None}, "the winner is missing"),
    ({"winner": ["model_a"]}, "the winner is missing or not text"),
    ({"model_a": ""}, "'model_a' does not name a variant"),
    ({"model_a": "x" * 101}, "a variant's name has 101 characters"),
    ({"model_b": {"name": "x"}}, "'model_b' must be text"),
    ({"conversation_b": talk("Other?", "x")}, "different prompts"),
    ({"conversation_b": "nothing"}, "'conversation_b' is not JSON"),
    ({"conversation_b": [{"role": "user", "content": "x"}]}, "must begin with the user"),
    ({"tstamp": "yesterday"}, "'tstamp' is not a time"),
    ({"tstamp": 1e300}, "'tstamp' is not a time"),
    ({"kind_a": "chat"}, "'kind_a' must be base, lora, full or other"),
    ({"comment": 3}, "the comment must be text"),
    ({"judge": "x\0"}, "NUL"),
]


@pytest.mark.parametrize(("slip", "said"), SLIPS)
def test_a_slip_is_named_with_its_line(session: Session, slip: dict[str, Any], said: str) -> None:
    found = problems(session, lines(battle(1, "tie"), battle(2, "tie") | slip))
    assert len(found) == 1
    assert found[0].startswith("battles.jsonl:2: ")
    assert said in found[0]


def test_the_same_id_for_two_prompts(session: Session) -> None:
    other = battle(2, "tie", question_id="q1", judge="bob")
    [said] = problems(session, lines(battle(1, "tie"), other))
    assert "the prompt 'q1' has another text than before" in said


def test_every_bad_line_is_listed_and_nothing_is_imported(session: Session) -> None:
    bad = [battle(n, "nobody") for n in range(60)]
    found = problems(session, lines(battle(99, "tie"), *bad))
    assert len(found) == 51
    assert "and 10 more problems" in found[-1]
    assert session.scalars(select(Prompt)).all() == []


def test_parquet_as_data_sets_have_it(session: Session) -> None:
    rows = [battle(1, "model_a"), battle(2, "tie (bothbad)", judge=None)]
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), buffer)
    report = import_into(session, {"train.parquet": buffer.getvalue()})
    assert (report.judgements, report.raters) == (2, 2)
    assert set(session.scalars(select(Response.text))) >= {"base says 1", "mistral says 2"}
