"""A judge on a real vLLM: one of the demo's miniatures, held to JSON, judges recorded answers.

0.8 million parameters have no opinion: verdicts are valid and mean nothing. What is tested is the
way from the study to the engine and back, over a kill -9 in the middle.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from app.cli.main import main
from app.db import Database
from app.migrate import open_database
from app.readers import Source
from app.recorded import import_responses
from app.studies import StudyForm, create_study, open_study
from app.tables import Assignment, Judge, Judgement, JudgeReply, RaterKind, RunState
from tests.ports import ports_from

ROOT = Path(__file__).parents[2]
FAMILY = ROOT / "var" / "demo"
PROMPTS = 5
MODELS = """\
variants:
  - name: miniature
    kind: other
    weights: judge
    vllm:
      dtype: float32
      max_num_seqs: 4
      structured_outputs_config: {backend: xgrammar, disable_any_whitespace: true}
"""

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.slow,
    pytest.mark.skipif(not (FAMILY / "full").is_dir(), reason="demo models not built"),
]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A home with a copy of the demo's weights that takes longer texts, and a study to judge."""
    shutil.copytree(FAMILY / "base", tmp_path / "judge")
    config = tmp_path / "judge" / "config.json"
    longer = json.loads(config.read_text()) | {"max_position_embeddings": 4096}
    config.write_text(json.dumps(longer))
    (tmp_path / "models.yaml").write_text(MODELS)
    monkeypatch.setenv("TRIPTYCH_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("TRIPTYCH_ENGINE_PORT", str(ports_from(8720)))
    monkeypatch.chdir(tmp_path)
    database = open_database(f"sqlite:///{tmp_path / 'var' / 'triptych.db'}")
    make_study(database)
    return database


def make_study(database: Database) -> None:
    """Of the demo's questions, answered with the reference and with a question in return."""
    lines = (FAMILY / "prompts-demo.jsonl").read_text().splitlines()[:PROMPTS]
    rows = [
        {**prompt, "variant": name, "response": text}
        for prompt in map(json.loads, lines)
        for name, text in (("knows", prompt["reference"]), ("asks", "What do you mean?"))
    ]
    source = Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
    with database.writing() as session:
        run = import_responses(session, name="run", files=[source]).run
        members = [member.id for member in run.variants]
        form = StudyForm(name="Islands", run_id=run.id, run_variant_ids=members)
        open_study(session, create_study(session, form))


def triptych(*arguments: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert not ended.value.code, arguments


def count(database: Database, table: type[Judgement | JudgeReply]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(table.id))) or 0


def kill_in_the_middle(database: Database) -> int:
    """How many judgements were saved when the command was killed, engine and all left behind."""
    command = [sys.executable, "-m", "app.cli", "judge", "Islands", "--with", "miniature"]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    # A line is printed once a batch is saved.
    while "judgements" not in (line := process.stdout.readline()):
        assert line, "the command ended before it judged anything"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    return count(database, Judgement)


def test_end_to_end_over_a_kill(database: Database) -> None:
    saved = kill_in_the_middle(database)
    assert 0 < saved <= 2 * PROMPTS
    triptych("judge", "Islands", "--with", "miniature")
    with database.reading() as session:
        [judge] = session.scalars(select(Judge))
        assert (judge.state, judge.error) == (RunState.DONE, None)
        assert judge.provenance["vllm_version"]
        orders: dict[int, list[list[int]]] = {}
        for one in session.scalars(select(Assignment).order_by(Assignment.account_id)):
            assert one.account.rater_kind is RaterKind.JUDGE
            orders.setdefault(one.item_id, []).append([slot.response_id for slot in one.slots])
            [judgement] = one.judgements
            assert {verdict.criterion.key for verdict in judgement.verdicts} == {
                "factuality",
                "style",
            }
            for verdict in judgement.verdicts:
                scores = [slot.score for slot in verdict.slots]
                assert verdict.outcome == "cannot_judge" or set(scores) <= {1, 2, 3, 4, 5}
        replies = session.scalars(select(JudgeReply)).all()
    assert len(orders) == PROMPTS
    assert all(drawn == turned[::-1] for drawn, turned in orders.values())
    # What was saved before the kill was not asked again.
    assert len(replies) == count(database, Judgement) == 2 * PROMPTS
    assert {reply.failure for reply in replies} == {None}
    assert all((reply.prompt_tokens or 0) > 500 for reply in replies)
    assert all((reply.completion_tokens or 0) > 10 for reply in replies)
    assert not _engines(Path.cwd())


def _engines(home: Path) -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline"])
    return [one for one in found if str(home / "judge") in (one.info["cmdline"] or [])]
