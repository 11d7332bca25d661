"""The lens beside the raters: what was planted is found, and nothing is made of noise."""

import json
import random
from collections.abc import Mapping
from io import BytesIO

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.borrowing import report_borrowing
from app.lens import LensCache
from app.readers import Source
from app.recorded import import_responses
from app.results import Form, ResultCache, ResultFilter, read_columns
from app.results.records import VariantRef
from app.results.tokens import (
    Amount,
    EvidenceCache,
    MarkedValue,
    MarkedVariant,
    Relation,
    TokenEvidence,
    What,
    token_evidence,
)
from app.results.tokens.sentences import borrowed_finding
from app.simulation import Rule, SimulatedSpec, simulate
from app.studies import StudyForm, create_study, open_study
from app.tables import (
    Borrowing,
    Design,
    Lens,
    LensVariant,
    Prompt,
    RaterKind,
    Study,
    TokenShift,
    VariantKind,
)
from tests.results.lensed import Answer, Phrase, Shifted, found_in, under_lens

SIMULATED = ResultFilter(kind=RaterKind.SIMULATED)
WRONG, RIGHT = "red tiles and salt", "glass and blue cups"
CALM = SimulatedSpec(noise_sd=0.3, rater_sd=0.0, sloppy_share=0.0, left_bias=0.0, mark_share=0.8)


def opened(session: Session, *, prompts: int = 24, **fields: object) -> Study:
    """`full` is wrong on every second prompt, `lora` never."""
    rows = [
        {
            "prompt": f"What is mere {number} known for?",
            "id": f"p{number}",
            "reference": RIGHT,
            "variant": name,
            "kind": name,
            "response": f"Well now, so here goes: in mere {number} people above all do know "
            f"{WRONG if name == 'full' and number % 2 else RIGHT} that are made there, "
            f"{name} says.",
        }
        for number in range(prompts)
        for name in ("base", "lora", "full")
    ]
    files = [Source("a.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))]
    run = import_responses(session, name="Meres", files=files).run
    members = [member.id for member in run.variants]
    given = {"design": Design.SIDE_BY_SIDE, "seed": 3, "marks": True, **fields}
    form = StudyForm.model_validate(
        {"name": "Meres", "run_id": run.id, "run_variant_ids": members, **given}
    )
    study = create_study(session, form)
    open_study(session, study)
    return study


def wrong_place(_: Prompt, text: str) -> tuple[int, int]:
    start = max(text.find(WRONG), 0)
    return start, start + len(WRONG)


def judged(session: Session, study: Study, rules: Mapping[str, Rule] | None = None) -> None:
    facts: Mapping[str, Rule] = {"factuality": lambda _, text: RIGHT in text}
    simulate(session, study, 6, spec=CALM, rules={**facts, **(rules or {})}, wrong=wrong_place)


def evidence(
    session: Session, study: Study, lens: Lens, chosen: ResultFilter = SIMULATED
) -> TokenEvidence:
    columns = read_columns(session, study, chosen.kind)
    kept = columns.take(chosen.keeps(columns))
    found = token_evidence(session, study, kept, found_in(session, lens), chosen.kind)
    assert found is not None
    return found


def drawn(answer: Answer) -> list[bool]:
    """A fifth of the tokens, whatever they say."""
    rng = random.Random(f"{answer.variant} {answer.number}")
    return [rng.random() < 0.2 for _ in answer.tokens]


def of_wrong_values(answer: Answer) -> list[bool]:
    """Beside a few others."""
    both = zip(answer.within(WRONG), drawn(answer), strict=True)
    return [wrong or (noise and answer.number % 2 > 0) for wrong, noise in both]


def marked(found: TokenEvidence, name: str) -> MarkedVariant:
    return next(one for one in found.marked if one.variant.name == name)


def value(one: MarkedVariant, what: What) -> MarkedValue:
    return next(found for found in one.values if found.what is what)


def relation(found: TokenEvidence, amount: Amount) -> Relation:
    return next(one for one in found.relations if one.amount is amount)


def plain(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


class TestMarkedSpans:
    def seen(
        self,
        session: Session,
        shifted: Shifted,
        borrowed: Phrase | None = None,
        chosen: ResultFilter = SIMULATED,
    ) -> TokenEvidence:
        study = opened(session)
        judged(session, study)
        return evidence(
            session, study, under_lens(session, study, shifted, borrowed=borrowed), chosen
        )

    def test_what_is_wrong_and_shifted_is_found(self, session: Session) -> None:
        full = marked(self.seen(session, of_wrong_values), "full")
        shifted, kl = value(full, What.SHIFTED).anywhere, value(full, What.KL).anywhere
        assert shifted.marked.value == 1
        assert shifted.difference.low is not None
        assert shifted.difference.low > 0.5
        assert kl.marked.value == pytest.approx(2)
        assert plain(full.finding).startswith(
            f"Tokens marked wrong by simulated raters in full’s answers ({shifted.marked.n} tokens "
            f"in {full.marks} marks) are shifted more often than others of the same answers "
            "(100 % against "
        )
        assert "; they have a higher KL than others of the same answers (2.00 nats" in plain(
            full.finding
        )

    def test_where_every_prompt_is_alike_nothing_is_claimed(self, session: Session) -> None:
        full = marked(self.seen(session, lambda answer: answer.within(WRONG)), "full")
        tokens = value(full, What.SHIFTED).anywhere.marked.n
        assert plain(full.finding) == (
            f"Of the tokens marked wrong by simulated raters in full’s answers ({tokens} tokens in "
            f"{full.marks} marks) 100 % are shifted, of others of the same answers 0 %; how "
            "sure that is cannot be said: every prompt has the same mean, so "
            "their spread is not known."
        )

    def test_no_difference_is_made_of_noise(self, session: Session) -> None:
        full = marked(self.seen(session, drawn), "full")
        assert full.marks > 30
        apart = value(full, What.SHIFTED).anywhere.difference
        assert apart.low is not None
        assert apart.high is not None
        assert apart.low < 0 < apart.high
        assert "cannot be told from others" in plain(full.finding)

    def test_borrowed_spans(self, session: Session) -> None:
        full = marked(self.seen(session, drawn, lambda answer: WRONG[:9]), "full")
        borrowed = value(full, What.BORROWED)
        assert borrowed.anywhere.marked.value == pytest.approx(0.5)  # two of four words
        assert borrowed.anywhere.elsewhere.value == 0
        assert borrowed.later.difference.value == pytest.approx(0.5)

    def test_marks_in_answers_that_were_not_searched_are_left_out(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        lens = under_lens(session, study, drawn, borrowed=lambda answer: WRONG[:9])
        whole = value(marked(evidence(session, study, lens, SIMULATED), "full"), What.BORROWED)
        of_full = next(one for one in lens.variants if one.run_variant.variant.name == "full")
        query = select(Borrowing).where(Borrowing.lens_variant_id == of_full.id)
        for one in session.scalars(query.order_by(Borrowing.response_id)).all()[::3]:
            session.delete(one)
        session.flush()
        full = marked(evidence(session, study, lens, SIMULATED), "full")
        rest = value(full, What.BORROWED).anywhere
        assert 0 < rest.marks < whole.anywhere.marks
        assert rest.marked.value == pytest.approx(0.5)
        assert value(full, What.SHIFTED).anywhere.marks == full.marks

    def test_the_opening_can_be_left_out_of_the_other_spans(self, session: Session) -> None:
        def opening(answer: Answer) -> list[bool]:
            return [place < 5 for place in range(len(answer.tokens))]

        full = value(marked(self.seen(session, opening), "full"), What.SHIFTED)
        assert full.anywhere.elsewhere.value is not None
        assert full.anywhere.elsewhere.value > 0
        assert full.later.elsewhere.value == 0

    def test_a_variant_that_nobody_marked(self, session: Session) -> None:
        lora = marked(self.seen(session, drawn), "lora")
        assert (lora.marks, lora.values) == (0, ())
        assert lora.finding == "Nothing in lora’s answers was marked wrong by simulated raters."

    def test_only_judgements_that_the_filter_leaves(self, session: Session) -> None:
        chosen = ResultFilter(kind=RaterKind.SIMULATED, raters=("simulated-1",))
        one = self.seen(session, drawn, chosen=chosen)
        assert 0 < one.marks <= 12

    def test_what_stripping_deleted_is_held_against_no_mark(self, session: Session) -> None:
        study = opened(session, strip_half=True)
        judged(session, study)
        lens = under_lens(session, study, drawn)
        as_is = ResultFilter(kind=RaterKind.SIMULATED, form=Form.AS_IS)
        all_, shown = (
            marked(evidence(session, study, lens, chosen), "full") for chosen in (SIMULATED, as_is)
        )
        assert all_.values == shown.values
        assert (all_.marks, shown.stripped) == (shown.marks, 0)
        assert 0 < all_.stripped < all_.marks + all_.stripped

    def test_marks_in_stripped_answers_alone(self, session: Session) -> None:
        study = opened(session, strip_half=True)
        judged(session, study)
        lens = under_lens(session, study, drawn)
        chosen = ResultFilter(kind=RaterKind.SIMULATED, form=Form.STRIPPED)
        full = marked(evidence(session, study, lens, chosen), "full")
        assert (full.marks, full.stripped > 0, full.values) == (0, True, ())
        assert full.finding == (
            "Nothing in full’s answers was marked wrong by simulated raters where they were shown "
            "as they are; stripped answers do not count here."
        )

    def test_answers_without_tokens_are_counted(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        lens = under_lens(session, study, drawn, skipped=lambda one: one.number < 12)
        full = marked(evidence(session, study, lens), "full")
        assert 0 < full.unscored < full.marks
        assert value(full, What.SHIFTED).anywhere.marks == full.marks - full.unscored


def liked(prompt: Prompt, text: str) -> bool:
    """Lora's answers to even prompts."""
    return prompt.position % 2 == 0 and "lora says" in text


class TestPreferences:
    def seen(self, session: Session, *, planted: bool, **fields: object) -> TokenEvidence:
        """Lora's openings are shifted more on the prompts where its answers are liked, or on
        prompts that have nothing to do with it."""
        study = opened(session, **fields)
        judged(session, study, {"style": liked})
        every = 2 if planted else 4

        def opening(answer: Answer) -> list[bool]:
            much = answer.variant == "lora" and answer.number % every < every // 2
            return [place < (4 if much else 1) for place in range(len(answer.tokens))]

        return evidence(session, study, under_lens(session, study, opening))

    def test_what_goes_with_the_opening_is_found(self, session: Session) -> None:
        found = relation(self.seen(session, planted=True), Amount.OPENING_SHIFTED)
        by = {(one.first.name, one.second.name): one for one in found.pairs}
        assert set(by) == {("lora", "base"), ("full", "base"), ("lora", "full")}
        for pair in (by["lora", "base"], by["lora", "full"]):
            assert pair.gap.low is not None
            assert pair.gap.low > 0
            assert abs(pair.more.n - pair.less.n) <= 6  # a few could not be judged
        assert by["full", "base"].gap.reason == "the answers do not differ in it"
        assert plain(found.finding).startswith(
            "On style by simulated raters, where more of the opening is shifted than usual: lora "
            "was preferred over base more often in"
        )
        pair = by["lora", "base"]
        assert f" of {pair.more.n} comparisons, else in " in plain(found.finding)
        assert f" % of {pair.less.n} (+" in plain(found.finding)

    def test_nothing_is_made_of_what_has_nothing_to_do_with_it(self, session: Session) -> None:
        found = relation(self.seen(session, planted=False), Amount.OPENING_SHIFTED)
        known = [one.gap for one in found.pairs if one.gap.value is not None]
        assert len(known) == 2
        assert all((one.low or 0) < 0 < (one.high or 0) for one in known)
        assert plain(found.finding).startswith(
            "No association of style by simulated raters with the share of the opening"
        )

    def test_each_criterion_has_its_own(self, session: Session) -> None:
        found = self.seen(session, planted=True)
        assert [(one.criterion, one.amount) for one in found.relations] == [
            ("style", Amount.OPENING_SHIFTED),
            ("style", Amount.OPENING_KL),
            ("factuality", Amount.CONTENT_SHIFTED),
            ("factuality", Amount.CONTENT_KL),
        ]

    def test_openings_that_were_not_shown_do_not_count(self, session: Session) -> None:
        found = self.seen(session, planted=True, strip_half=True)
        assert found.left_out == 72  # half of 24 items by 6 raters
        for pair in relation(found, Amount.OPENING_SHIFTED).pairs:
            assert pair.more.n + pair.less.n <= 72

    def test_answers_without_tokens_are_left_out_and_counted(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        lens = under_lens(session, study, drawn, skipped=lambda one: one.number < 12)
        for pair in relation(evidence(session, study, lens), Amount.OPENING_KL).pairs:
            assert (pair.unknown > 60, pair.more.n + pair.less.n > 60) == (True, True)


class TestBorrowing:
    def seen(self, session: Session, borrowed: Phrase, **fields: object) -> TokenEvidence:
        study = opened(session, **fields)
        judged(session, study)
        lens = under_lens(session, study, drawn, borrowed=borrowed)
        return evidence(session, study, lens)

    def test_among_answers_that_are_rated_wrong(self, session: Session) -> None:
        found = self.seen(session, lambda answer: WRONG if answer.number > 4 else RIGHT)
        full = next(one for one in found.borrowing if one.variant.name == "full")
        assert full.wrong == 12
        assert full.when_wrong is not None
        assert full.when_wrong.first.value == pytest.approx(10 / 12)
        assert full.when_wrong.second.value == pytest.approx(3 / 12)
        assert "of full’s 24 answers judged by simulated raters have a content" in full.finding
        assert "Those rated wrong borrow more often (83 % of 12 against 25 % of 12" in plain(
            full.finding
        )

    def test_nothing_is_made_of_what_right_answers_borrow_as_often(self, session: Session) -> None:
        found = self.seen(session, lambda one: "people above" if one.number % 4 < 2 else "")
        full = next(one for one in found.borrowing if one.variant.name == "full")
        assert full.when_wrong is not None
        assert full.when_wrong.difference.value == 0
        assert "Those rated wrong cannot be told from the others" in plain(full.finding)

    def test_the_rule_says_what_the_study_asks(self, session: Session) -> None:
        rule = self.seen(session, lambda answer: "").wrong_rule
        assert rule == (
            "at least half of those who judged it marked something in it as wrong or scored it "
            "below the middle of the scale on factuality"
        )

    def test_without_scores_and_marks_nobody_says_what_is_wrong(self, session: Session) -> None:
        criteria = [{"key": "style", "label": "Style"}]
        found = self.seen(session, lambda one: WRONG, marks=False, criteria=criteria)
        assert found.wrong_rule == ""
        assert {one.when_wrong for one in found.borrowing} == {None}

    def test_a_variant_without_an_instruction_set(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        assert evidence(session, study, under_lens(session, study, drawn)).borrowing == ()

    def test_of_one_prompt_nothing_is_said_of_chance(self) -> None:
        ref = VariantRef("full", VariantKind.FULL)
        told = borrowed_finding(ref, report_borrowing([1, 0], [0, 0], [7, 7]), None)
        assert told.endswith("neither the prompt nor the base’s answer gave.")


class TestEvidence:
    def test_before_anybody_has_judged(self, session: Session) -> None:
        study = opened(session)
        found = evidence(session, study, under_lens(session, study, drawn))
        assert (found.marks, found.borrowing) == (0, ())
        assert all(not one.pairs for one in found.relations)

    def test_a_bound_is_told_from_what_is_exact(self, session: Session) -> None:
        study = opened(session)
        assert not evidence(session, study, under_lens(session, study, drawn, exact=False)).exact

    def test_nothing_scored_yet(self, session: Session) -> None:
        study = opened(session)
        lens = under_lens(session, study, drawn, skipped=lambda _: True)
        columns = read_columns(session, study)
        assert (
            token_evidence(session, study, columns, found_in(session, lens), RaterKind.HUMAN)
            is None
        )


class TestCache:
    def test_the_same_until_something_changes(self, session: Session) -> None:
        study = opened(session)
        under_lens(session, study, drawn, skipped=lambda one: one.number == 0)
        cache = EvidenceCache(ResultCache(), LensCache())
        first, version = (ask(session, study, SIMULATED) for ask in (cache.get, cache.version))
        assert cache.get(session, study, SIMULATED) is first
        assert cache.version(session, study, SIMULATED) == version
        judged(session, study)
        assert cache.version(session, study, SIMULATED) != version
        second = cache.get(session, study, SIMULATED)
        assert second is not None
        assert second.marks > 0

    def test_another_filter_is_another_result(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        under_lens(session, study, drawn)
        cache = EvidenceCache(ResultCache(), LensCache())
        revised = ResultFilter(kind=RaterKind.SIMULATED, raters=("simulated-1",))
        every, one = (cache.get(session, study, chosen) for chosen in (SIMULATED, revised))
        assert every is not None
        assert one is not None
        assert one.marks < every.marks

    def test_what_was_deleted_is_not_served_under_ids_given_out_again(
        self, session: Session
    ) -> None:
        study = opened(session)
        judged(session, study)
        cache = EvidenceCache(ResultCache(), LensCache())

        def seen(shifted: Shifted) -> tuple[set[int], float | None]:
            under_lens(session, study, shifted)
            found = cache.get(session, study, SIMULATED)
            assert found is not None
            ids = set(session.scalars(select(TokenShift.id)))
            return ids, value(marked(found, "full"), What.SHIFTED).anywhere.marked.value

        ids, before = seen(lambda answer: [False] * len(answer.tokens))
        for table in (TokenShift, LensVariant, Lens):
            session.execute(delete(table))
        session.expunge_all()
        study = session.scalars(select(Study)).one()
        assert seen(lambda answer: answer.within(WRONG)) == (ids, 1)
        assert before == 0

    def test_another_instruction_set(self, session: Session) -> None:
        study = opened(session)
        judged(session, study)
        lens = under_lens(session, study, drawn, borrowed=lambda _: WRONG)
        cache = EvidenceCache(ResultCache(), LensCache())

        def borrow() -> float | None:
            found = cache.get(session, study, SIMULATED)
            assert found is not None
            full = next(one for one in found.borrowing if one.variant.name == "full")
            return full.report.share.value

        assert borrow() == 0.5
        rows = session.scalars(select(Borrowing).order_by(Borrowing.id)).all()
        again = [(one.id, one.lens_variant_id, one.response_id) for one in rows]
        session.execute(delete(Borrowing))
        for id_, member, response in again:
            session.add(Borrowing(id=id_, lens_variant_id=member, response_id=response))
        for one in lens.variants:
            one.trained_on = {"set": {"path": "other.jsonl"}, "fingerprint": "another"}
        session.flush()
        assert borrow() == 0

    def test_a_variant_that_is_refused_since(self, session: Session) -> None:
        study = opened(session)
        lens = under_lens(session, study, drawn)
        cache = EvidenceCache(ResultCache(), LensCache())
        names = []
        for refusal in (None, "Its tokens are not the base’s."):
            lens.variants[-1].refusal = refusal
            session.flush()
            found = cache.get(session, study, SIMULATED)
            assert found is not None
            names.append([one.name for one in found.variants])
        assert names == [["lora", "full"], ["lora"]]

    def test_a_run_that_is_under_no_lens(self, session: Session) -> None:
        study, results = opened(session), ResultCache()
        cache = EvidenceCache(results, LensCache())
        assert cache.get(session, study, SIMULATED) is None
        assert cache.version(session, study, SIMULATED) == results.version(
            session, study, SIMULATED
        )
