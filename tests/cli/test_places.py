"""Settings, folders and databases that cannot be used; tracebacks only where asked for."""

import sqlite3
from pathlib import Path

import pytest

import app.cli.data
from app.cli.main import main
from app.errors import NotFound
from tests.cli.conftest import Home, Triptych

SETTINGS = [
    ("TRIPTYCH_FOO", "1", "Unknown setting in the environment: TRIPTYCH_FOO.", "TRIPTYCH_PORT"),
    ("triptych_foo", "1", "Unknown setting in the environment: triptych_foo.", "TRIPTYCH_PORT"),
    ("TRIPTYCH_PORT", "http", "TRIPTYCH_PORT: input should be a valid integer", ""),
    ("TRIPTYCH_PORT", "70000", "TRIPTYCH_PORT: input should be less", "65535"),
    ("TRIPTYCH_ENGINE_PORT", "70000", "TRIPTYCH_ENGINE_PORT: input should be less", "65535"),
    ("TRIPTYCH_CONCURRENCY", "0", "TRIPTYCH_CONCURRENCY: input should be greater", "1"),
    ("TRIPTYCH_ENGINE_START_TIMEOUT", "-1", "TRIPTYCH_ENGINE_START_TIMEOUT: input", "greater"),
    ("TRIPTYCH_PUBLIC_URL", "raters.org", "TRIPTYCH_PUBLIC_URL: must begin with http://", ""),
    ("TRIPTYCH_VAR", "models.yaml", "models.yaml for the database cannot be made: File", "_VAR"),
    ("TRIPTYCH_VAR", "/proc/none", "/proc/none for the database cannot be made", "TRIPTYCH_VAR"),
    ("TRIPTYCH_DATABASE_URL", "file.db", "TRIPTYCH_DATABASE_URL cannot be used", "sqlite:////"),
    ("TRIPTYCH_DATABASE_URL", "none://x", "TRIPTYCH_DATABASE_URL cannot be used", "sqlite:////"),
    ("TRIPTYCH_DATABASE_URL", "sqlite:///base", "base cannot be used: unable to open", "path"),
    ("TRIPTYCH_DATABASE_URL", "sqlite:///models.yaml", "file is not a database", "Check the path"),
]


@pytest.mark.parametrize(("name", "value", "said", "hint"), SETTINGS)
def test_a_setting_that_cannot_be_used(
    triptych: Triptych, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str, hint: str
) -> None:
    monkeypatch.setenv(name, value)
    called = triptych("runs")
    assert called.code == 1
    assert said in called.err
    assert hint in called.err
    assert "Traceback" not in called.err
    assert not called.out


def test_an_empty_variable_is_not_set(triptych: Triptych, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_PORT", "")
    assert triptych("runs").code == 0


@pytest.mark.parametrize("command", [["engines", "status"], ["serve"], ["run", "my"]])
def test_a_var_folder_that_cannot_be_made(
    triptych: Triptych, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("TRIPTYCH_VAR", "models.yaml")
    called = triptych(*command)
    assert called.code == 1
    assert "The folder models.yaml cannot be made: File exists." in called.err


class TestDatabase:
    def test_of_another_program_stays_as_it_is(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = home.folder / "other.db"
        _execute(file, "CREATE TABLE recipes (x)")
        monkeypatch.setenv("TRIPTYCH_DATABASE_URL", f"sqlite:///{file}")
        called = triptych("runs")
        assert called.code == 1
        assert "other.db belongs to another program: it has recipes." in called.err
        with sqlite3.connect(file) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert tables == [("recipes",)]

    def test_of_a_newer_triptych(self, home: Home, triptych: Triptych) -> None:
        assert triptych("runs").code == 0
        _execute(_file(home), "UPDATE alembic_version SET version_num = 'future'")
        called = triptych("runs")
        assert called.code == 1
        assert "was written by another version of Triptych" in called.err
        assert "Use that version." in called.err

    def test_locked_by_another_process(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert triptych("runs").code == 0
        impatient = {"timeout": 0, "isolation_level": None}
        monkeypatch.setattr("app.db._connect_args", lambda url: impatient)
        other = sqlite3.connect(_file(home), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        called = triptych("runs")
        other.close()
        assert called.code == 1
        assert "cannot be used: database is locked." in called.err
        assert "Another process is writing to it." in called.err

    def test_that_may_only_be_read(
        self, home: Home, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert triptych("runs").code == 0
        home.rows("p.jsonl", {"prompt": "a"})
        readonly = f"sqlite:///file:{_file(home)}?mode=ro&uri=true"
        monkeypatch.setenv("TRIPTYCH_DATABASE_URL", readonly)
        called = triptych("prompts", "import", "p.jsonl")
        assert called.code == 1
        assert "attempt to write a readonly database" in called.err
        assert "Check that you may write to the file" in called.err
        assert not called.out

    def test_the_password_of_its_address_is_not_shown(
        self, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = "postgresql+none://me:hunter2@localhost/triptych"
        monkeypatch.setenv("TRIPTYCH_DATABASE_URL", address)
        called = triptych("runs")
        assert called.code == 1
        assert "hunter2" not in called.err


class TestDebug:
    def test_shows_the_traceback(self, home: Home) -> None:
        process = home.start("export", "x", "--debug")
        _, err = process.communicate(timeout=30)
        assert process.returncode == 1
        assert err.startswith("Traceback")
        assert "There is no study 'x'" in err

    @pytest.mark.usefixtures("home")
    @pytest.mark.parametrize("arguments", [["--debug", "export", "x"], ["export", "--debug", "x"]])
    def test_stands_anywhere(self, arguments: list[str]) -> None:
        with pytest.raises(NotFound, match="There is no study 'x'"):
            main(arguments)

    def test_without_it_a_defect_is_one_line_and_a_next_step(
        self, triptych: Triptych, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def defect(*_: object) -> None:
            raise ZeroDivisionError("seven")

        monkeypatch.setattr(app.cli.data, "list_prompt_sets", defect)
        called = triptych("prompts", "list")
        assert called.code == 70
        assert called.err.startswith("Unexpected: ZeroDivisionError('seven')")
        assert "--debug" in called.err
        assert "Traceback" not in called.err

    def test_a_file_that_cannot_be_used_is_named(self, home: Home, triptych: Triptych) -> None:
        (home.folder / "var" / "triptych.log").mkdir(parents=True)
        called = triptych("engines", "status")
        assert called.code == 1
        assert "triptych.log: Is a directory." in called.err
        assert "Traceback" not in called.err


def _file(home: Home) -> Path:
    return home.folder / "var" / "triptych.db"


def _execute(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()
