"""Recorded answers become a finished run: three layouts, every slip named with its line."""

# ruff: noqa: E501  (one case per line reads as a table)

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import app.tables  # noqa: F401  (registers every table)
from app.db import Base, Database
from app.errors import Conflict, InvalidInput
from app.prompts import import_prompts
from app.readers import Source
from app.recorded import ResponsesReport, import_responses
from app.tables import PromptSet, Response, Run, RunState, Variant, VariantKind

Files = dict[str, bytes]
Answers = list[tuple[str, str, int, str]]

OWN = b"""\
{"prompt": "One?", "id": "a", "variant": "base", "kind": "base", "response": "1"}
{"prompt": "One?", "id": "a", "variant": "lora", "kind": "lora", "response": ""}
{"prompt": "Two?", "id": "b", "variant": "base", "response": "2", "category": "c"}
{"prompt": "Two?", "id": "b", "variant": "lora", "response": "II", "reference": "2"}
"""


def outputs(generator: str, **extra: Any) -> bytes:
    rows = [
        {"instruction": f"Q{n}", "output": f"{generator} {n}", "generator": generator} | extra
        for n in range(2)
    ]
    return json.dumps(rows, indent=1).encode()


def load_in(session: Session, files: Files, **options: Any) -> ResponsesReport:
    sources = [Source(name, io.BytesIO(content)) for name, content in files.items()]
    return import_responses(session, **({"name": "run"} | options), files=sources)


def load(database: Database, files: Files, **options: Any) -> ResponsesReport:
    with database.writing() as session:
        return load_in(session, files, **options)


def answers(database: Database) -> Answers:
    """(prompt's key, variant, sample, text) of every response."""
    with database.reading() as session:
        return [
            (r.prompt.key, r.run_variant.variant.name, r.sample, r.text)
            for r in session.scalars(select(Response).order_by(Response.id))
        ]


def problems(database: Database, files: Files, **options: Any) -> list[tuple[str, str, str]]:
    """What is wrong; also checks that nothing at all was stored."""
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(PromptSet))
    with pytest.raises(InvalidInput) as caught:
        load(database, files, **options)
    with database.reading() as session:
        for table in (Run, Response, Variant):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).select_from(PromptSet)) == before
    return [(p.where, p.message, p.hint or "") for p in caught.value.problems]


class TestOwnLayout:
    def test_a_finished_run(self, database: Database) -> None:
        number = load(database, {"a.jsonl": OWN}).run.id
        with database.reading() as session:
            run = session.get_one(Run, number)
            assert (run.name, run.imported, run.state, run.samples) == ("run", True, "done", 1)
            assert run.started_at == run.finished_at is not None
            assert [(v.position, v.state) for v in run.variants] == [
                (0, RunState.DONE),
                (1, RunState.DONE),
            ]
            assert [(v.variant.name, v.variant.kind) for v in run.variants] == [
                ("base", VariantKind.BASE),
                ("lora", VariantKind.LORA),
            ]
            assert run.variants[0].variant.spec["recorded"] is True
            prompts = run.prompt_set.prompts
            assert (run.prompt_set.name, run.prompt_set.source) == ("run", "a.jsonl")
            assert [(p.key, p.text, p.category, p.reference) for p in prompts] == [
                ("a", "One?", None, None),
                ("b", "Two?", "c", "2"),
            ]

    def test_the_answers(self, database: Database) -> None:
        report = load(database, {"a.jsonl": OWN})
        assert report.count == 4
        assert answers(database) == [
            ("a", "base", 0, "1"),
            ("a", "lora", 0, ""),
            ("b", "base", 0, "2"),
            ("b", "lora", 0, "II"),
        ]

    def test_all_columns(self, database: Database) -> None:
        row = {
            "prompt": "One?",
            "variant": "v",
            "response": "1",
            "sample": 2,
            "system": "S",
            "turns": [{"role": "user", "content": "u"}, {"role": "assistant", "content": "a"}],
            "token_ids": [4, 5],
            "logprobs": [-0.5, 0],
            "rendered_prompt": "<s>One?",
            "zeta": 1,
        }
        report = load(database, {"a.jsonl": json.dumps(row).encode()})
        assert report.ignored == ("zeta",)
        with database.reading() as session:
            (found,) = session.scalars(select(Response))
            assert (found.sample, found.token_ids, found.logprobs) == (2, [4, 5], [-0.5, 0.0])
            assert found.rendered_prompt == "<s>One?"
            assert (found.prompt.system, len(found.prompt.turns)) == ("S", 2)
            assert found.run_variant.run.samples == 3
            assert found.run_variant.variant.kind is VariantKind.OTHER

    def test_csv_with_lists_as_json(self, database: Database) -> None:
        content = b'prompt,variant,response,sample,token_ids\nQ,v,x,1,"[1, 2]"\nQ,v,,,\n'
        load(database, {"a.csv": content})
        assert answers(database) == [("1", "v", 1, "x"), ("1", "v", 0, "")]

    def test_the_same_files_again_are_the_same_variants(self, database: Database) -> None:
        load(database, {"a.jsonl": OWN})
        load(database, {"a.jsonl": OWN}, name="again")
        load(database, {"a.jsonl": OWN.replace(b"II", b"two")}, name="changed")
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Variant)) == 4
            assert session.scalar(select(func.count()).select_from(Response)) == 12


class TestOtherLayouts:
    def test_alpaca_eval_has_one_file_per_generator(self, database: Database) -> None:
        files = {"a.json": outputs("A", dataset="d"), "b.json": outputs("B", dataset="d")}
        report = load(database, files)
        assert report.notes == (
            "a.json: 2 answers in AlpacaEval's layout.",
            "b.json: 2 answers in AlpacaEval's layout.",
        )
        assert answers(database) == [
            ("1", "A", 0, "A 0"),
            ("2", "A", 0, "A 1"),
            ("1", "B", 0, "B 0"),
            ("2", "B", 0, "B 1"),
        ]
        with database.reading() as session:
            (prompt_set,) = session.scalars(select(PromptSet))
            assert [p.category for p in prompt_set.prompts] == ["d", "d"]
            assert prompt_set.source == "a.json, b.json"

    def test_just_eval_tells_equal_instructions_apart_by_id(self, database: Database) -> None:
        rows = [
            {
                "id": n,
                "instruction": "Same?",
                "source_id": f"s-{n}",
                "dataset": "d",
                "output": str(n),
            }
            | {"generator": "A", "datasplit": "regular", "model_input": "# Same?"}
            for n in range(2)
        ]
        report = load(database, {"a.json": json.dumps(rows).encode()})
        assert report.notes == ("a.json: 2 answers in just-eval's layout.",)
        assert report.ignored == ("source_id", "datasplit")
        assert answers(database) == [("0", "A", 0, "0"), ("1", "A", 0, "1")]
        with database.reading() as session:
            assert session.scalars(select(Response.rendered_prompt)).first() == "# Same?"

    def test_layouts_mix_and_match_by_text(self, database: Database) -> None:
        own = b'{"prompt": "Q1", "id": "second", "variant": "mine", "response": "x"}\n'
        report = load(database, {"a.json": outputs("A"), "b.jsonl": own})
        assert answers(database) == [
            ("1", "A", 0, "A 0"),
            ("second", "A", 0, "A 1"),
            ("second", "mine", 0, "x"),
        ]
        assert report.notes[2] == "'mine' lacks 1 of 2 answers; first: prompt '1'."

    def test_numbers_given_to_prompts_avoid_ids(self, database: Database) -> None:
        own = b'{"prompt": "X", "id": "1", "variant": "A", "response": "x"}\n'
        load(database, {"a.json": outputs("A"), "b.jsonl": own})
        assert sorted({key for key, *_ in answers(database)}) == ["1", "2", "3"]


class TestMissing:
    def test_what_is_missing_is_noted_and_allowed(self, database: Database) -> None:
        rows = OWN.splitlines(keepends=True)
        report = load(database, {"a.jsonl": b"".join(rows[:3])})
        assert report.notes[1:] == ("'lora' lacks 1 of 2 answers; first: prompt 'b'.",)
        assert report.count == 3

    def test_samples_count_too(self, database: Database) -> None:
        more = b'{"prompt": "One?", "id": "a", "variant": "base", "sample": 1, "response": "x"}\n'
        report = load(database, {"a.jsonl": OWN + more})
        assert report.notes[1:] == (
            "'base' lacks 1 of 4 answers; first: prompt 'b'.",
            "'lora' lacks 2 of 4 answers; first: prompt 'a'.",
        )

    def test_nothing_is_noted_when_all_is_there(self, database: Database) -> None:
        report = load(database, {"a.jsonl": OWN})
        assert report.notes == ("a.jsonl: 4 answers in Triptych's layout.",)


class TestExistingPrompts:
    PROMPTS = b'{"prompt": "One?", "id": "a"}\n{"prompt": "Two?", "id": "b"}\n{"prompt": "Two?", "id": "c"}\n'

    @pytest.fixture
    def prompt_set(self, database: Database) -> PromptSet:
        with database.writing() as session:
            data = io.BytesIO(self.PROMPTS)
            report = import_prompts(session, name="set", filename="p.jsonl", data=data)
            return report.prompt_set

    def test_by_id_and_by_text(self, database: Database, prompt_set: PromptSet) -> None:
        content = (
            b'{"prompt": "One?", "variant": "v", "response": "x"}\n'
            b'{"prompt": "One?", "id": "elsewhere", "variant": "w", "response": "y"}\n'
            b'{"prompt": "Two?", "id": "c", "variant": "v", "response": "z"}\n'
        )
        report = load(database, {"a.jsonl": content}, prompt_set=prompt_set)
        assert report.run.prompt_set_id == prompt_set.id
        assert [key for key, *_ in answers(database)] == ["a", "a", "c"]
        with database.reading() as session:
            assert session.scalar(select(func.count()).select_from(PromptSet)) == 1

    def test_the_text_decides_when_the_id_means_another(
        self, database: Database, prompt_set: PromptSet
    ) -> None:
        content = b'{"prompt": "One?", "id": "b", "variant": "v", "response": "x"}\n'
        load(database, {"a.jsonl": content}, prompt_set=prompt_set)
        assert [key for key, *_ in answers(database)] == ["a"]

    @pytest.mark.parametrize(
        ("row", "message"),
        [
            (b'{"prompt": "Three?", "variant": "v", "response": "x"}', "not in the prompt set"),
            (b'{"prompt": "Two?", "variant": "v", "response": "x"}', "2 prompts have this text"),
            (b'{"prompt": "New?", "id": "a", "variant": "v", "response": "x"}', "reads differently at the prompt set"),
        ],
    )  # fmt: skip
    def test_no_match(
        self, database: Database, prompt_set: PromptSet, row: bytes, message: str
    ) -> None:
        ((where, found, _),) = problems(database, {"a.jsonl": row}, prompt_set=prompt_set)
        assert where == "a.jsonl:1"
        assert message in found


def own_row(**changes: Any) -> bytes:
    row = {"prompt": "One?", "id": "a", "variant": "v", "response": "x"} | changes
    return json.dumps({k: v for k, v in row.items() if v is not ...}).encode() + b"\n"


# Each case: the file's lines, then line, message, hint of the only problem.
BAD = [
    (own_row(variant=""), 1, "does not say which variant", "a name"),
    (own_row() + own_row(id="b", variant=...), 2, "does not say which variant", "a name"),
    (own_row(variant=3), 1, "'variant' must be text", ""),
    (own_row(variant="v" * 101), 1, "the variant's name has 101 characters", "At most 100"),
    (own_row(response=None), 1, "the answer is missing", "''"),
    (own_row(response=["x"]), 1, "the answer must be text", "several rows"),
    (own_row(response="x\0"), 1, "'the answer' has a NUL character", ""),
    (own_row(kind="sft"), 1, "'kind' must be base, lora, full or other, not 'sft'", ""),
    (own_row(sample=-1), 1, "'sample' must be a whole number from 0 to 999", "the first answer"),
    (own_row(sample=1000), 1, "'sample' must be a whole number", ""),
    (own_row(sample=" " * 9 + "x"), 1, "'sample' must be a whole number", ""),
    (own_row(sample="0" * 9 + "1"), 1, "'sample' must be a whole number", ""),
    (own_row(sample=" " * 9 + "1000"), 1, "'sample' must be a whole number", ""),
    (own_row(sample=1.5), 1, "'sample' must be a whole number", ""),
    (own_row(sample=True), 1, "'sample' must be a whole number", ""),
    (own_row(token_ids=[1.5]), 1, "'token_ids' must be a list of whole numbers", ""),
    (own_row(token_ids=[-1]), 1, "'token_ids' must be a list of whole numbers", ""),
    (own_row(token_ids="x"), 1, "'token_ids' is not JSON", ""),
    (own_row(token_ids=[1], logprobs=[0.5]), 1, "'logprobs' must be a list of numbers up to 0", ""),
    (own_row(token_ids=[1], logprobs=[None]), 1, "'logprobs' must be a list of numbers", ""),
    (own_row(token_ids=[1], logprobs=[-(10**400)]), 1, "'logprobs' must be a list of numbers", ""),
    (own_row(token_ids=[1], logprobs=[-1, -2]), 1, "2 logprobs for 1 token_ids", "per token"),
    (own_row(prompt=" "), 1, "'prompt' is empty", ""),
    (own_row() + b"{\n", 2, "is not JSON", ""),
    (own_row() + own_row(), 2, "'v' has answered this prompt at a.jsonl:1 already", "'sample'"),
    (own_row() + own_row(prompt="Two?", variant="w"), 2, "the prompt 'a' reads differently at a.jsonl:1", "One id"),
    (own_row() + own_row(system="S", variant="w"), 2, "the prompt 'a' reads differently", ""),
    (own_row(reference="1") + own_row(reference="2", variant="w"), 2, "the reference of this prompt is another at a.jsonl:1", "equal"),
    (own_row(category="1") + own_row(category="2", variant="w"), 2, "the category of this prompt", ""),
    (own_row(kind="base") + own_row(id="b", kind="full"), 2, "'v' is of kind base at a.jsonl:1", "one kind"),
]  # fmt: skip


class TestBadFiles:
    @pytest.mark.parametrize(("content", "line", "message", "hint"), BAD)
    def test_one_slip(
        self, database: Database, content: bytes, line: int, message: str, hint: str
    ) -> None:
        ((where, found, advice),) = problems(database, {"a.jsonl": content})
        assert where == f"a.jsonl:{line}"
        assert message in found
        assert hint.lower() in advice.lower()

    def test_a_layout_that_nobody_knows(self, database: Database) -> None:
        ((where, message, hint),) = problems(database, {"a.jsonl": b'{"question": "?"}\n'})
        assert (where, message) == ("a.jsonl", "has other columns: question.")
        assert "prompt, variant, response" in hint

    def test_slips_of_all_files_at_once(self, database: Database) -> None:
        files = {"a.jsonl": own_row(sample=-1), "b.json": b"[", "c.xlsx": b"PK", "d.json": b""}
        found = problems(database, files)
        assert [where for where, *_ in found] == ["a.jsonl:1", "b.json:1", "c.xlsx", "d.json"]

    def test_two_answers_on_one_line(self, database: Database) -> None:
        row = own_row().decode().strip()
        ((where, message, _),) = problems(database, {"a.json": f"[{row}, {row}]".encode()})
        assert where == "a.json:1"
        assert "has answered this prompt at a.json:1 already" in message

    def test_one_file_named_twice(self, database: Database) -> None:
        sources = [Source("a.jsonl", io.BytesIO(OWN)) for _ in range(2)]
        with database.writing() as session, pytest.raises(InvalidInput) as caught:
            import_responses(session, name="run", files=sources)
        assert [p.where for p in caught.value.problems] == [f"a.jsonl:{n}" for n in (1, 2, 3, 4)]

    def test_the_same_file_twice(self, database: Database) -> None:
        found = problems(database, {"a.json": outputs("A"), "b.json": outputs("A")})
        assert [where for where, *_ in found] == ["b.json:2", "b.json:7"]

    def test_no_file(self, database: Database) -> None:
        assert problems(database, {})[0][:2] == ("files", "none was given.")

    def test_a_name_that_is_taken(self, database: Database) -> None:
        load(database, {"a.jsonl": OWN})
        with pytest.raises(Conflict, match="'run' already"):
            load(database, {"a.jsonl": OWN})
        assert len(answers(database)) == 4

    def test_the_run_is_named_before_the_prompt_set_that_came_with_it(
        self, database: Database
    ) -> None:
        load(database, {"a.jsonl": OWN})
        with pytest.raises(Conflict, match="There is a run 'run' already"):
            load(database, {"a.jsonl": OWN})

    def test_a_runs_name_that_is_taken(self, database: Database) -> None:
        prompt_set = load(database, {"a.jsonl": OWN}).run.prompt_set
        with pytest.raises(Conflict, match="a run 'run' already"):
            load(database, {"a.jsonl": OWN}, prompt_set=prompt_set)

    @pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\0b", "a\nb"])
    @pytest.mark.parametrize("prompt_set", [None, PromptSet(name="set", content_hash="")])
    def test_a_bad_name(self, database: Database, name: str, prompt_set: PromptSet | None) -> None:
        found = problems(database, {"a.jsonl": OWN}, name=name, prompt_set=prompt_set)
        assert found[0][0] == "name"


# --- whatever was recorded comes back unchanged -------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FILLED = TEXT.filter(str.strip)
NAMES = FILLED.filter(lambda name: name == name.strip())
ROWS = st.lists(
    st.fixed_dictionaries(
        {"prompt": FILLED, "variant": NAMES, "sample": st.integers(0, 3), "response": TEXT}
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: (row["prompt"], row["variant"], row["sample"]),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One database for all examples; each is rolled back."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('recorded') / 'test.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.dispose()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_round_trip(shared: Database, rows: list[dict[str, Any]]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    with shared.writing() as session:
        report = load_in(session, {"a.jsonl": content})
        found = [
            {
                "prompt": r.prompt.text,
                "variant": r.run_variant.variant.name,
                "sample": r.sample,
                "response": r.text,
            }
            for r in session.scalars(select(Response).order_by(Response.id))
        ]
        session.rollback()
    assert found == rows
    assert report.count == len(rows)
