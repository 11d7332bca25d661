"""What lies beside a table: texts and the study's definition, sound or not."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables import Design, Prompt, Response, Scale, VariantKind
from tests.judged.conftest import import_into, problems
from tests.judged.test_arena import battle, lines
from tests.judged.test_long_table import row, score, table


def manifest(study: dict[str, Any], **own: Any) -> dict[str, bytes | str]:
    told = {"format": "long-jsonl", "files": [], "study": study, **own}
    return {"manifest.json": json.dumps(told, indent=2)}


def answer(number: int, variant: str, **own: Any) -> dict[str, Any]:
    return {
        "response_id": number,
        "prompt_id": "p1",
        "category": "odd",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
            {"role": "user", "content": "Why?"},
        ],
        "reference": "So.",
        "variant": variant,
        "kind": "other",
        "text": f"{variant} says so",
        **own,
    }


def answers(*rows: dict[str, Any]) -> dict[str, bytes | str]:
    return {"responses.jsonl": "\n".join(map(json.dumps, rows))}


def test_texts_and_prompts(session: Session) -> None:
    files = table(row()) | answers(answer(11, "lora", kind="lora"), answer(12, "base"))
    study = import_into(session, files).study
    [prompt] = session.scalars(select(Prompt)).all()
    assert (prompt.text, prompt.system, prompt.reference) == ("Why?", "Be brief.", "So.")
    assert [turn["content"] for turn in prompt.turns] == ["Hi", "Hello"]
    assert set(session.scalars(select(Response.text))) == {"lora says so", "base says so"}
    kinds = {v.run_variant.variant.name: v.run_variant.variant.kind for v in study.variants}
    assert kinds == {"lora": VariantKind.LORA, "base": VariantKind.OTHER}


def test_the_definition(session: Session) -> None:
    slider = {"key": "factuality", "label": "Facts", "scale": "slider"}
    unasked = {"key": "style", "label": "Style"}
    told = {"design": "side_by_side", "criteria": [slider, unasked], "ratings_per_item": 4}
    names = [{"name": "lora", "kind": "lora"}, {"name": "base", "kind": "base"}]
    files = table(row(), score(1, 80)) | manifest(told, variants=names)
    study = import_into(session, files).study
    assert (study.design, study.ratings_per_item) == (Design.SIDE_BY_SIDE, 4)
    assert [(c.key, c.label, c.scale) for c in study.criteria] == [
        ("factuality", "Facts", Scale.SLIDER),
        ("style", "Style", Scale.LIKERT),
    ]
    assert [v.run_variant.variant.name for v in study.variants] == ["lora", "base"]


BAD_MANIFESTS: list[tuple[dict[str, Any], str]] = [
    ({"criteria": [{"key": "A b", "label": "x"}]}, "a criterion of the manifest cannot be read"),
    ({"criteria": [{"key": "a", "label": "x"}] * 2}, "two criteria have the same key"),
    ({"instructions": "x\0"}, "NUL"),
]


@pytest.mark.parametrize(("study", "said"), BAD_MANIFESTS)
def test_a_manifest_that_cannot_be_read(session: Session, study: Any, said: str) -> None:
    assert said in problems(session, table(row()) | manifest(study))[0]


BAD_ANSWERS: list[tuple[dict[str, Any], str]] = [
    ({"text": None}, "an answer needs its 'response_id' and its 'text'"),
    ({"messages": []}, "'prompt' is empty"),
    ({"response_id": 11}, "the answer 11 has another text before"),
    ({"kind": "big"}, "'kind' must be base, lora, full or other"),
]


@pytest.mark.parametrize(("slip", "said"), BAD_ANSWERS)
def test_answers_that_cannot_be_read(session: Session, slip: Any, said: str) -> None:
    files = table(row()) | answers(answer(11, "lora"), answer(12, "base", **slip))
    [found] = problems(session, files)
    assert found.startswith("responses.jsonl:2: ")
    assert said in found


def test_files_that_are_no_judgements(session: Session) -> None:
    [said] = problems(session, answers(answer(11, "lora")) | manifest({}))
    assert "has no judgements" in said
    [said] = problems(session, manifest({}))
    assert "has no judgements" in said


def test_two_layouts_at_once(session: Session) -> None:
    [said] = problems(session, table(row()) | lines(battle(1, "tie")))
    assert "is of another layout: arena battles" in said


def test_battles_in_several_files(session: Session) -> None:
    files = {f"{n}.json": json.dumps([battle(n, "tie")]) for n in (1, 2)}
    assert import_into(session, files).judgements == 2


def test_one_study_in_several_files(session: Session) -> None:
    one = json.dumps(row())
    [said] = problems(session, {"a.jsonl": one, "b.jsonl": json.dumps(row(prompt_id="p2"))})
    assert "there is another item 1 before" in said
    [said] = problems(session, {"a.jsonl": one, "b.jsonl": one})
    assert "judged the same item at a.jsonl:1 already" in said


def test_no_file(session: Session) -> None:
    assert problems(session, {}) == ["files: none was given."]
