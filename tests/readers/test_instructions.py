"""Instruction sets as people keep them: which columns, which files, what is said of wrong ones."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from pyarrow import parquet

from app.errors import InvalidInput
from app.readers import Layout, read_instructions
from app.readers.streams import stream_rows

USER, ASSISTANT = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "A"}
PAIR = {"prompt": "Q", "response": "A"}


def written(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def problem_of(path: Path, **how: Any) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as caught:
        list(read_instructions(path, **how))
    (problem,) = caught.value.problems
    return f"{problem.where} {problem.message}", problem.hint or ""


class TestLayouts:
    @pytest.mark.parametrize(
        "row",
        [
            {"prompt": "Q", "response": "A"},
            {"prompt": "Q", "completion": "A"},
            {"instruction": "Q", "output": "A"},
            {"instruction": "Q", "input": "", "output": "A"},
            {"instruction": "Q", "context": None, "response": "A"},
            {"question": "Q", "answer": "A", "id": 7},
            {"messages": [{"role": "system", "content": "S"}, USER, ASSISTANT]},
            {"prompt": [USER], "completion": [ASSISTANT]},
            {"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]},
            {"messages": [USER | {"content": [{"type": "text", "text": "Q"}]}, ASSISTANT]},
        ],
    )
    def test_a_common_one_is_recognised(self, tmp_path: Path, row: dict[str, Any]) -> None:
        assert list(read_instructions(written(tmp_path / "a.jsonl", [row]))) == [("Q", "A")]

    def test_an_input_belongs_to_the_instruction(self, tmp_path: Path) -> None:
        rows = [{"instruction": "I", "output": "A"}] * 30
        rows.append({"instruction": "I", "input": "x", "output": "A"})
        pairs = list(read_instructions(written(tmp_path / "a.jsonl", rows)))
        assert (pairs[0], pairs[-1]) == (("I", "A"), ("I\n\nx", "A"))

    def test_turns_are_put_together_by_role(self, tmp_path: Path) -> None:
        turns = [USER, ASSISTANT, USER | {"content": "R"}, ASSISTANT | {"content": "B"}]
        path = written(tmp_path / "a.jsonl", [{"messages": turns}])
        assert list(read_instructions(path)) == [("Q\n\nR", "A\n\nB")]

    def test_columns_that_are_named(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", [PAIR | {"frage": "F", "antwort": "W"}])
        named = Layout(("frage",), "antwort")
        assert list(read_instructions(path, named=named)) == [("F", "W")]

    def test_a_row_without_an_answer_keeps_its_place(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", [PAIR, {"prompt": "Q"}, PAIR])
        assert [response for _, response in read_instructions(path)] == ["A", "", "A"]


class TestFiles:
    def test_a_list_longer_than_what_is_read_at_once(self, tmp_path: Path) -> None:
        rows = [{"prompt": f"ü {i}", "response": "x" * (i % 97) * 40} for i in range(500)]
        path = tmp_path / "a.json"
        for indent in (None, 1):
            path.write_text(json.dumps(rows, indent=indent, ensure_ascii=False), encoding="utf-8")
            assert list(read_instructions(path)) == [tuple(row.values()) for row in rows]

    def test_lines_in_a_json_file(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.json", [PAIR] * 2)
        assert len(list(read_instructions(path))) == 2

    def test_a_byte_order_mark_and_blank_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text(f"\ufeff{json.dumps(PAIR)}\r\n\n", encoding="utf-8")
        assert list(read_instructions(path)) == [("Q", "A")]

    def test_an_arrow_file(self, tmp_path: Path) -> None:
        table = pa.Table.from_pylist([PAIR] * 3)
        with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
            writer.write_table(table)
        assert list(read_instructions(tmp_path / "a.arrow")) == [("Q", "A")] * 3

    def test_a_parquet_file(self, tmp_path: Path) -> None:
        rows = [{"messages": [USER, ASSISTANT | {"content": f"{i}"}]} for i in range(600)]
        parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
        assert list(read_instructions(tmp_path / "a.parquet"))[-1] == ("Q", "599")

    def test_only_as_much_is_read_as_is_asked_for(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        path.write_text((json.dumps(PAIR) + "\n") * 40 + "broken")
        pairs = read_instructions(path)
        assert [next(pairs) for _ in range(40)][-1] == ("Q", "A")
        with pytest.raises(InvalidInput):
            next(pairs)


class TestFolders:
    def test_a_data_set_saved_to_disk(self, tmp_path: Path) -> None:
        rows = [{"prompt": f"Q{i}", "response": "A"} for i in range(50)]
        datasets.Dataset.from_list(rows).save_to_disk(tmp_path / "d", num_shards=3)
        assert [prompt for prompt, _ in read_instructions(tmp_path / "d")] == [
            f"Q{i}" for i in range(50)
        ]

    @pytest.mark.parametrize(("split", "expected"), [(None, "A"), ("train", "A"), ("test", "B")])
    def test_splits_saved_to_disk(self, tmp_path: Path, split: str | None, expected: str) -> None:
        parts = {
            name: datasets.Dataset.from_list([{"prompt": [USER], "completion": [reply]}])
            for name, reply in (("train", ASSISTANT), ("test", ASSISTANT | {"content": "B"}))
        }
        datasets.DatasetDict(parts).save_to_disk(tmp_path / "d")
        assert list(read_instructions(tmp_path / "d", split=split)) == [("Q", expected)]

    @pytest.mark.parametrize(
        "names",
        [
            ["train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl", "test-00000.jsonl"],
            ["data/train.jsonl", "data/train-2.jsonl", "data/test.jsonl"],
            ["train/0.jsonl", "train/1.jsonl", "test/0.jsonl"],
        ],
    )
    def test_splits_by_their_names(self, tmp_path: Path, names: list[str]) -> None:
        for number, name in zip(count(), names, strict=False):
            written(tmp_path / name, [{"prompt": "Q", "response": f"{number}"}])
        assert {response for _, response in read_instructions(tmp_path)} == {"0", "1"}
        assert list(read_instructions(tmp_path, split="test")) == [("Q", "2")]

    def test_one_split_needs_no_name(self, tmp_path: Path) -> None:
        written(tmp_path / "valid.jsonl", [PAIR])
        assert list(read_instructions(tmp_path)) == [("Q", "A")]


class TestProblems:
    @pytest.mark.parametrize(
        ("name", "content", "message", "hint"),
        [
            ("a.jsonl", "", "a.jsonl has no rows.", "at least one row"),
            ("a.jsonl", '{"prompt": 1', "a.jsonl:1 is not JSON", "json.dumps"),
            ("a.jsonl", '{"prompt": ""} {}', "there is more after the object", "json.dumps"),
            ("a.jsonl", "[1]", "a.jsonl:1 each entry must be a JSON object", "Like"),
            ("a.jsonl", '{"text": ""}', "no columns of a common layout", "there are: text."),
            ("a.jsonl", '{"prompt": 1, "response": ""}', "a.jsonl:1 'prompt' is neither", "turns"),
            ("a.json", '[{"prompt": "", "response": ""}', "entry 2 is not JSON", "json.dump"),
            ("a.json", '[{"prompt": ""}, 7]', "entry 2 each entry must be", "Like"),
            ("a.csv", "prompt,response", "a.csv has an ending that is not known", ".parquet"),
            ("a.parquet", "PAR1 no", "a.parquet is not Parquet", "again"),
            ("a.arrow", "no arrow at all", "a.arrow is not Arrow", "again"),
        ],
    )
    def test_of_a_file(
        self, tmp_path: Path, name: str, content: str, message: str, hint: str
    ) -> None:
        (tmp_path / name).write_text(content)
        told = problem_of(tmp_path / name)
        assert message in told[0]
        assert hint in told[1]

    def test_text_that_is_not_utf_8(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_bytes(b'{"prompt": "\xe4"}\n')
        assert "not UTF-8" in problem_of(tmp_path / "a.jsonl")[0]

    def test_a_missing_file(self, tmp_path: Path) -> None:
        assert "does not exist" in problem_of(tmp_path / "a.jsonl")[0]

    def test_a_folder_in_place_of_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").mkdir()
        with pytest.raises(InvalidInput, match="cannot be read"):
            list(stream_rows(tmp_path / "a.jsonl"))

    def test_a_named_column_that_is_not_there(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", [PAIR])
        told = problem_of(path, named=Layout(("prompt",), "reply"))
        assert "no column 'reply'" in told[0]
        assert "there are: prompt, response." in told[1]

    @pytest.mark.parametrize(
        ("names", "split", "message", "hint"),
        [
            ([], None, "no file with rows", "*.jsonl"),
            (["a.jsonl", "b.jsonl"], None, "has several splits: a, b.", "as split"),
            (["a.jsonl", "b.jsonl"], "c", "has no split 'c'", "It has: a, b."),
        ],
    )
    def test_of_splits(
        self, tmp_path: Path, names: list[str], split: str | None, message: str, hint: str
    ) -> None:
        for name in names:
            written(tmp_path / name, [PAIR])
        told = problem_of(tmp_path, split=split)
        assert message in told[0]
        assert hint in told[1]

    def test_a_file_has_no_splits(self, tmp_path: Path) -> None:
        path = written(tmp_path / "a.jsonl", [PAIR])
        assert "has no splits" in problem_of(path, split="train")[0]

    def test_a_part_that_was_not_copied(self, tmp_path: Path) -> None:
        datasets.Dataset.from_list([PAIR] * 4).save_to_disk(tmp_path / "d", num_shards=2)
        next((tmp_path / "d").glob("*1-of*.arrow")).unlink()
        assert "lacks its file" in problem_of(tmp_path / "d")[0]

    def test_a_state_that_names_no_files(self, tmp_path: Path) -> None:
        (tmp_path / "state.json").write_text("{}")
        assert "has a state.json without '_data_files'" in problem_of(tmp_path)[0]
