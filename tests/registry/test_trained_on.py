"""`trained_on` in models.yaml: what is found, what is refused, and that it changes no variant."""

import json
from typing import Any

import pytest

from app.registry import VariantSpec, identity_of
from tests.registry.conftest import World

TEXT = "variants: [{{name: a, kind: full, weights: base{}}}]"


@pytest.fixture
def taught(world: World) -> World:
    """With an instruction set in set.jsonl and in own.jsonl, whose columns no layout knows."""
    rows = {"set": {"prompt": "Q", "response": "A"}, "own": {"frage": "F", "antwort": "W"}}
    for name, row in rows.items():
        (world.root / f"{name}.jsonl").write_text((json.dumps(row) + "\n") * 3)
    return world


def variant(world: World, trained_on: str | None) -> VariantSpec:
    key = f", trained_on: {trained_on}" if trained_on else ""
    return world.load(TEXT.format(key)).variants[0]


class TestFound:
    def test_a_path_is_short_for_a_block(self, taught: World) -> None:
        short, long = variant(taught, "set.jsonl"), variant(taught, "{path: set.jsonl}")
        assert short.trained_on == long.trained_on
        assert short.trained_on is not None
        assert short.trained_on.path == taught.root / "set.jsonl"
        assert list(short.trained_on.read()) == [("Q", "A")] * 3

    def test_named_columns(self, taught: World) -> None:
        spec = variant(taught, "{path: own.jsonl, prompt: frage, response: antwort}").trained_on
        assert spec is not None
        assert next(spec.read()) == ("F", "W")

    def test_an_endpoint_may_have_one(self, taught: World) -> None:
        text = "variants: [{name: a, kind: full, endpoint: {url: http://h/v1, served_name: x}, "
        (spec,) = taught.load(text + "trained_on: set.jsonl}]").variants
        assert spec.trained_on is not None

    def test_only_the_first_rows_are_read(self, taught: World) -> None:
        with (taught.root / "set.jsonl").open("a") as file:
            file.write('{"prompt": "Q", "response": "A"}\n' * 30 + "broken")
        assert variant(taught, "set.jsonl").trained_on is not None


class TestIsNoPartOfTheVariant:
    def test_neither_of_its_hash_nor_of_its_identity(self, taught: World) -> None:
        without, having = variant(taught, None), variant(taught, "set.jsonl")
        assert having.content_hash == without.content_hash
        assert having.identity == without.identity

    def test_a_spec_from_before_keeps_its_hash(self, taught: World) -> None:
        spec = variant(taught, "set.jsonl")
        frozen: dict[str, Any] = spec.model_dump(mode="json")
        del frozen["trained_on"]
        assert VariantSpec.model_validate(frozen).content_hash == spec.content_hash
        assert identity_of(frozen) == spec.identity

    def test_a_hash_from_before_there_were_any(self) -> None:
        spec = {"name": "a", "kind": "base", "weights": {"id": "o/n", "revision": "abc"}}
        sampling = {"temperature": 0.0, "max_tokens": 90}
        known = "53e630824aed707ff012ef6163aa219eb512792dc6e35472aacacf2a15261bf2"
        assert VariantSpec.model_validate(spec | {"sampling": sampling}).content_hash == known


class TestRefused:
    @pytest.mark.parametrize(
        ("given", "message", "hint"),
        [
            ("none.jsonl", "'none.jsonl' does not exist", "Looked for"),
            ("var/demo/none.jsonl", "'var/demo/none.jsonl' does not exist", "make demo"),
            ("{path: set.jsonl, prompt: prompt}", "belong together", "neither"),
            ("{path: set.jsonl, prompt: a, response: b}", "no column 'a'", "there are: prompt"),
            ("{path: set.jsonl, split: train}", "has no splits", "Leave split out"),
            ("own.jsonl", "own.jsonl: has no columns of a common layout", "frage, antwort"),
            ("base", "has several splits", "as split"),
            ("{file: set.jsonl}", "unknown key 'file'", "path"),
            ("7", "'trained_on' must be a block of keys, not '7'", ""),
        ],
    )
    def test_with_the_line_and_what_to_do(
        self, taught: World, given: str, message: str, hint: str
    ) -> None:
        text = f"variants:\n- name: a\n  kind: full\n  weights: base\n  trained_on: {given}\n"
        problems = taught.problems(text)
        assert {where for where, _, _ in problems} == {"models.yaml:5"}
        assert [told for told in problems if message in told[1] and hint in told[2]]

    def test_a_set_without_answers(self, taught: World) -> None:
        (taught.root / "set.jsonl").write_text('{"prompt": "Q", "response": ""}\n')
        text = TEXT.format(", trained_on: set.jsonl")
        assert "have no answers" in taught.problems(text)[0][1]
