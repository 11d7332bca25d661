"""Prompt sets: every format in, every slip named with its line, nothing half-imported."""

# ruff: noqa: E501  (one case per line reads as a table)

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from sqlalchemy import func, select

import app.tables  # noqa: F401  (registers every table)
from app.db import Base, Database
from app.errors import Conflict, InvalidInput, NotFound
from app.prompts import (
    ImportReport,
    delete_prompt_set,
    get_prompt_set,
    import_prompts,
    list_prompt_sets,
)
from app.tables import Prompt, PromptSet, Run

TURNS = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
ROWS: list[dict[str, Any]] = [
    {"prompt": "One?", "id": "a", "system": "Be brief.", "turns": TURNS},
    {"prompt": "Two,\n“quoted”?\u2028", "id": "b", "category": "c", "reference": "Yes."},
]


def jsonl(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_json(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps(rows, indent=2).encode()


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, delimiter=delimiter)
    writer.writeheader()
    for row in rows:
        flat = {k: json.dumps(v) if isinstance(v, list) else v for k, v in row.items()}
        writer.writerow(flat)
    return buffer.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(_filled(rows)), buffer)
    return buffer.getvalue()


def as_parquet_date(days: int) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"prompt": pa.array([days], pa.date32())}), buffer)
    return buffer.getvalue()


def _filled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    columns = dict.fromkeys(key for row in rows for key in row)
    return [{c: row.get(c) for c in columns} for row in rows]


def as_parquet_of_datasets(rows: list[dict[str, Any]]) -> bytes:
    """With keys in the turns that no turn uses, as chats of tools leave them."""
    chats = [[turn | {"tool_calls": None} for turn in row.get("turns", ())] for row in rows]
    return as_parquet([row | {"turns": turns} for row, turns in zip(rows, chats, strict=True)])


FORMATS = [
    ("p.jsonl", jsonl),
    ("p.json", as_json),
    ("p.json", jsonl),
    ("p.csv", as_csv),
    ("p.csv", lambda rows: as_csv(rows, ";")),
    ("p.tsv", lambda rows: as_csv(rows, "\t")),
    ("p.parquet", as_parquet),
    ("p.parquet", as_parquet_of_datasets),
]


def load(database: Database, filename: str, content: bytes, name: str = "set") -> ImportReport:
    with database.writing() as session:
        return import_prompts(session, name=name, filename=filename, data=io.BytesIO(content))


def stored(database: Database) -> list[Prompt]:
    with database.reading() as session:
        return list(session.scalars(select(Prompt).order_by(Prompt.position)))


def problems(database: Database, filename: str, content: bytes) -> list[tuple[str, str, str]]:
    """What is wrong; also checks that nothing at all was stored."""
    with pytest.raises(InvalidInput) as caught:
        load(database, filename, content)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(PromptSet)) == 0
        assert session.scalar(select(func.count()).select_from(Prompt)) == 0
    return [(p.where, p.message, p.hint or "") for p in caught.value.problems]


class TestImport:
    @pytest.mark.parametrize(("filename", "write"), FORMATS)
    def test_every_format_gives_the_same(
        self, database: Database, filename: str, write: Any
    ) -> None:
        report = load(database, filename, write(ROWS))
        assert (report.count, report.ignored, report.notes) == (2, (), ())
        one, two = stored(database)
        assert (one.key, one.text, one.system, one.turns) == ("a", "One?", "Be brief.", TURNS)
        assert (one.category, one.reference) == (None, None)
        assert (two.key, two.text) == ("b", "Two,\n“quoted”?\u2028")
        assert (two.system, two.turns, two.category, two.reference) == (None, [], "c", "Yes.")

    def test_a_path_is_read_too(self, database: Database, tmp_path: Path) -> None:
        (tmp_path / "p.jsonl").write_bytes(jsonl(ROWS))
        with database.writing() as session:
            path = tmp_path / "p.jsonl"
            report = import_prompts(session, name=" set ", filename="p.jsonl", data=path)
            assert (report.prompt_set.name, report.prompt_set.source) == ("set", "p.jsonl")

    def test_a_path_that_is_not_there(self, database: Database, tmp_path: Path) -> None:
        with database.writing() as session, pytest.raises(InvalidInput, match="cannot be read: No"):
            import_prompts(session, name="x", filename="p.jsonl", data=tmp_path / "p.jsonl")

    def test_rows_without_id_are_numbered(self, database: Database) -> None:
        load(database, "p.jsonl", b'{"prompt": "a"}\n\n{"prompt": "b", "id": null}\n')
        assert [p.key for p in stored(database)] == ["1", "2"]

    def test_numbers_are_ids(self, database: Database) -> None:
        load(database, "p.jsonl", b'{"prompt": "a", "id": 7}\n')
        assert [p.key for p in stored(database)] == ["7"]

    def test_other_columns_are_told(self, database: Database) -> None:
        report = load(database, "p.jsonl", b'{"prompt": "a", "zeta": 1}\n{"prompt": "b", "eta": 1}')
        assert report.ignored == ("zeta", "eta")

    def test_instruction_is_taken_with_a_note(self, database: Database) -> None:
        report = load(database, "p.jsonl", b'{"instruction": "a", "input": "", "output": "x"}\n')
        assert report.notes == ("The column 'instruction' was taken as the prompt.",)
        assert report.ignored == ("input", "output")
        assert stored(database)[0].text == "a"

    def test_an_instruction_beside_a_prompt_is_another_column(self, database: Database) -> None:
        report = load(database, "p.jsonl", b'{"prompt": "a", "instruction": "b"}\n')
        assert (report.ignored, report.notes) == (("instruction",), ())

    @pytest.mark.parametrize(("filename", "write"), [("p.jsonl", jsonl), ("p.csv", as_csv)])
    def test_byte_order_mark_and_windows_line_ends(
        self, database: Database, filename: str, write: Any
    ) -> None:
        content = b"\xef\xbb\xbf" + write([{"prompt": "a"}, {"prompt": "b"}])
        load(database, filename, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        assert [p.text for p in stored(database)] == ["a", "b"]

    def test_the_hash_is_that_of_the_content(self, database: Database) -> None:
        first = load(database, "p.jsonl", jsonl(ROWS), "one").prompt_set.content_hash
        assert load(database, "q.csv", as_csv(ROWS), "two").prompt_set.content_hash == first
        assert load(database, "p.jsonl", jsonl(ROWS[:1]), "x").prompt_set.content_hash != first


# Each case: the file's name and content, then where, message and hint of the only problem.
BAD = [
    # JSON lines
    ("p.jsonl", b"", "p.jsonl", "is empty", "at least one row"),
    ("p.jsonl", b"\n \n", "p.jsonl", "is empty", ""),
    ("p.jsonl", b'{"prompt": "a"}\n{"prompt": \n', "p.jsonl:2", "is not JSON: Expecting value", "json.dumps"),
    ("p.jsonl", b'{"prompt": "a"} {"prompt": "b"}\n', "p.jsonl:1", "more after the object, from column 16", ""),
    ("p.jsonl", b'"a"\n', "p.jsonl:1", "must be a JSON object", ""),
    ("p.jsonl", b'{"prompt": "a", "prompt": "b"}\n', "p.jsonl:1", "'prompt' stands twice", ""),
    ("p.jsonl", b'{"prompt": "a", "id": NaN}\n', "p.jsonl:1", "NaN is not a JSON number", ""),
    ("p.jsonl", b'{"prompt": ' + b"[" * 100_000 + b"\n", "p.jsonl:1", "nested too deeply", ""),
    ("p.jsonl", b'{"prompt": "a"}\n{"prompt": "caf\xe9"}\n', "p.jsonl:2", "byte 32 of the file (0xe9)", "UTF-8"),
    ("p.jsonl", b'\xef\xbb\xbf{"prompt": "caf\xe9"}\n', "p.jsonl:1", "byte 19 of the file (0xe9)", "UTF-8"),
    ("p.jsonl", '{"prompt": "a"}\n'.encode("utf-16"), "p.jsonl:1", "is UTF-16 text", "UTF-8"),
    # values
    ("p.jsonl", b'{"prompt": "a"}\n\n{"text": "b"}\n', "p.jsonl:3", "'prompt' is missing", "delete the row"),
    ("p.jsonl", b'{"prompt": "  "}\n', "p.jsonl:1", "'prompt' is empty", ""),
    ("p.jsonl", b'{"prompt": null}\n', "p.jsonl:1", "'prompt' is empty", ""),
    ("p.jsonl", b'{"prompt": 3}\n', "p.jsonl:1", "'prompt' must be text, not a number", "quotes"),
    ("p.jsonl", b'{"prompt": ["a"]}\n', "p.jsonl:1", "'prompt' must be text, not a list", ""),
    ("p.jsonl", b'{"prompt": "a\\u0000"}\n', "p.jsonl:1", "'prompt' has a NUL character", "Remove"),
    ("p.jsonl", b'{"prompt": "a\\ud800"}\n', "p.jsonl:1", "half a character", "surrogate"),
    ("p.jsonl", b'{"prompt": "a", "id": true}\n', "p.jsonl:1", "'id' must be text or a whole number, not true or false", ""),
    ("p.jsonl", b'{"prompt": "a", "id": 1.5}\n', "p.jsonl:1", "not a number", ""),
    ("p.jsonl", b'{"prompt": "a", "id": ' + b"7" * 201 + b'}\n', "p.jsonl:1", "'id' has 201 characters", "At most 200"),
    ("p.jsonl", b'{"prompt": "a", "id": "' + b"x" * 201 + b'"}\n', "p.jsonl:1", "'id' has 201 characters", "At most 200"),
    ("p.jsonl", b'{"prompt": "a", "category": {}}\n', "p.jsonl:1", "'category' must be text, not an object", ""),
    ("p.jsonl", b'{"prompt": "a", "system": 1}\n', "p.jsonl:1", "'system' must be text", ""),
    ("p.jsonl", b'{"prompt": "a", "reference": false}\n', "p.jsonl:1", "'reference' must be text", ""),
    ("p.jsonl", b'{"prompt": "a", "id": "x"}\n{"prompt": "b", "id": "x"}\n', "p.jsonl:2", "the id 'x' is used at p.jsonl:1 already", "its own"),
    ("p.json", b'[{"prompt": "a", "id": "x"}, {"prompt": "b", "id": "x"}]', "p.json:1", "the id 'x' is used at p.json:1 already", "its own"),
    ("p.jsonl", b'{"prompt": "a", "id": "2"}\n{"prompt": "b"}\n', "p.jsonl:2", "its number 2 is the id at p.jsonl:1", "or none"),
    ("p.jsonl", b'{"instruction": "a", "input": "b"}\n', "p.jsonl:1", "would get lost", "one column"),
    # turns
    ("p.jsonl", b'{"prompt": "a", "turns": "hello"}\n', "p.jsonl:1", "'turns' is not JSON", "JSON text"),
    ("p.jsonl", b'{"prompt": "a", "turns": 3}\n', "p.jsonl:1", "'turns' must be a list, not a number", ""),
    ("p.jsonl", b'{"prompt": "a", "turns": ["x"]}\n', "p.jsonl:1", "turn 1 must have role and content", '"role": "user"'),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "user"}]}\n', "p.jsonl:1", "turn 1 must have role", ""),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "bot", "content": "x"}]}\n', "p.jsonl:1", "the role of turn 1", ""),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "user", "content": " "}]}\n', "p.jsonl:1", "the content of turn 1", ""),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "system", "content": "x"}]}\n', "p.jsonl:1", "turn 1 is by the system", "'system'"),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "assistant", "content": "x"}]}\n', "p.jsonl:1", "turn 1 must be by the user", "alternate"),
    ("p.jsonl", b'{"prompt": "a", "turns": [{"role": "user", "content": "x"}]}\n', "p.jsonl:1", "must end with the assistant", "'prompt'"),
    # JSON lists
    ("p.json", b"[]", "p.json", "has no rows", ""),
    ("p.json", b'[\n{"prompt": "a"},\n{"prompt": }\n]', "p.json:3", "is not JSON: Expecting value", "one JSON list"),
    ("p.json", b'[\n{"prompt": "a"}\n{"prompt": "b"}\n]', "p.json:3", "a comma or ] is missing", ""),
    ("p.json", b'[\n{"prompt": "a"},\n', "p.json:3", "is not JSON", ""),
    ("p.json", b'[{"prompt": "a"}\n]\nmore', "p.json:2", "more after the list", ""),
    ("p.json", b'[\n{"prompt": "a"},\n\n{"prompt": ""}]', "p.json:4", "'prompt' is empty", ""),
    ("p.json", b'[\n{\n"prompt": "a"\n},\n7]', "p.json:5", "must be a JSON object", ""),
    # CSV
    ("p.csv", b"prompt\n", "p.csv", "has no rows", ""),
    ("p.csv", b"prompt,id\na\n", "p.csv:2", "has 1 fields, and the first line names 2", "quotes"),
    ("p.csv", b'prompt,id\n"a\nb",1\nc,d,e\n', "p.csv:4", "has 3 fields", ""),
    ("p.csv", b"prompt,prompt\na,b\n", "p.csv:1", "name every column once", "Found: prompt, prompt"),
    ("p.csv", b"prompt,\na,b\n", "p.csv:1", "name every column once", ""),
    ("p.csv", b'prompt\n"a\n', "p.csv:2", "is not CSV: unexpected end of data", "Close every quote"),
    ("p.csv", b"prompt,id\n,1\n", "p.csv:2", "'prompt' is empty", ""),
    ("p.csv", b'prompt,turns\na,"[{"\n', "p.csv:2", "'turns' is not JSON", ""),
    ("p.csv", b"prompt\ncaf\xe9\n", "p.csv:2", "is not UTF-8", ""),
    ("p.csv", b"Prompt,ID\na,1\nb,2\n", "p.csv", "has no column 'prompt'", "Found: Prompt, ID"),
    # Parquet, other files
    ("p.parquet", b"PAR1 no", "p.parquet", "is not a Parquet file", "Write it again"),
    ("p.parquet", as_parquet_date(10**9), "p.parquet", "is not a Parquet file", "Write it again"),
    ("p.parquet", as_parquet([{"prompt": "a"}, {"prompt": None}]), "p.parquet row 2", "'prompt' is empty", ""),
    ("p.parquet", as_parquet([{"prompt": 1}]), "p.parquet row 1", "must be text, not a number", ""),
    ("p.xlsx", b"PK", "p.xlsx", "has an ending that is not known", ".jsonl"),
    ("prompts", b"{}", "prompts", "has an ending that is not known", ".csv"),
]  # fmt: skip


class TestBadFiles:
    @pytest.mark.parametrize(("filename", "content", "where", "message", "hint"), BAD)
    def test_one_slip(
        self,
        database: Database,
        filename: str,
        content: bytes,
        where: str,
        message: str,
        hint: str,
    ) -> None:
        (found,) = problems(database, filename, content)
        assert found[0] == where
        assert message in found[1]
        assert hint in found[2]

    def test_all_slips_of_all_rows_at_once(self, database: Database) -> None:
        content = b'{"prompt": 1, "id": 1.5}\n{"prompt": "fine"}\n{\n{"prompt": ""}\n'
        found = [(where, message) for where, message, _ in problems(database, "p.jsonl", content)]
        assert sorted(where for where, _ in found) == [
            "p.jsonl:1",
            "p.jsonl:1",
            "p.jsonl:3",
            "p.jsonl:4",
        ]

    def test_the_first_fifty_are_shown_and_the_rest_counted(self, database: Database) -> None:
        found = problems(database, "p.jsonl", b'{"prompt": ""}\n' * 73)
        assert len(found) == 51
        assert found[49][0] == "p.jsonl:50"
        assert found[50][:2] == ("p.jsonl", "and 23 more problems.")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b", "a\nb", "a\x1b[31mb"])
    def test_a_bad_name(self, database: Database, name: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            load(database, "p.jsonl", jsonl(ROWS), name)
        assert caught.value.problems[0].where == "name"

    def test_a_name_that_is_taken(self, database: Database) -> None:
        load(database, "p.jsonl", jsonl(ROWS))
        with pytest.raises(Conflict, match="'set' already"):
            load(database, "p.jsonl", jsonl(ROWS))
        assert len(stored(database)) == 2

    def test_messages_can_be_printed(self, database: Database) -> None:
        ((_, message, _),) = problems(database, "p.jsonl", b'{"\\ud800": 1, "\\ud800": 2}\n')
        assert message.encode()


class TestSets:
    def add_run(self, database: Database, prompt_set_id: int) -> None:
        with database.writing() as session:
            session.add(Run(name="run", prompt_set_id=prompt_set_id))

    def test_are_listed_newest_first(self, database: Database) -> None:
        first = load(database, "p.jsonl", jsonl(ROWS), "one").prompt_set.id
        load(database, "p.csv", b"prompt,category\na,x\nb,y\nc,y\n", "two")
        self.add_run(database, first)
        with database.reading() as session:
            two, one = list_prompt_sets(session)
        assert (two.name, two.count, two.runs) == ("two", 3, 0)
        assert two.categories == (("y", 2), ("x", 1))
        assert (one.name, one.count, one.runs, one.source) == ("one", 2, 1, "p.jsonl")
        assert one.categories == ((None, 1), ("c", 1))

    def test_none(self, database: Database) -> None:
        with database.reading() as session:
            assert list_prompt_sets(session) == []

    def test_one_that_is_not_there(self, database: Database) -> None:
        with database.reading() as session, pytest.raises(NotFound):
            get_prompt_set(session, 1)

    def test_delete_takes_the_prompts_along(self, database: Database) -> None:
        number = load(database, "p.jsonl", jsonl(ROWS)).prompt_set.id
        with database.writing() as session:
            delete_prompt_set(session, number)
        assert stored(database) == []

    def test_delete_is_refused_while_a_run_uses_it(self, database: Database) -> None:
        number = load(database, "p.jsonl", jsonl(ROWS)).prompt_set.id
        self.add_run(database, number)
        with database.writing() as session, pytest.raises(Conflict, match="used by 'run'"):
            delete_prompt_set(session, number)
        assert len(stored(database)) == 2


# --- whatever a person writes comes back unchanged ----------------------------------------------

TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
).filter(str.strip)
SHORT = TEXT.filter(lambda text: text == text.strip())
TURN_PAIR = st.tuples(TEXT, TEXT).map(
    lambda pair: [
        {"role": "user", "content": pair[0]},
        {"role": "assistant", "content": pair[1]},
    ]
)
PROMPTS = st.lists(
    st.fixed_dictionaries(
        {"prompt": TEXT, "id": SHORT},
        optional={"system": TEXT, "turns": TURN_PAIR, "category": SHORT, "reference": TEXT},
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row["id"],
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One database for all examples; each is rolled back."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('prompts') / 'test.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@pytest.mark.parametrize(("filename", "write"), FORMATS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=PROMPTS)
def test_round_trip(
    shared: Database, filename: str, write: Any, rows: list[dict[str, Any]]
) -> None:
    with shared.writing() as session:
        data = io.BytesIO(write(rows))
        prompt_set = import_prompts(session, name="x", filename=filename, data=data).prompt_set
        found = [
            {
                "prompt": p.text,
                "id": p.key,
                "system": p.system,
                "turns": p.turns,
                "category": p.category,
                "reference": p.reference,
            }
            for p in prompt_set.prompts
        ]
        session.rollback()
    empty = {"system": None, "turns": [], "category": None, "reference": None}
    assert found == [empty | row for row in rows]
