"""Everything that can be wrong with a models.yaml: its line, its message, what to do."""

# ruff: noqa: E501  (one case per line reads as a table)

import json
from typing import Any

import pytest

from app.errors import InvalidInput
from app.registry import load_registry

# Each case: the file (line 1 is its first line), the line, parts of the message, of the hint.
SYNTAX = [
    ("a: 1\nb: [1,\nc: 2\n", 4, "is not YAML", "brackets"),
    ("variants:\n\t- x\n", 2, "cannot start any token", "spaces, not tabs"),
    ("variants: []\nvariants: []\n", 2, 'duplicate key "variants"', "Keep one"),
    ("- &a\n  - *b\n", 2, "undefined alias", ""),
    ("variants: []\n---\nvariants: []\n", 2, "another document", ""),
    ("a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1"
     + "}" * 21, 1, "nested too deeply", ""),
    ("", 1, "must be a block of keys, not empty", "variants"),
    ("- a\n", 1, "must be a block of keys, not a list", "variants"),
    ("just text\n", 1, "not 'just text'", "variants"),
]  # fmt: skip

SHAPE = [
    ("defaults: {}\n", 1, "'variants' is missing", "Keys: variants"),
    ("variants: []\n", 1, "'variants' must be a list with at least one entry", ""),
    ("variants: base\n", 1, "'variants' must be a list, not 'base'", ""),
    ("variants:\n", 1, "'variants' is empty", "Give it a value"),
    ("variant:\n- {name: a, kind: base, weights: base}\n", 1, "unknown key 'variant'", "Did you mean 'variants'?"),
    ("variants:\n- just-a-name\n", 2, "must be a block of keys, not 'just-a-name'", "name"),
    ("defaults:\n  name: x\nvariants: [{name: a, kind: base, weights: base}]\n", 2, "unknown key 'name'", "Keys: revision"),
    ("defaults:\n  smapling: {}\nvariants: [{name: a, kind: base, weights: base}]\n", 2, "unknown key 'smapling'", "Did you mean 'sampling'?"),
]  # fmt: skip

# Each case: keys of one variant (they stand on lines 2, 3, ...), line, message, hint.
VARIANT = [
    # keys and types
    ("name: a\nkind: base\nweigths: base", 4, "unknown key 'weigths'", "Did you mean 'weights'?"),
    ("name: a\nkind: base\nmodel: base", 4, "unknown key 'model'", "Triptych says weights"),
    ("name: a\nkind: base\nweights: base\nxyzzy: 1", 5, "unknown key 'xyzzy'", "Keys: "),
    ("name: a\nweights: base", 2, "'kind' is missing", "base, lora, full, other"),
    ("kind: base\nweights: base", 2, "'name' is missing", "short name"),
    ("name: a\nkind: base", 2, "neither weights nor endpoint", "remote endpoint"),
    ("name: a\nkind: bsae\nweights: base", 3, "'kind' must be base, lora, full or other, not 'bsae'", ""),
    ("name: a\nkind:\nweights: base", 3, "'kind' is empty", "Give it a value"),
    ("name: 7\nkind: base\nweights: base", 2, "'name' must be text, not '7'", "in quotes"),
    ("name: a\nkind: base\nweights: o/n\nrevision: 12345e6", 5, "'revision' must be text", "in quotes"),
    ("name: a\nkind: base\nweights: [base]", 4, "'weights' must be text, not a list", ""),
    ("name: a\nkind: base\nweights: ''", 4, "'weights' must be text, not empty", ""),
    ("name: a b\nkind: base\nweights: base", 2, "'a b' cannot be a name", "letters, digits"),
    ("name: -a\nkind: base\nweights: base", 2, "'-a' cannot be a name", "start with a letter"),
    (f"name: {'a' * 101}\nkind: base\nweights: base", 2, "cannot be a name", ""),
    # sampling
    ("name: a\nkind: base\nweights: base\nsampling:\n  temprature: 0", 6, "unknown key 'temprature'", "'temperature'"),
    ("name: a\nkind: base\nweights: base\nsampling:\n  temperature: 3", 6, "'sampling.temperature' must be less than or equal to 2, not '3'", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  temperature: hot", 6, "'sampling.temperature' must be a number, not 'hot'", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  temperature: .nan", 6, "'sampling.temperature' must be", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  temperature: true", 6, "must be a number, not 'true'", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  top_p: 0", 6, "must be greater than 0", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  min_p: 1.5", 6, "less than or equal to 1", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  top_k: -2", 6, "greater than or equal to -1", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  presence_penalty: -2.5", 6, "greater than or equal to -2", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  repetition_penalty: 0", 6, "greater than 0", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  max_tokens: 0", 6, "greater than or equal to 1", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  max_tokens: 9.5", 6, "must be a whole number", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  stop_token_ids: end", 6, "must be a whole number or a list of them", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  stop_token_ids: [1, -1]", 6, "must be greater than or equal to 0, not '-1'", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  stop: 3", 6, "must be text or a list of texts", ""),
    ("name: a\nkind: base\nweights: base\nsampling: hot", 5, "'sampling' must be a block of keys, not 'hot'", ""),
    ("name: a\nkind: base\nweights: base\nsampling:\n  max_tokens: 256\nvllm: {max_model_len: 256}", 6, "max_tokens 256 leaves no room", "raise vllm.max_model_len"),
    # vllm
    ("name: a\nkind: base\nweights: base\nvllm:\n  port: 8000", 6, "'port' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  served-model-name: x", 6, "'served-model-name' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  enable_lora: true", 6, "'enable_lora' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  host: 0.0.0.0", 6, "'host' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  hos: 0.0.0.0", 6, "'hos' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  no_enable_lora: true", 6, "'no_enable_lora' cannot be set", "leave it out"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  dtype:", 6, "'dtype' is empty", "Give it a value"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  model: x", 6, "'model' cannot be set", "under 'weights'"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  chat_template: x", 6, "'chat_template' cannot", "type: template"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  --dtype: x", 6, "not a name of a vLLM argument", "Write dtype"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  max-model-len: 1024\n  max_model_len: 1025", 7, "given twice", "Keep one"),
    ("name: a\nkind: base\nweights: base\nvllm:\n  dtype: 2001-01-01", 6, "cannot be passed on", "Quote"),
    ("name: a\nkind: base\nweights: base\nvllm: fast", 5, "'vllm' must be a block of keys", ""),
    # weights
    ("name: a\nkind: base\nweights: ./bse", 4, "the folder './bse' does not exist", "Did you mean 'base'?"),
    ("name: a\nkind: base\nweights: var/demo/base", 4, "does not exist", "make demo"),
    ("name: a\nkind: base\nweights: deep/er/folder", 4, "does not exist", "Looked for /"),
    ("name: a\nkind: base\nweights: nothing", 4, "neither a folder nor a Hugging Face id", "owner/name"),
    ("name: a\nkind: base\nweights: base/config.json", 4, "is a file, not a folder", "'base'"),
    ("name: a\nkind: base\nweights: lora", 4, "has no config.json", "It is an adapter"),
    ("name: a\nkind: base\nweights: ./", 4, "has no config.json", "Name the folder"),
    ("name: a\nkind: base\nweights: base\nrevision: x", 5, "a folder has no revision", "Leave it out"),
    # adapter
    ("name: a\nkind: lora\nweights: base", 2, "kind lora needs an adapter", "Add adapter"),
    ("name: a\nkind: full\nweights: base\nadapter: lora", 5, "kind full takes no adapter", "kind: lora"),
    ("name: a\nkind: lora\nweights: base\nadapter: ./nowhere", 5, "'./nowhere' does not exist", ""),
    ("name: a\nkind: lora\nweights: base\nadapter: base", 5, "no adapter_config.json", "whole weights"),
    ("name: a\nkind: lora\nweights: base\nadapter: ./", 5, "no adapter_config.json", "save_pretrained"),
    ("name: a\nkind: lora\nweights: base\nadapter: {id: lora, rank: 4}", 5, "read from the adapter's folder", "Leave rank"),
    ("name: a\nkind: lora\nweights: base\nadapter: {rank: 4}", 5, "'id' is missing", "Keys: id"),
    ("name: a\nkind: lora\nweights: base\nadapter: owner/lora", 5, "rank and target modules must be given", "rank: 16"),
    ("name: a\nkind: lora\nweights: base\nadapter:\n  id: o/l\n  target_modules: [q]\n  rank: 513", 8, "rank 513 is too large", "Merge"),
    # endpoint
    ("name: a\nkind: other\nendpoint: {served_name: x}", 4, "'url' is missing", "Keys: url"),
    ("name: a\nkind: other\nendpoint:\n  url: host:8000\n  served_name: x", 5, "not an http(s) address", "https://host"),
    ("name: a\nkind: other\nendpoint:\n  url: http://me:pw@host/v1\n  served_name: x", 5, "not an http(s) address", "without user name"),
    ("name: a\nkind: other\nendpoint:\n  url: http://h/v1\n  served_name: x\n  api_key: sk-1", 7, "unknown key 'api_key'", "api_key_env"),
    ("name: a\nkind: other\nendpoint:\n  url: http://h/v1\n  served_name: x\n  api_key_env: sk-1", 7, "must be the name of a variable", "not the key"),
    ("name: a\nkind: base\nweights: base\nendpoint: {url: http://h/v1, served_name: x}", 5, "both given", "Keep weights"),
    ("name: a\nkind: other\nendpoint: {url: http://h/v1, served_name: x}\nvllm: {dtype: auto}", 5, "'vllm' has no effect", "remove it"),
    ("name: a\nkind: other\nendpoint: {url: http://h/v1, served_name: x}\nadapter: lora", 5, "'adapter' has no effect", "remove it"),
    # checkpoints
    ("name: a\nkind: base\nweights: base\nseries: mine", 5, "'series' needs a step", "Add step"),
    ("name: a\nkind: base\nweights: base\nstep: 500", 5, "'step' needs a series", "Add series"),
    ("name: a\nkind: base\nweights: base\nseries: 7\nstep: 1", 5, "'series' must be text, not '7'", "in quotes"),
    ("name: a\nkind: base\nweights: base\nseries: m\nstep: -1", 6, "'step' must be greater than or equal to 0, not '-1'", ""),
    ("name: a\nkind: base\nweights: base\nseries: m\nstep: 1.5", 6, "'step' must be a whole number", ""),
    ("name: a\nkind: base\nweights: base\nsteps: 1", 5, "unknown key 'steps'", "Did you mean 'step'?"),
    # format
    ("name: a\nkind: base\nweights: base\nformat: chatty", 5, "'format.type' must be chat, template, urial or raw, not 'chatty'", ""),
    ("name: a\nkind: base\nweights: base\nformat: urial", 5, "the format 'urial' needs a file", "examples.jsonl"),
    ("name: a\nkind: base\nweights: base\nformat: {type: raw, file: x}", 5, "takes no file", "as it is"),
    ("name: a\nkind: base\nweights: base\nformat:\n  type: template\n  file: no.jinja", 7, "'no.jinja' does not exist", "Looked for"),
    ("name: a\nkind: base\nweights: base\nformat:\n  type: template\n  file: bad.jinja", 7, "bad.jinja, line 2, is not a Jinja template", "Correct"),
    ("name: a\nkind: base\nweights: base\nformat:\n  type: template\n  file: latin.jinja", 7, "latin.jinja is not UTF-8", "UTF-8"),
    ("name: a\nkind: base\nweights: base\nformat:\n  type: urial\n  file: bad.jsonl", 7, "bad.jsonl:2: 'response' must be text", "prompt and response"),
    ("name: a\nkind: base\nweights: base\nformat:\n  type: urial\n  file: broken.jsonl", 7, "broken.jsonl:1: is not JSON", ""),
    ("name: a\nkind: base\nweights: plain", 4, "'plain' has no chat template", "format: raw"),
    ("name: a\nkind: base\nweights: plain\nformat: chat", 5, "'plain' has no chat template", "urial"),
]  # fmt: skip


def as_file(keys: str) -> str:
    """The keys as the only entry of the list, whose first key stands on line 2."""
    first, *rest = keys.split("\n")
    return "\n".join(["variants:", f"- {first}", *(f"  {line}" for line in rest), ""])


@pytest.mark.parametrize(("text", "line", "message", "hint"), SYNTAX + SHAPE)
def test_the_file(world: Any, text: str, line: int, message: str, hint: str) -> None:
    found = world.problems(text)
    matching = [p for p in found if p[0] == f"models.yaml:{line}" and message in p[1]]
    assert matching, found
    assert hint in matching[0][2]


@pytest.mark.parametrize(("keys", "line", "message", "hint"), VARIANT)
def test_a_variant(world: Any, keys: str, line: int, message: str, hint: str) -> None:
    world.weights("plain", chat=False)
    (world.root / "bad.jinja").write_text("fine\n{% if %}")
    (world.root / "latin.jinja").write_bytes(b"caf\xe9")
    (world.root / "bad.jsonl").write_text('{"prompt": "a", "response": "b"}\n{"prompt": "a"}\n')
    (world.root / "broken.jsonl").write_text("{\n")
    found = world.problems(as_file(keys))
    matching = [p for p in found if p[0] == f"models.yaml:{line}" and message in p[1]]
    assert matching, found
    assert hint in matching[0][2]
    others = [p for p in found if p not in matching]
    # A key that is not what it should be may leave another one missing; nothing else follows.
    assert all("neither weights nor endpoint" in p[1] for p in others), others


REFUSED = [
    ({"r": 513}, "has rank 513; vLLM takes at most 512", "smaller rank"),
    ({"r": 0}, "'r' should be greater than or equal to 1", "Copy the folder"),
    ({"r": "many"}, "'r' should be a valid integer", "Copy the folder"),
    ({"lora_alpha": None}, "'lora_alpha' should be a valid number", "Copy the folder"),
    ({"peft_type": "IA3"}, "is IA3; vLLM serves only LORA", "merge_and_unload"),
    ({"modules_to_save": ["lm_head"]}, "replaces whole modules (lm_head)", "merge_and_unload"),
    ({"use_dora": True}, "uses DoRA", "merge_and_unload"),
    ({"bias": "all"}, "trains biases", "merge_and_unload"),
    ({"lora_bias": True}, "trains biases", "merge_and_unload"),
    ({"init_lora_weights": "pissa"}, "initialised with pissa", "merge_and_unload"),
    ({"layer_replication": [[0, 1]]}, "uses layer_replication", "merge_and_unload"),
]


class TestAdapters:
    TEXT = "variants:\n- name: a\n  kind: lora\n  weights: base\n  adapter: x\n"

    def only(self, world: Any, text: str = TEXT) -> tuple[str, str]:
        ((where, message, hint),) = world.problems(text)
        assert where == "models.yaml:5"
        return message, hint

    @pytest.mark.parametrize(("config", "message", "hint"), REFUSED)
    def test_what_vllm_refuses(
        self, world: Any, config: dict[str, Any], message: str, hint: str
    ) -> None:
        rank = config.get("r")
        folder = world.adapter("x", **({} if isinstance(rank, str) or rank == 0 else config))
        if isinstance(rank, str) or rank == 0:
            path = folder / "adapter_config.json"
            path.write_text(path.read_text().replace('"r": 2', f'"r": {rank!r}'.replace("'", '"')))
        found = self.only(world)
        assert message in found[0]
        assert hint in found[1]

    def test_all_slips_at_once(self, world: Any) -> None:
        world.adapter("x", use_dora=True, bias="all", hidden=6)
        assert len(world.problems(self.TEXT)) == 3

    def test_broken_json(self, world: Any) -> None:
        (world.adapter("x") / "adapter_config.json").write_text("{")
        assert "adapter_config.json in 'x' is not JSON" in self.only(world)[0]

    def test_no_weights(self, world: Any) -> None:
        (world.adapter("x") / "adapter_model.safetensors").unlink()
        assert "has no weights" in self.only(world)[0]

    def test_another_width(self, world: Any) -> None:
        world.adapter("x", hidden=6)
        message, hint = self.only(world)
        assert "q_proj is 4 x 4 there, 6 x 6 in the adapter" in message
        assert "trained on" in hint

    def test_another_width_by_config_alone(self, world: Any) -> None:
        world.adapter("x", hidden=6)
        (world.root / "base" / "model.safetensors").rename(world.root / "base" / "model.bin")
        assert "q_proj is 6 x 4 there, 6 x 6 in the adapter" in self.only(world)[0]

    def test_more_layers(self, world: Any) -> None:
        world.adapter("x", layers=3)
        assert "it needs layer 2, and the weights have 2 layers" in self.only(world)[0]

    def test_more_layers_by_config_alone(self, world: Any) -> None:
        world.adapter("x", layers=3)
        (world.root / "base" / "model.safetensors").rename(world.root / "base" / "model.bin")
        assert "needs layer 2, and the weights have 2 layers" in self.only(world)[0]

    def test_modules_that_the_weights_lack(self, world: Any) -> None:
        world.adapter("x", module="w_pack")
        assert "there is no w_pack" in self.only(world)[0]

    def test_weights_of_the_same_shape_and_other_content(self, world: Any) -> None:
        other = world.weights("other")
        tensors = other / "model.safetensors"
        tensors.write_bytes(tensors.read_bytes()[:-1] + b"\1")
        world.adapter("x", base=str(other))
        message, hint = self.only(world)
        assert f"was trained on '{other}', not on" in message
        assert str(other) in hint

    def test_another_hub_id(self, world: Any) -> None:
        world.adapter("x", base="owner/one")
        text = self.TEXT.replace("weights: base", "weights: owner/two")
        message, hint = self.only(world, text)
        assert "was trained on 'owner/one', not on 'owner/two'" in message
        assert "correct base_model_name_or_path" in hint

    def test_its_own_slips_are_listed_beside_those_of_the_weights(self, world: Any) -> None:
        world.adapter("x", use_dora=True)
        found = world.problems(self.TEXT.replace("weights: base", "weights: ./gone"))
        assert [p[0] for p in found] == ["models.yaml:4", "models.yaml:5"]


class TestDamagedWeights:
    TEXT = "variants:\n- {name: a, kind: base, weights: base}\n"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is not a safetensors file or was cut short"),
            (b"\xff" * 64, "is not a safetensors file or was cut short"),
            (b"\x04" + bytes(7) + b"nope", "has a header that cannot be read"),
            (b"\x02" + bytes(7) + b"[]", "has a header that cannot be read"),
            (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
        ],
    )
    def test_safetensors(self, world: Any, content: bytes, message: str) -> None:
        (world.root / "base" / "model.safetensors").write_bytes(content)
        ((where, found, _),) = world.problems(self.TEXT)
        assert where == "models.yaml:2"
        assert message in found

    def test_a_download_that_was_cut_short(self, world: Any) -> None:
        path = world.root / "base" / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-10])
        assert "10 bytes are missing" in world.problems(self.TEXT)[0][1]

    def test_no_weight_files(self, world: Any) -> None:
        (world.root / "base" / "model.safetensors").unlink()
        assert "has no weight files" in world.problems(self.TEXT)[0][1]

    def test_a_part_that_is_not_there(self, world: Any) -> None:
        parts = {"a": "model.safetensors", "b": "model-2.safetensors"}
        index = json.dumps({"weight_map": parts})
        (world.root / "base" / "model.safetensors.index.json").write_text(index)
        ((where, message, _),) = world.problems(self.TEXT)
        assert where == "models.yaml:2"
        assert message == "'base' lacks 1 of its weight files: model-2.safetensors."

    def test_a_broken_config(self, world: Any) -> None:
        (world.root / "base" / "config.json").write_text("[]")
        assert "must hold a JSON object" in world.problems(self.TEXT)[0][1]

    def test_a_file_that_cannot_be_read(self, world: Any) -> None:
        (world.root / "base" / "second.safetensors").mkdir()
        ((where, message, _),) = world.problems(self.TEXT)
        assert where == "models.yaml:2"
        assert "second.safetensors cannot be read" in message


class TestSeveralVariants:
    def test_a_name_that_is_taken(self, world: Any) -> None:
        text = """\
            variants:
            - {name: a, kind: base, weights: base}
            - {name: a, kind: other, weights: base}
        """
        ((where, message, _),) = world.problems(text)
        assert (where, message) == ("models.yaml:3", "the name 'a' is taken by line 2.")

    def test_one_engine_cannot_have_two_sets_of_arguments(self, world: Any) -> None:
        text = """\
            defaults: {vllm: {dtype: auto}}
            variants:
            - {name: a, kind: base, weights: base}
            - name: b
              kind: other
              weights: ./base
              vllm: {dtype: float32, max_model_len: 1024}
        """
        ((where, message, hint),) = world.problems(text)
        assert where == "models.yaml:7"
        assert message == "'b' and 'a' share weights but differ in vllm: dtype, max_model_len."
        assert "defaults" in hint

    def test_a_slip_in_the_defaults_is_told_once(self, world: Any) -> None:
        text = """\
            defaults:
              format: {type: urial, file: gone.jsonl}
            variants:
            - {name: a, kind: base, weights: base}
            - {name: b, kind: lora, weights: base, adapter: lora}
        """
        ((where, message, _),) = world.problems(text)
        assert (where, message) == ("models.yaml:2", "the file 'gone.jsonl' does not exist.")

    def test_everything_at_once_in_the_files_order(self, world: Any) -> None:
        text = """\
            defaults: {sampling: {temperature: 9}}
            variants:
            - {name: a, kind: bsae, weights: ./gone}
            - {name: a, kind: lora, weights: base, xyzzy: 1}
            - {kind: base, weights: base}
        """
        found = world.problems(text)
        assert [(where.split(":")[1], message.split(",")[0]) for where, message, _ in found] == [
            ("1", "'sampling.temperature' must be less than or equal to 2"),
            ("3", "'kind' must be base"),
            ("3", "the folder './gone' does not exist."),
            ("4", "unknown key 'xyzzy'."),
            ("4", "the name 'a' is taken by line 3."),
            ("4", "kind lora needs an adapter."),
            ("5", "'name' is missing."),
        ]


class TestTheFileItself:
    def test_missing(self, world: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            load_registry(world.file)
        assert caught.value.problems[0].where == str(world.file)
        assert "docs/models-yaml.md" in (caught.value.problems[0].hint or "")

    def test_a_folder(self, world: Any) -> None:
        with pytest.raises(InvalidInput, match="cannot be read"):
            load_registry(world.root)

    def test_not_utf8(self, world: Any) -> None:
        world.file.write_bytes(b"variants:\n- name: caf\xe9\n")
        with pytest.raises(InvalidInput, match=r"models\.yaml:2: is not UTF-8"):
            load_registry(world.file)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("variants:\n- name: 2024-13-45\n", "is not YAML: month must be in 1..12"),
            ("variants: !!int x\n", "is not YAML: invalid literal"),
            (f"variants: {'[' * 2000}{']' * 2000}\n", "is nested too deeply"),
        ],
    )
    def test_what_the_parser_itself_stumbles_over(
        self, world: Any, text: str, message: str
    ) -> None:
        world.file.write_text(text)
        with pytest.raises(InvalidInput, match="has one problem") as caught:
            load_registry(world.file)
        assert message in str(caught.value)

    def test_control_characters(self, world: Any) -> None:
        world.file.write_bytes(b"variants: \x01\n")
        with pytest.raises(InvalidInput, match=r"models\.yaml:1: is not YAML"):
            load_registry(world.file)
