"""`triptych engines`: they outlive the command, and stop when told."""

import pytest

from tests.cli.conftest import Home, Triptych


def _cells(triptych: Triptych) -> list[str]:
    row = triptych("engines", "status").out.splitlines()[3]
    return [cell.strip() for cell in row.split("│")][1:7]


class TestEngines:
    def test_up_status_down(self, home: Home, triptych: Triptych) -> None:
        assert _cells(triptych)[:4] == ["base", "stopped", "–", "–"]

        called = triptych("engines", "up", "base", "base")
        assert (called.code, called.err) == (0, "")
        assert called.out.startswith("base: ready on port ")
        (process,) = home.engine_processes()
        name, state, pid, port, _, variants = _cells(triptych)
        assert (name, state, pid, variants) == ("base", "ready", str(process.pid), "base, lora")
        assert called.out == f"base: ready on port {port}\n"

        assert triptych("engines", "down").out == "base: stopped\n"
        assert home.engine_processes() == []
        status = triptych("engines", "status").out
        assert f"the log of its last start is {home.folder}/var/engines/base.log" in status

    def test_up_of_what_runs_changes_nothing(self, home: Home, triptych: Triptych) -> None:
        triptych("engines", "up")
        before = home.engine_processes()
        assert triptych("engines", "up").code == 0
        assert home.engine_processes() == before
        triptych("engines", "down")

    def test_one_of_an_older_file_is_shown_and_stopped_by_name(
        self, home: Home, triptych: Triptych
    ) -> None:
        triptych("engines", "up")
        text = (home.folder / "models.yaml").read_text().replace("name: base", "name: renamed")
        (home.folder / "models.yaml").write_text(text)
        assert "none any more" in triptych("engines", "status").out
        assert triptych("engines", "down").out == "renamed: stopped\n"
        assert home.engine_processes()
        assert triptych("engines", "down", "base").out == "base: stopped\n"
        assert home.engine_processes() == []

    def test_down_of_what_is_down(self, triptych: Triptych) -> None:
        called = triptych("engines", "down")
        assert (called.code, called.out) == (0, "base: stopped\n")

    def test_one_that_cannot_start_tells_its_story(self, home: Home, triptych: Triptych) -> None:
        home.behave(log="ValueError: rank 64 is greater than max_lora_rank", exit=1)
        called = triptych("engines", "up")
        assert called.code == 1
        assert "ValueError: rank 64 is greater than max_lora_rank" in called.err
        assert f"The command was: {home.folder}/python -m vllm" in called.err
        assert not called.out
        assert home.engine_processes() == []
        assert list((home.folder / "var" / "engines").glob("*.json")) == []

    @pytest.mark.parametrize("command", ["up", "down"])
    @pytest.mark.parametrize(
        ("name", "hint"),
        [("none", "The engines: base."), ("lora", "'lora' is a variant; its engine: base.")],
    )
    def test_a_name_that_is_no_engine(
        self, triptych: Triptych, command: str, name: str, hint: str
    ) -> None:
        called = triptych("engines", command, "base", name)
        assert called.code == 1
        assert f"There is no engine '{name}'." in called.err
        assert hint in called.err
        assert _cells(triptych)[1] == "stopped"

    @pytest.mark.parametrize("command", ["up", "down", "status"])
    def test_without_engines(self, home: Home, triptych: Triptych, command: str) -> None:
        endpoint = '{url: "http://far.example/v1", served_name: m}'
        home.write("m.yaml", f"variants:\n  - {{name: far, kind: other, endpoint: {endpoint}}}\n")
        called = triptych("engines", command, "--models", "m.yaml")
        assert called.code == 0
        assert "needs no engine: its variants are served elsewhere." in called.out

    def test_status_says_why_none_can_start(
        self, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRIPTYCH_ENGINE_PYTHON", "/nowhere/python")
        called = triptych("engines", "status")
        assert called.code == 0
        assert "base: The interpreter '/nowhere/python' cannot be run." in called.out
