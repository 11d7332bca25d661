"""The long table: what is read of it, and what is wrong with it."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.results import read_records
from app.tables import Account, Outcome, RaterKind, Scale, Verdict
from tests.judged.conftest import import_into, problems


def row(**own: Any) -> dict[str, Any]:
    return {
        "study": "Islands",
        "item": 1,
        "prompt_id": "p1",
        "criterion": "factuality",
        "kind": "preference",
        "variants": ["lora", "base"],
        "response_ids": [11, 12],
        "slot": None,
        "value": "ranked",
        "ranks": [1, 2],
        "rater": "rater-1",
        "submitted_at": "2026-03-01T12:00:00+00:00",
        "revision": 1,
        **own,
    }


def score(slot: int, value: Any, **own: Any) -> dict[str, Any]:
    return row(kind="score", slot=slot, value=str(value), ranks=None, **own)


def table(*rows: dict[str, Any]) -> dict[str, bytes | str]:
    return {"judgements.jsonl": "\n".join(map(json.dumps, rows))}


def test_scores_ranks_and_comments_are_one_judgement(session: Session) -> None:
    said = row(kind="comment", criterion=None, value="fine", ranks=None)
    report = import_into(session, table(row(), score(1, 4), score(2, 5), said))
    [judgement] = read_records(session, report.study).judgements
    assert judgement.comment == "fine"
    [verdict] = judgement.verdicts
    assert (verdict.outcome, verdict.ranks, verdict.scores) == (Outcome.RANKED, (1, 2), (4, 5))


@pytest.mark.parametrize(
    ("scores", "scale", "points"),
    [
        ((2, 3), Scale.LIKERT, 5),
        ((2, 7), Scale.LIKERT, 7),
        ((0, 60), Scale.SLIDER, 5),
        ((1, 10), Scale.SLIDER, 5),
    ],
)
def test_the_scale_follows_from_the_scores(
    session: Session, scores: tuple[int, int], scale: Scale, points: int
) -> None:
    rows = [score(slot, value) for slot, value in enumerate(scores, start=1)]
    [criterion] = import_into(session, table(*rows)).study.criteria
    assert (criterion.scale, criterion.points) == (scale, points)
    assert not criterion.asks_preference


def test_every_kind_of_scale(session: Session) -> None:
    rows = [
        score(2, 1, criterion="correct", scale="yes_no", label="yes"),
        row(kind="value", criterion="topic", scale="choice", value="2", label="sea", ranks=None),
        row(kind="text", criterion="why", scale="text", value="Because.", ranks=None),
        row(kind="text", criterion="fix", value="1742", slot=1, ranks=None),
        score(1, 80, criterion="sure", scale="slider"),
    ]
    study = import_into(session, table(*rows)).study
    assert [(c.key, c.scale, c.per_answer, c.options.get("choices")) for c in study.criteria] == [
        ("correct", Scale.YES_NO, True, None),
        ("topic", Scale.CHOICE, False, ["option 1", "sea"]),
        ("why", Scale.TEXT, False, None),
        ("fix", Scale.TEXT, True, None),
        ("sure", Scale.SLIDER, True, None),
    ]
    said = {verdict.criterion.key: verdict for verdict in session.scalars(select(Verdict))}
    assert (said["topic"].value, said["why"].text) == (2, "Because.")
    assert [(s.slot.number, s.text) for s in said["fix"].slots] == [(1, "1742")]
    assert [(s.slot.number, s.score) for s in said["correct"].slots] == [(2, 1)]


def test_options_that_cannot_be_told_apart(session: Session) -> None:
    own = {"kind": "value", "criterion": "topic", "scale": "choice", "ranks": None, "label": "sea"}
    other = {"item": 2, "prompt_id": "p2", "response_ids": [13, 14]}
    found = problems(session, table(row(**own, value="1"), row(**own, **other, value="2")))
    assert "two options of a choice are the same" in found[0]


def test_revisions_of_one_judgement(session: Session) -> None:
    report = import_into(session, table(row(), row(revision=3, ranks=[2, 1])))
    assert (report.judgements, report.superseded) == (1, 1)
    [judgement] = read_records(session, report.study).judgements
    assert (judgement.revision, judgement.verdicts[0].ranks) == (3, (2, 1))


def test_what_is_not_known_is_left_out_and_counted(session: Session) -> None:
    vote = row(kind="vote", value="wrong", ranks=None)
    report = import_into(session, table(row(novelty=1), vote, vote | {"slot": 1}))
    assert report.columns == ("novelty",)
    assert report.ignored == (("rows of the kind 'vote', which is not imported", 2),)


def test_kinds_of_raters(session: Session) -> None:
    import_into(session, table(row(), row(rater="gpt-4", rater_kind="judge")))
    kinds = session.scalars(select(Account.rater_kind).order_by(Account.id)).all()
    assert sorted(kinds) == [RaterKind.HUMAN, RaterKind.JUDGE]


def test_criteria_with_other_names(session: Session) -> None:
    rows = (row(criterion="Overall quality"), row(criterion="style", value="tie_good", ranks=None))
    criteria = import_into(session, table(*rows)).study.criteria
    assert [(c.key, c.label) for c in criteria] == [
        ("overall_quality", "Overall quality"),
        ("style", "Style"),
    ]


def test_items_keep_their_numbers(session: Session) -> None:
    other = row(item=7, prompt_id="p7", response_ids=[13, 14])
    records = read_records(session, import_into(session, table(other, row())).study)
    assert [judgement.item for judgement in records.judgements] == [1, 7]


SLIPS: list[tuple[dict[str, Any], str]] = [
    ({"item": 0}, "'item' must be a whole number from 1 on"),
    ({"item": 1.5}, "'item' must be a whole number from 1 on"),
    ({"item": None}, "'item' is missing"),
    ({"rater": None}, "'rater' is missing"),
    ({"variants": "lora"}, "'variants' is not JSON"),
    ({"variants": ["lora", ""]}, "a variant has no name"),
    ({"response_ids": [1]}, "of different length"),
    ({"response_ids": [1, 2**40]}, "a number that is out of bounds"),
    ({"ranks": None}, "'ranks' are missing"),
    ({"ranks": [0, 1]}, "'ranks' must be 2 numbers from 1 to 2"),
    ({"ranks": [1, 2, 3]}, "'ranks' must be 2 numbers from 1 to 2"),
    ({"value": "better"}, "'better' is no verdict"),
    ({"criterion": None}, "'criterion' is missing"),
    ({"submitted_at": "soon"}, "'submitted_at' is not a time"),
    ({"scale": "stars"}, "'stars' is no scale"),
    ({"kind": "value", "value": "much"}, "'value' must be a whole number"),
    ({"kind": "text", "slot": 3, "value": "x"}, "'slot' must be a number from 1 to 2"),
    ({"kind": "text", "value": "x\0"}, "NUL"),
    ({"kind": "score", "slot": 3, "value": "1"}, "'slot' must be a number from 1 to 2"),
    ({"kind": "score", "slot": None, "value": "1"}, "'slot' must be a number from 1 to 2"),
    ({"kind": "score", "slot": 1, "value": "good"}, "'value' must be a whole number"),
    ({"kind": "score", "slot": 1, "value": "101"}, "the score 101 on factuality is out of bounds"),
]


@pytest.mark.parametrize(("slip", "said"), SLIPS)
def test_a_slip_is_named_with_its_line(session: Session, slip: dict[str, Any], said: str) -> None:
    other = row(item=2, prompt_id="p2", response_ids=[13, 14])
    found = problems(session, table(other, row(**slip)))
    assert len(found) == 1
    assert found[0].startswith("judgements.jsonl:2: ")
    assert said in found[0]


CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "a second verdict on factuality"),
    ({"criterion": "style", "response_ids": [12, 11]}, "another order, than judgements.jsonl:1"),
    ({"rater": "rater-2", "prompt_id": "p2"}, "item 1 had another prompt"),
    ({"study": "Lakes", "rater": "rater-2"}, "judgements of several studies"),
]


@pytest.mark.parametrize(("other", "said"), CONTRADICTIONS)
def test_rows_that_contradict_each_other(
    session: Session, other: dict[str, Any], said: str
) -> None:
    [found] = problems(session, table(row(), row(**other)))
    assert said in found


def test_a_variant_against_itself(session: Session) -> None:
    [found] = problems(session, table(row(variants=["lora", "lora"])))
    assert "a variant stands against itself" in found


def test_too_many_answers(session: Session) -> None:
    names, ranks = [f"v{n}" for n in range(10)], list(range(1, 11))
    wide = row(variants=names, response_ids=list(range(10)), ranks=ranks)
    [found] = problems(session, table(wide))
    assert "10 answers were compared" in found
