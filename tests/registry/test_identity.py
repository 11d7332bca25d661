"""A variant is recognised by what it is: not by its name, nor by where its folders are."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.registry import VariantSpec, identity_of
from tests.registry.conftest import World

TEXT = """
    variants:
      - name: {name}
        kind: lora
        weights: {base}
        adapter: {lora}
        format: {{type: template, file: {template}}}
        sampling: {{temperature: {temperature}, max_tokens: 90}}
"""
PLACES = {"base": "base", "lora": "lora", "template": "t.jinja"}


def variant(world: World, **given: Any) -> VariantSpec:
    return world.load(TEXT.format(**{"name": "a", "temperature": 0.5} | PLACES | given)).variants[0]


@pytest.fixture
def furnished(world: World) -> World:
    (world.root / "t.jinja").write_text("{{ prompt }}")
    return world


folder_names = st.from_regex(r"[a-z]{1,6}(/checkpoint-[1-9]{1,3})?", fullmatch=True)
names = st.from_regex(r"v[a-z]{1,9}", fullmatch=True)


class TestWhatKeepsIt:
    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(places=st.lists(folder_names, min_size=3, max_size=3), name=names)
    def test_copies_by_other_names(self, furnished: World, places: list[str], name: str) -> None:
        before = variant(furnished)
        away = furnished.root / "away"
        shutil.rmtree(away, ignore_errors=True)
        to = {part: away / part / place for part, place in zip(PLACES, places, strict=True)}
        for part, place in to.items():
            copied(furnished.root / PLACES[part], place)
        after = variant(furnished, name=name, **{p: str(place) for p, place in to.items()})
        assert after.identity == before.identity
        assert after.content_hash != before.content_hash

    def test_series_and_step_are_labels(self, furnished: World) -> None:
        spec = variant(furnished).model_dump(mode="json")
        labelled = spec | {"checkpoint": {"series": "mine", "step": 5}}
        assert identity_of(labelled) == identity_of(spec)

    def test_a_spec_that_an_earlier_version_froze(self, furnished: World) -> None:
        spec = variant(furnished).model_dump(mode="json")
        older = copy.deepcopy(spec)
        del older["checkpoint"], older["sampling"]["stop_token_ids"], older["endpoint"]
        assert identity_of(older) == identity_of(spec)


class TestWhatChangesIt:
    @pytest.mark.parametrize(
        "change",
        [
            lambda root: one_bit(root / "base" / "model.safetensors"),
            lambda root: one_bit(root / "lora" / "adapter_model.safetensors"),
            lambda root: (root / "base" / "tokenizer_config.json").write_text('{"a": 1}'),
            lambda root: (root / "t.jinja").write_text("{{ prompt }}!"),
        ],
        ids=["weights", "adapter", "tokenizer", "template"],
    )
    def test_content(self, furnished: World, change: Callable[[Path], None]) -> None:
        before = variant(furnished).identity
        change(furnished.root)
        assert variant(furnished).identity != before

    def test_sampling(self, furnished: World) -> None:
        assert variant(furnished, temperature=0.6).identity != variant(furnished).identity

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("weights: o/n, revision: a", "weights: o/n, revision: b"),
            ("weights: o/n", "weights: o/m"),
            ("weights: o/n, vllm: {dtype: float32}", "weights: o/n, vllm: {dtype: float16}"),
            ("endpoint: {url: http://h/v1, served_name: x}", "endpoint: {url: http://h/v1, served_name: y}"),  # noqa: E501
        ],
        ids=["revision", "hub id", "arguments", "served name"],
    )  # fmt: skip
    def test_what_no_fingerprint_stands_for(self, world: World, one: str, other: str) -> None:
        text = "variants: [{{name: a, kind: full, {}}}]"
        first, second = (world.load(text.format(keys)).variants[0] for keys in (one, other))
        assert first.identity != second.identity


class TestRecordedAnswers:
    SPEC = {"recorded": True, "name": "far", "kind": "other", "files": {"a.jsonl": "12"}}  # noqa: RUF012

    def test_name_and_kind_are_all_that_is_known(self) -> None:
        again = self.SPEC | {"files": {"b.jsonl": "34"}}
        assert identity_of(again) == identity_of(self.SPEC)

    @pytest.mark.parametrize("other", [{"name": "near"}, {"kind": "base"}, {"recorded": False}])
    def test_others_are_others(self, other: dict[str, Any]) -> None:
        assert identity_of(self.SPEC | other) != identity_of(self.SPEC)


def copied(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to)
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, to)


def one_bit(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
