"""A study that is exported and imported again has the same results."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.criteria import form_of
from app.exports import write_export
from app.judged import JudgementsReport, read_judgements, store_judgements
from app.readers import Source
from app.results import JudgementRecord, StudyRecords, VerdictRecord, read_records, study_result
from app.tables import Design, Prompt, Response, Study
from tests.results import test_scales as every_scale
from tests.results.kept_study import judged_study

FORMATS = ("long-jsonl", "long-csv", "long-parquet")


@pytest.fixture(params=(Design.PAIRWISE, Design.SIDE_BY_SIDE))
def study(session: Session, request: pytest.FixtureRequest) -> Study:
    return judged_study(session, request.param)


def again(session: Session, folder: Path, *, only: str = "") -> JudgementsReport:
    files = [Source(path.name, path) for path in sorted(folder.iterdir()) if only in path.name]
    return store_judgements(session, read_judgements(files), name="Again")


def says_something(verdict: VerdictRecord) -> bool:
    told = (verdict.outcome, verdict.value, verdict.text, *verdict.scores, *verdict.texts)
    return any(one is not None for one in told)


def plain(records: StudyRecords) -> list[JudgementRecord]:
    """Without ids of the database, and without what was not asked: the table has no row of it."""
    return [
        replace(
            j,
            shown=tuple(replace(s, response_id=0) for s in j.shown),
            verdicts=tuple(v for v in j.verdicts if says_something(v)),
        )
        for j in records.judgements
    ]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("escape", ["escape", "keep"])
def test_everything_comes_back(
    session: Session, study: Study, tmp_path: Path, format_name: str, escape: str
) -> None:
    options = {"formulas": escape} if format_name == "long-csv" else {}
    folder = write_export(session, study, format_name, tmp_path / "out", **options)
    report = again(session, folder)

    before, after = read_records(session, study), read_records(session, report.study)
    assert plain(after) == plain(before)
    assert (after.variants, after.items) == (before.variants, before.items)
    assert [(c.key, c.label, c.guidance) for c in after.criteria] == [
        (c.key, c.label, c.guidance) for c in before.criteria
    ]
    assert study_result(session, report.study) == study_result(session, study)
    assert (report.ignored, report.columns, report.notes) == ((), (), ())
    assert report.study.design is study.design
    assert any(judgement.comment for judgement in before.judgements)


def test_prompts_and_answers_come_back(session: Session, study: Study, tmp_path: Path) -> None:
    folder = write_export(session, study, "long-jsonl", tmp_path / "out")
    again_study = again(session, folder).study

    def texts(of: Study) -> set[tuple[object, ...]]:
        query = select(Response).where(
            Response.run_variant_id.in_([v.run_variant_id for v in of.variants])
        )
        return {
            (p.key, p.text, p.system, str(p.turns), p.category, p.reference, response.text)
            for response in session.scalars(query)
            for p in [session.get_one(Prompt, response.prompt_id)]
        }

    assert texts(again_study) == texts(study)


def test_a_second_export_is_like_the_first(session: Session, study: Study, tmp_path: Path) -> None:
    first = write_export(session, study, "trl-preference", tmp_path / "first")
    folder = write_export(session, study, "long-jsonl", tmp_path / "out")
    other = again(session, folder).study
    second = write_export(session, other, "trl-preference", tmp_path / "second")
    for name in ("factuality.jsonl", "style.jsonl"):
        assert (second / name).read_text() == (first / name).read_text()


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_table_alone_gives_the_same_counts(
    session: Session, study: Study, tmp_path: Path, format_name: str
) -> None:
    folder = write_export(session, study, format_name, tmp_path / "out")
    report = again(session, folder, only="judgements")
    before, after = study_result(session, study), study_result(session, report.study)
    assert [one.pairs for one in after.criteria] == [one.pairs for one in before.criteria]
    assert [one.scores for one in after.criteria] == [one.scores for one in before.criteria]
    assert "have no text in the file" in report.notes[0]


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_scale_comes_back(session: Session, tmp_path: Path, format_name: str) -> None:
    study = judged_study(session, criteria=every_scale.CRITERIA, prompts=6, judge=every_scale.judge)
    folder = write_export(session, study, format_name, tmp_path / "out")
    report = again(session, folder)
    assert plain(read_records(session, report.study)) == plain(read_records(session, study))
    assert study_result(session, report.study) == study_result(session, study)
    assert [form_of(c) for c in report.study.criteria] == [form_of(c) for c in study.criteria]
    assert (report.ignored, report.columns, report.notes) == ((), (), ())


def test_every_scale_follows_from_the_table_alone(session: Session, tmp_path: Path) -> None:
    study = judged_study(session, criteria=every_scale.CRITERIA, prompts=6, judge=every_scale.judge)
    report = again(session, write_export(session, study, "long-csv", tmp_path / "out"), only="judg")
    before = {c.key: c for c in study.criteria}
    for criterion in report.study.criteria:
        told = before[criterion.key]
        assert (criterion.scale, criterion.per_answer) == (told.scale, told.per_answer)
        assert criterion.options.get("choices") == told.options.get("choices")
