"""What the lens has of answers, in the long table, token by token, and for LLM Comparator."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.analysis.tokens import Texts, Tokens, shift_shares, tokens_from
from app.errors import Conflict
from app.exports import tokens as tokens_format
from app.exports import write_export
from app.exports.lens import AnswerLens, read_lens
from app.exports.per_model import per_model_numbers
from app.lens import find_lens, variant_tokens
from app.simulation import SimulatedSpec, simulate
from app.tables import Item, ItemResponse, Lens, Prompt, Response, Study
from tests.exports.test_long_table import OF_LENS
from tests.results.lensed import Answer, scattered, under_lens
from tests.simulation.conftest import opened

TILES = "red tiles"
READERS = ("pandas jsonl", "pandas parquet", "pyarrow parquet", "datasets jsonl")


def shown(answer: Answer) -> list[bool]:
    both = zip(scattered(answer), answer.within(TILES), strict=True)
    return [one or other for one, other in both]


def on_tiles(_: Prompt, text: str) -> tuple[int, int]:
    start = max(text.find(TILES), 0)
    return start, start + len(TILES)


@pytest.fixture
def marked(session: Session) -> Study:
    """Simulated raters mark the wrong value, which is shifted and borrowed."""
    study = opened(session, marks=True)
    simulate(session, study, 3, spec=SimulatedSpec(sloppy_share=0.0), wrong=on_tiles)
    under_lens(session, study, shown, borrowed=lambda _: TILES)
    return study


def lens_of(session: Session, study: Study) -> Lens:
    lens = find_lens(session, study.run)
    assert lens is not None
    return lens


def read(session: Session, study: Study, folder: Path, reader: str = "pandas parquet") -> Any:
    ending = reader.split()[1]
    out = write_export(session, study, f"tokens-{ending}", folder / "out", raters="simulated")
    if reader == "pandas jsonl":
        return pd.read_json(out / "tokens.jsonl", lines=True)
    if reader == "pandas parquet":
        return pd.read_parquet(out / "tokens.parquet")
    if reader == "pyarrow parquet":
        return pq.read_table(out / "tokens.parquet")
    file = str(out / "tokens.jsonl")
    return load_dataset("json", data_files=file, split="train", cache_dir=str(folder / "hf"))


def same(one: Tokens, other: Tokens) -> bool:
    columns = (
        *("answer", "prompt", "position", "rank", "logprob", "base_logprob", "kl", "unknown"),
        *("text", "word", "start", "end", "ends"),
    )
    pairs = ((getattr(one, name), getattr(other, name)) for name in columns)
    return all(
        list(a) == list(b) if isinstance(a, Texts) else np.array_equal(a, b) for a, b in pairs
    )


class TestTokens:
    @pytest.mark.parametrize("reader", READERS)
    def test_the_analysis_reads_back_what_it_wrote(
        self, session: Session, marked: Study, tmp_path: Path, reader: str
    ) -> None:
        frame = read(session, marked, tmp_path, reader)
        for member in lens_of(session, marked).variants:
            name = member.run_variant.variant.name
            own = variant_tokens(session, member).tokens
            found = tokens_from(frame, variant=name)
            assert same(found, own)
            assert shift_shares(found) == shift_shares(own)

    def test_marks_and_phrases_stand_on_their_tokens(
        self, session: Session, marked: Study, tmp_path: Path
    ) -> None:
        frame = read(session, marked, tmp_path)
        assert set(frame.token[frame.marked_wrong > 0].str.strip()) == {"red", "tiles."}
        tuned = frame[frame.variant != "base"]
        assert set(tuned.token[tuned.borrowed.astype(bool)].str.strip()) == {"red", "tiles."}
        assert frame[frame.variant == "base"].borrowed.isna().all()
        assert frame.marked_wrong.max() <= 3
        classes = tuned[["rank", "class"]].drop_duplicates().to_records(index=False).tolist()
        assert sorted(classes) == [(1, "unshifted"), (9, "shifted")]

    def test_every_token_stands_in_its_text(
        self, session: Session, marked: Study, tmp_path: Path
    ) -> None:
        frame = read(session, marked, tmp_path)
        out = write_export(session, marked, "long-jsonl", tmp_path / "long", raters="simulated")
        texts = pd.read_json(out / "responses.jsonl", lines=True).set_index("response_id").text
        for row in frame[frame.kind != "end"].itertuples():
            assert texts[row.answer][row.start : row.end] == row.token

    def test_what_was_not_scored_is_counted(self, session: Session, tmp_path: Path) -> None:
        study = opened(session)
        simulate(session, study, 2)
        under_lens(session, study, scattered, skipped=lambda one: one.number < 3)
        read(session, study, tmp_path)
        manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
        counts = {one["rule"]: one["count"] for one in manifest["excluded"]}
        assert counts["not_scored"] == 9
        assert manifest["included"]["responses_under_lens"] == 27

    def test_rows_are_written_in_slices(
        self, session: Session, marked: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = read(session, marked, tmp_path / "whole")
        monkeypatch.setattr(tokens_format, "_BATCH", 7)
        pd.testing.assert_frame_equal(read(session, marked, tmp_path / "sliced"), whole)

    def test_without_a_lens_there_is_nothing_to_write(
        self, session: Session, tmp_path: Path
    ) -> None:
        study = opened(session)
        simulate(session, study, 2)
        with pytest.raises(Conflict, match="No tokens of the run Meres have been scored"):
            read(session, study, tmp_path)
        assert not (tmp_path / "out").exists()


class TestRead:
    def test_what_the_lens_refuses_is_left_out(
        self, session: Session, marked: Study, tmp_path: Path
    ) -> None:
        full = lens_of(session, marked).variants[-1]
        full.refusal = "Its tokens are not the base’s."
        session.flush()
        assert set(read(session, marked, tmp_path).variant) == {"base", "lora"}
        lens = read_lens(session, marked)
        assert lens is not None
        mine = select(Response.id).where(Response.run_variant_id == full.run_variant_id)
        assert not lens.answers.keys() & set(session.scalars(mine))

    def test_nothing_of_other_answers_of_the_run(self, session: Session) -> None:
        study = opened(session)
        under_lens(session, study, scattered)
        left_out = session.scalars(select(Item).where(Item.study_id == study.id)).first()
        assert left_out is not None
        session.execute(delete(ItemResponse).where(ItemResponse.item_id == left_out.id))
        lens = read_lens(session, study)
        assert lens is not None
        assert len(lens.samples) == 33
        assert [len(scored.read.responses) for _, scored in lens.variants()] == [11] * 3
        assert lens.answers.keys() == lens.samples.keys()

    @pytest.mark.parametrize(("name", "count"), [("trl-preference", None), ("long-jsonl", 36)])
    def test_a_format_that_does_not_look_says_nothing(
        self, session: Session, marked: Study, tmp_path: Path, name: str, count: int | None
    ) -> None:
        out = write_export(session, marked, name, tmp_path / "out", raters="simulated")
        manifest = json.loads((out / "manifest.json").read_text())
        assert manifest["included"]["responses_under_lens"] == count


class TestLongTable:
    def frame(self, session: Session, study: Study, folder: Path, reader: str) -> Any:
        ending = reader.split()[1]
        out = write_export(session, study, f"long-{ending}", folder / "out", raters="simulated")
        path = out / f"judgements.{ending}"
        if reader == "pandas csv":
            frame = pd.read_csv(path)
            return frame.assign(**{name: frame[name].map(json.loads) for name in OF_LENS})
        if reader == "datasets jsonl":
            rows = load_dataset(
                "json", data_files=str(path), split="train", cache_dir=str(folder / "hf")
            )
            return rows.to_pandas()
        return pd.read_json(path, lines=True) if ending == "jsonl" else pd.read_parquet(path)

    @pytest.mark.parametrize(
        "reader", ["pandas csv", "pandas jsonl", "pandas parquet", "datasets jsonl"]
    )
    def test_numbers_stand_in_the_order_shown(
        self, session: Session, marked: Study, tmp_path: Path, reader: str
    ) -> None:
        frame = self.frame(session, marked, tmp_path, reader)
        lens = read_lens(session, marked)
        assert lens is not None
        for row in frame.itertuples():
            answers = [lens.answers[int(one)] for one in _list(row.response_ids)]
            assert list(row.lens_tokens) == [one.tokens for one in answers]
            assert list(row.lens_shifted) == pytest.approx([one.shifted for one in answers])
            assert list(row.lens_kl_exact) == [True] * 3
            bases = [name == "base" for name in _list(row.variants)]
            assert [_is_none(one) for one in row.lens_borrowed_words] == bases

    def test_numbers_are_those_of_the_tokens(
        self, session: Session, marked: Study, tmp_path: Path
    ) -> None:
        tokens = read(session, marked, tmp_path / "tokens")
        lens = read_lens(session, marked)
        assert lens is not None
        shifted = (tokens["class"] == "shifted").groupby(tokens.answer).mean()
        early = tokens[tokens.position < 5]
        opening = (early["class"] == "shifted").groupby(early.answer).mean()
        kl = tokens.groupby("answer").kl.mean()
        for response, one in lens.answers.items():
            numbers = (one.shifted, one.opening_shifted, one.kl)
            wanted = (shifted[response], opening[response], kl[response])
            assert numbers == pytest.approx(wanted, abs=1e-6)

    def test_without_a_lens_they_are_empty(self, session: Session, tmp_path: Path) -> None:
        study = opened(session)
        simulate(session, study, 2)
        out = write_export(session, study, "long-parquet", tmp_path / "out", raters="simulated")
        frame = pd.read_parquet(out / "judgements.parquet")
        assert frame[OF_LENS].isna().all(axis=None)

    def test_one_answer_without_tokens_leaves_the_others(
        self, session: Session, tmp_path: Path
    ) -> None:
        study = opened(session)
        simulate(session, study, 1)
        under_lens(session, study, scattered, skipped=lambda one: one.variant == "full")
        out = write_export(session, study, "long-parquet", tmp_path / "out", raters="simulated")
        frame = pd.read_parquet(out / "judgements.parquet")
        for variants, numbers in zip(frame.variants, frame.lens_tokens, strict=True):
            assert [name == "full" for name in variants] == [_is_none(one) for one in numbers]


def _list(value: Any) -> list[Any]:
    return json.loads(value) if isinstance(value, str) else list(value)


def _is_none(value: Any) -> bool:
    return bool(pd.isna(value))


class TestPerModelNumbers:
    """The shape is that of LLM Comparator's README, section "Custom Fields"."""

    LORA = AnswerLens(12, 0.25, 0.5, 1.5, kl_exact=True, borrowed_words=2)
    BASE = AnswerLens(9, 0.0, 0.0, 0.0, kl_exact=True, borrowed_words=None)

    def test_fields_are_declared_and_each_example_has_two_numbers(self) -> None:
        found = per_model_numbers([(self.BASE, self.LORA), (self.LORA, None)])
        assert list(found.schema) == [
            {"name": name, "type": "per_model_number"}
            for name in (
                *("tokens", "shifted_share", "opening_shifted_share"),
                *("mean_kl", "borrowed_content_words"),
            )
        ]
        assert [one["tokens"] for one in found.fields] == [[9, 12], [12, None]]
        assert json.loads(json.dumps(found.fields)) == list(found.fields)

    def test_a_number_that_is_not_there_is_null(self) -> None:
        [fields] = per_model_numbers([(self.BASE, self.LORA)]).fields
        assert fields["borrowed_content_words"] == [None, 2]

    def test_a_bound_is_named_as_one(self) -> None:
        bound = replace(self.LORA, kl_exact=False)
        [fields] = per_model_numbers([(self.BASE, bound)]).fields
        assert (fields["mean_kl_at_least"], "mean_kl" in fields) == ([0.0, 1.5], False)

    def test_a_field_that_no_answer_has_is_not_declared(self) -> None:
        found = per_model_numbers([(self.BASE, self.BASE)])
        assert "borrowed_content_words" not in {one["name"] for one in found.schema}
        assert "borrowed_content_words" not in found.fields[0]

    def test_without_a_lens_no_field_is_declared(self) -> None:
        found = per_model_numbers([(None, None)] * 2)
        assert (found.schema, found.fields) == ((), ({}, {}))
