"""`triptych demo`: train the miniature, serve it, answer, open a study, print two links."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.app import configure_logging, root, settings
from app.cli.data import using_database
from app.cli.follow import follow
from app.cli.options import Host, Models, Port
from app.cli.serve import admin_address, make_server, require_free_port
from app.cli.terminal import console, say, show_table, tell
from app.cli.work import answer
from app.demo.build import build
from app.demo.files import VARIANTS, DemoFamily
from app.demo.measure import Share
from app.demo.progress import terminal_progress
from app.demo.score import measure_run
from app.demo.show import open_demo_study, prepare_questions, prepare_run
from app.demo.simulated import simulate_demo
from app.engines.status import RUNNING
from app.errors import AppError
from app.lens import find_lens, lens_progress, put_under_lens
from app.registry import load_registry
from app.runs import get_run
from app.settings import Settings
from app.simulation import LABEL, MOST
from app.tables import RunState
from app.threads import reading, writing
from app.web.state import AppState


@root.command()
def demo(
    models: Models = None,
    host: Host = None,
    port: Port = None,
    build_only: Annotated[bool, typer.Option("--build-only", help="Only train.")] = False,
    measure: Annotated[
        bool, typer.Option("--measure", help="Answer all questions, print what is right, end.")
    ] = False,
    simulate: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=MOST,
            help="Have N simulated raters judge the study; later calls add those who are missing.",
        ),
    ] = None,
) -> None:
    """Try Triptych: three tiny variants of one language model, a study, and links to open it."""
    chosen = settings(models_file=models, host=host, port=port)
    configure_logging(chosen)
    if not (build_only or measure):
        require_free_port(chosen)  # better known before a minute of training than after it
    family = train(chosen.var / "demo")
    if build_only:
        return
    if measure:
        _measure(chosen, family)
        return

    async def prepare(state: AppState) -> None:
        await _prepare(state, family, simulate)

    make_server(chosen, on_start=prepare).run()


def train(folder: Path) -> DemoFamily:
    """The demo models in `folder`, trained now if they are not there."""
    with terminal_progress() as progress:
        return build(folder, progress=progress)


def _measure(settings: Settings, family: DemoFamily) -> None:
    registry = load_registry(settings.models_file)
    with using_database(settings) as database:
        with database.writing() as session:
            run_id = prepare_questions(session, registry, family).id
        answer(settings, registry, database, run_id)
        with database.reading() as session:
            results = measure_run(session, get_run(session, run_id), family)
    columns = ("variant", "questions", "n", "fact right", "wrong", "none", "opener", "words")
    rows = []
    for (variant, region), found in results.items():
        shares = (found.right, found.wrong, found.none, found.assistant_openers)
        cells = [_percent(share) for share in shares]
        rows.append((variant, region, found.right.of, *cells, f"{found.mean_words:.0f}"))
    show_table(columns, rows)
    say("Per cent, with 95 % intervals that resample the towns and persons asked about.")


def _percent(share: Share) -> str:
    if share.value is None:
        return "–"
    interval = (
        ""
        if share.low is None or share.high is None
        else f" ({100 * share.low:.0f}–{100 * share.high:.0f})"
    )
    return f"{100 * share.value:.1f}{interval}"


async def _prepare(state: AppState, family: DemoFamily, raters: int | None) -> None:
    try:
        _require_demo_variants(state)
        await _answer_and_open(state, family, raters)
    except AppError as error:
        tell(error)
        say(f"The server goes on: {admin_address(state.settings)}")


def _require_demo_variants(state: AppState) -> None:
    if state.registry_error is not None:
        raise state.registry_error
    missing = set(VARIANTS) - {variant.name for variant in state.registry.variants}
    if missing:
        raise AppError(
            f"{state.registry.source} has no variant {', '.join(sorted(missing))}.",
            hint="The demo needs the models.yaml that came with Triptych: pass it with --models.",
        )


async def _answer_and_open(state: AppState, family: DemoFamily, raters: int | None) -> None:
    database = state.database
    run_id = await writing(database, lambda s: prepare_run(s, state.registry, family).id)
    run_state = await reading(database, lambda s: get_run(s, run_id).state)
    if run_state is not RunState.DONE:
        say("Starting the engines, then answering the demo prompts with three variants.")
        if run_state is not RunState.RUNNING:
            await state.runner.start(run_id)
        await follow(state.runner, run_id, console())
    link = await writing(database, lambda s: open_demo_study(s, run_id, state.signer))
    _print_links(state.settings, link)
    if raters is not None:
        await _simulate(state, family, raters)
    await _look_closer(state, run_id)
    await _warm_up(state)


def _print_links(settings: Settings, rater_token: str) -> None:
    say()
    say("Triptych is ready. Ctrl-C stops it and its engines.", bold=True)
    say()
    say(f"Admin  {admin_address(settings)}")
    say(f"Rater  {settings.base_url}/r/{rater_token}")
    say()


async def _simulate(state: AppState, family: DemoFamily, raters: int) -> None:
    study, made = await writing(state.database, lambda s: simulate_demo(s, family, raters))
    address = f"{state.settings.base_url}/studies/{study.id}/results?kind=simulated"
    say(f"{LABEL} {made.raters} judged the demo study, {made.added} of them new.")
    say("They stay apart from people; the page of their results says so on top:")
    say(f"Simulated  {address}")
    say()


async def _look_closer(state: AppState, run_id: int) -> None:
    """Puts the run under the token lens, unless all of it was scored."""

    def put(session: Session) -> tuple[int, int]:
        run = get_run(session, run_id)
        lens = find_lens(session, run)
        if lens is None or lens.state is not RunState.RUNNING:
            lens = put_under_lens(session, run, state.registry)
        return lens.id, lens_progress(session, lens).due

    lens_id, due = await writing(state.database, put)
    if due:
        say("The token lens reads every answer again, to show what fine-tuning changed:")
        say(f"Lens   {state.settings.base_url}/runs/{run_id}/lens")
        if state.lenses.rate(lens_id) is None:  # not resumed by the server's start
            await state.lenses.start(lens_id)
        await follow(state.lenses, lens_id, console(), things="readings")


async def _warm_up(state: AppState) -> None:
    """Has every engine ready for the live page; a failure shows on the variants page."""
    down = [engine.name for engine in state.pool.status() if engine.state not in RUNNING]
    results = await asyncio.gather(*(state.pool.up(name) for name in down), return_exceptions=True)
    for name, result in zip(down, results, strict=True):
        if isinstance(result, AppError):
            tell(result)
        elif isinstance(result, Exception):
            tell(AppError(f"Engine {name} could not start: {result!r}."))
