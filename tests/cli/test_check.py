"""`triptych check`: what models.yaml means here, or every line that is wrong."""

# ruff: noqa: E501  (one case per line reads as a table)

from pathlib import Path

import pytest

from tests.cli.conftest import MODELS, Home, Triptych

ENDPOINT = """\
variants:
  - name: far
    kind: other
    endpoint: {url: "http://far.example/v1", served_name: owner/m, api_key_env: FAR_KEY}
"""

BAD = [
    ("none.yaml", None, "none.yaml: there is no such file.", "docs/models-yaml.md"),
    ("base", None, "base: cannot be read: Is a directory.", ""),
    ("m.yaml", b"", "m.yaml:1: must be a block of keys, not empty.", "Keys: variants"),
    ("m.yaml", b"\xff\xfe\x00", "m.yaml:1: is not UTF-8 text.", "Save the file as UTF-8."),
    ("m.yaml", b"variants: [\n", "m.yaml:2: is not YAML", "Check indentation"),
    ("m.yaml", b"variants: []\n", "m.yaml:1: ", "variant"),
    ("m.yaml", b"variants:\n  - {name: a, kind: base, weights: none/}\n", "m.yaml:2: 'none/' is", ""),
    ("m.yaml", b"variants:\n  - {name: a, kind: odd, weights: base}\n", "m.yaml:2: 'kind' must be", ""),
    ("m.yaml", f"{MODELS}  - {{name: base, kind: full, weights: base}}\n".encode(), "m.yaml:4: the name 'base' is taken by line 2.", "another"),
    ("m.yaml", f"{MODELS}colour: red\n".encode(), "m.yaml:4: unknown key 'colour'", "Keys: variants"),
]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [["check"], ["engines", "status"], ["engines", "up"], ["engines", "down"], ["run", "my"]],
    ids=" ".join,
)
@pytest.mark.parametrize(("name", "content", "said", "hint"), BAD)
def test_a_bad_file(
    home: Home,
    triptych: Triptych,
    command: list[str],
    name: str,
    content: bytes | None,
    said: str,
    hint: str,
) -> None:
    if content is not None:
        home.write(name, content)
    called = triptych(*command, "--models", name)
    assert called.code == 1
    assert said in called.err
    assert hint in called.err
    assert "Traceback" not in called.err
    assert not called.out
    assert not (home.folder / "var").exists()


class TestCheck:
    def test_shows_variants_engines_memory_and_commands(
        self, home: Home, triptych: Triptych
    ) -> None:
        called = triptych("check")
        assert (called.code, called.err) == (0, "")
        table, engine = called.out.split("\n\n")
        assert str(home.folder / "models.yaml") in table
        assert f"{home.folder / 'lora'} (rank 2, alpha 4.0)" in table
        assert engine.startswith("Engine base serves base, lora\nmemory: about ")
        assert f"{home.folder / 'python'} -m vllm" in engine
        assert "--lora-modules lora=" in engine

    def test_shows_series_and_steps(self, home: Home, triptych: Triptych) -> None:
        home.write("lora/trainer_state.json", '{"global_step": 1500}')
        assert "lora, step 1,500" in triptych("check").out

    def test_leaves_nothing_behind(self, home: Home, triptych: Triptych) -> None:
        before = set(home.folder.rglob("*"))
        triptych("check")
        assert set(home.folder.rglob("*")) == before

    def test_takes_the_file_of_the_environment(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRIPTYCH_MODELS_FILE", str(home.write("sub/mine.yaml", ENDPOINT)))
        monkeypatch.setenv("FAR_KEY", "k")
        assert "mine.yaml" in triptych("check").out

    def test_shows_long_paths_whole_in_a_pipe(self, home: Home, triptych: Triptych) -> None:
        deep = home.folder / Path("/".join(["a-folder-with-a-long-name"] * 6))
        deep.parent.mkdir(parents=True)
        (home.folder / "base").rename(deep)
        (home.folder / "base").symlink_to(deep)
        home.write("m.yaml", f"variants:\n  - {{name: a, kind: base, weights: {deep}}}\n")
        assert str(deep) in triptych("check", "--models", "m.yaml").out.split("\n\n")[0]

    def test_names_the_key_of_an_endpoint_that_is_missing(
        self, home: Home, triptych: Triptych
    ) -> None:
        home.write("m.yaml", ENDPOINT)
        called = triptych("check", "--models", "m.yaml")
        assert called.code == 1
        assert "Endpoint http://far.example/v1 serves far" in called.out
        assert "far: The key for http://far.example/v1 is missing: FAR_KEY" in called.err
        assert "export FAR_KEY=..." in called.err

    def test_is_content_when_the_key_is_there(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAR_KEY", "k")
        home.write("m.yaml", ENDPOINT)
        called = triptych("check", "--models", "m.yaml")
        assert (called.code, called.err) == (0, "")

    def test_says_once_what_keeps_engines_from_starting(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRIPTYCH_ENGINE_PYTHON", "/nowhere/python")
        (home.folder / "base" / "copy").mkdir()
        for file in ("config.json", "tokenizer_config.json", "model.safetensors"):
            (home.folder / "base" / "copy" / file).symlink_to(home.folder / "base" / file)
        home.write("m.yaml", f"{MODELS}  - {{name: full, kind: full, weights: base/copy}}\n")
        called = triptych("check", "--models", "m.yaml")
        assert called.code == 1
        assert "Engine base serves base, lora" in called.out
        assert "  base, full: The interpreter '/nowhere/python' cannot be run." in called.err
        assert called.err.count("pip install triptych[cpu]") == 1

    def test_an_interpreter_without_vllm(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bare = home.write("bare", '#!/bin/sh\necho \'{"version": null, "cpu_only": false}\'\n')
        bare.chmod(0o755)
        monkeypatch.setenv("TRIPTYCH_ENGINE_PYTHON", str(bare))
        for command in ("check", "engines up"):
            called = triptych(*command.split())
            assert called.code == 1
            assert f"The interpreter '{bare}' has no vLLM." in called.err
            assert "TRIPTYCH_ENGINE_PYTHON" in called.err
