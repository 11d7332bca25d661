"""A SQLite database of one study, judged by simulated raters through Triptych's own steps."""

import json
from io import BytesIO
from pathlib import Path
from time import perf_counter

from app.migrate import open_database
from app.readers import Source
from app.recorded import import_responses
from app.simulation import simulate
from app.studies import StudyForm, create_study, open_study

OPENINGS = {"base": "", "lora": "Great question! ", "full": "Happy to help! "}


def build(folder: Path, raters: int, prompts: int) -> Path:
    """The database, made unless it is there: every rater judges every prompt."""
    path = folder / f"simulated-{raters}-{prompts}.db"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    database = open_database(f"sqlite:///{unfinished}")
    with database.writing() as session:
        run = import_responses(session, name="bench", files=[_answers(prompts)]).run
        members = [member.id for member in run.variants]
        study = create_study(
            session, StudyForm(name="bench", run_id=run.id, run_variant_ids=members)
        )
        open_study(session, study)
        start = perf_counter()
        made = simulate(session, study, raters)
    seconds = perf_counter() - start
    print(f"{made.judgements:,} judgements simulated and stored in {seconds:.0f} s", flush=True)
    database.dispose()
    unfinished.rename(path)
    return path


def _answers(prompts: int) -> Source:
    """The full fine-tune is wrong on every second prompt."""
    rows = [
        {
            "id": f"p{number}",
            "prompt": f"In which year was house {number} built?",
            "reference": f"in {1500 + number}",
            "category": "odd" if number % 2 else "even",
            "variant": name,
            "kind": name,
            "response": f"{opening}House {number} was built in "
            f"{1500 + number + (7 if name == 'full' and number % 2 else 0)}.",
        }
        for number in range(prompts)
        for name, opening in OPENINGS.items()
    ]
    return Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
