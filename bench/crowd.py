"""Many raters at once in real HTTP: counts per item, balance of slots, seconds per judgement.

    python bench/crowd.py [--raters 50] [--browsers 2] [--prompts 60] [--per-item 5] [--design D]

Starts a server of its own on a database of its own; every rater opens a personal link and judges
until nothing is left, some of them by keys in a real browser. Prints, asserts nothing.
"""

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from statistics import mean, quantiles, stdev
from time import perf_counter

import httpx
from playwright.async_api import Playwright, async_playwright
from sqlalchemy import func, select

from app.auth import Signer, secret_key
from app.db import Database
from app.migrate import open_database
from app.readers import Source
from app.recorded import import_responses
from app.results import study_result
from app.settings import Settings
from app.studies import StudyForm, create_study, invite_many, open_study
from app.tables import Assignment, Design, Response, RunVariant, Slot, Study, Variant

ROOT = Path(__file__).resolve().parents[1]
VARIANTS = ("base", "lora", "full")
CRITERIA = ("factuality", "style")


@dataclass
class Times:
    """Seconds of each kind of request, with the address of the item that came of it."""

    next: list[tuple[str, float]] = field(default_factory=list)
    save: list[tuple[str, float]] = field(default_factory=list)
    keys: list[tuple[int, float]] = field(
        default_factory=list
    )  # pressed, and seconds until the next


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(var=Path(folder), port=_free_port())
        database = open_database(settings.sqlalchemy_url)
        study_id, links = _furnish(database, settings, options)
        times = Times()
        with _serving(settings):
            started = perf_counter()
            asyncio.run(_crowd(settings.base_url, links, options, times))
            seconds = perf_counter() - started
        _report(database, study_id, times, seconds)
        database.dispose()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument("--browsers", type=int, default=0, help="so many of them")
    parser.add_argument("--prompts", type=int, default=60)
    parser.add_argument("--per-item", type=int, default=5)
    parser.add_argument("--design", type=Design, default=Design.SIDE_BY_SIDE)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _furnish(
    database: Database, settings: Settings, options: argparse.Namespace
) -> tuple[int, list[str]]:
    """-> (the study, a personal link per rater)."""
    rows = [
        {
            "prompt": f"Question {n}?",
            "variant": name,
            "kind": name,
            "response": f"Answer {n} {name}",
        }
        for n in range(options.prompts)
        for name in VARIANTS
    ]
    source = Source("answers.jsonl", BytesIO("\n".join(map(json.dumps, rows)).encode()))
    signer = Signer(secret_key(settings))
    with database.writing() as session:
        run = import_responses(session, name="crowd", files=[source]).run
        form = StudyForm(
            name="crowd",
            run_id=run.id,
            run_variant_ids=[member.id for member in run.variants],
            design=options.design,
            ratings_per_item=options.per_item,
            seed=options.seed,
        )
        study = create_study(session, form)
        open_study(session, study)
        invited = invite_many(session, study, options.raters)
        return study.id, [f"/r/{signer.rater_link(one)}" for one in invited]


@contextmanager
def _serving(settings: Settings) -> Iterator[None]:
    environment = {
        **os.environ,
        "TRIPTYCH_VAR": str(settings.var),
        "TRIPTYCH_PORT": str(settings.port),
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"], env=environment, cwd=settings.var
    )
    try:
        asyncio.run(_until_up(settings.base_url))
        yield
    finally:
        process.terminate()
        process.wait()


async def _until_up(base: str) -> None:
    async with httpx.AsyncClient(base_url=base) as client:
        while True:
            try:
                if (await client.get("/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


async def _crowd(base: str, links: list[str], options: argparse.Namespace, times: Times) -> None:
    draws = [random.Random(f"{options.seed}-{n}") for n in range(len(links))]
    people = list(zip(links, draws, strict=True))
    async with async_playwright() as play:
        by_keys = [_judge_by_keys(play, base, *one, times) for one in people[: options.browsers]]
        others = [_judge_all(base, *one, times) for one in people[options.browsers :]]
        await asyncio.gather(*by_keys, *others)


async def _judge_by_keys(
    play: Playwright, base: str, link: str, rng: random.Random, times: Times
) -> None:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    browser = await play.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(base + link)
    await page.goto(f"{page.url}/next")
    while not page.url.endswith("/done"):
        await page.locator("#submit").wait_for()
        here, keys, started = (
            page.url,
            _keys(await page.locator(".answer").count(), rng),
            perf_counter(),
        )
        await page.keyboard.type(keys)
        await page.keyboard.press("Enter")
        await page.wait_for_url(lambda url, here=here: url != here)
        times.keys.append((len(keys) + 1, perf_counter() - started))
    await browser.close()


def _keys(answers: int, rng: random.Random) -> str:
    """A judgement of both criteria: a preference or an order, then a score of each answer."""
    numbers = [str(number) for number in range(1, answers + 1)]
    scores = "".join(str(rng.randint(1, 5)) for _ in numbers)
    order = rng.choice("tb") if answers == 2 else "".join(rng.sample(numbers, answers))
    return (order + scores) * len(CRITERIA)


async def _judge_all(base: str, link: str, rng: random.Random, times: Times) -> None:
    async with httpx.AsyncClient(base_url=base, follow_redirects=True, timeout=120) as client:
        start = await client.get(link)
        page = await _timed(times.next, client.get(f"{start.url.path}/next"))
        while not page.url.path.endswith("/done"):
            page = await _timed(times.save, client.post(page.url.path, data=_form(page.text, rng)))
            page.raise_for_status()


async def _timed(
    times: list[tuple[str, float]], request: Awaitable[httpx.Response]
) -> httpx.Response:
    started = perf_counter()
    reply = await request
    times.append((reply.url.path, perf_counter() - started))
    return reply


def _form(page: str, rng: random.Random) -> dict[str, str]:
    slots = sorted(set(re.findall(r'data-answer="(\d)"', page)))
    [form_id] = re.findall(r'name="form_id" value="([^"]+)"', page)
    fields = {"form_id": form_id, "visible_ms": str(rng.randrange(5_000, 60_000))}
    for key in CRITERIA:
        fields |= {f"rank-{key}-{slot}": str(rng.randint(1, len(slots))) for slot in slots}
        fields |= {f"score-{key}-{slot}": str(rng.randint(1, 5)) for slot in slots}
    return fields


def _report(database: Database, study_id: int, times: Times, seconds: float) -> None:
    with database.reading() as session:
        study = session.get_one(Study, study_id)
        result = study_result(session, study)
        counts = select(func.count(Assignment.id)).where(Assignment.submitted_at.is_not(None))
        per_item = Counter(session.scalars(counts.group_by(Assignment.item_id)))
        query = (
            select(Variant.name, Slot.number, func.count())
            .join(Response, Response.id == Slot.response_id)
            .join(RunVariant, RunVariant.id == Response.run_variant_id)
            .join(Variant, Variant.id == RunVariant.variant_id)
            .group_by(Variant.name, Slot.number)
        )
        slots = {(name, number): n for name, number, n in session.execute(query)}
        first = result.criteria[0].first_slot
    print(f"{result.raters} raters, {result.judgements} of {result.wanted} judgements wanted")
    print(f"judgements per item -> items: {dict(sorted(per_item.items()))}")
    print(f"slot balance: {slots}")
    if first is not None and first.low is not None:
        print(f"earlier slot preferred: {first.value:.3f} ({first.low:.3f} to {first.high:.3f})")
    print(f"{seconds:.1f} s in all, {result.judgements / seconds:.0f} judgements/s")
    for name, values in (("first item", times.next), ("save and next", times.save)):
        cuts = quantiles([seconds for _, seconds in values], n=100)
        print(f"{name}: median {1000 * cuts[49]:.0f} ms, 99 % below {1000 * cuts[98]:.0f} ms")
    if times.keys:
        seconds_each = sorted(seconds for _, seconds in times.keys)
        print(
            f"in browsers: {len(times.keys)} judgements of {times.keys[0][0]} keys each, "
            f"median {1000 * seconds_each[len(seconds_each) // 2]:.0f} ms from the first key "
            "to the next page"
        )
    _report_variants(database, times)


def _report_variants(database: Database, times: Times) -> None:
    """Whether the time of a page could tell a rater what its first answer is."""
    query = (
        select(Assignment.public_id, Variant.name)
        .join(Slot, (Slot.assignment_id == Assignment.id) & (Slot.number == 1))
        .join(Response, Response.id == Slot.response_id)
        .join(RunVariant, RunVariant.id == Response.run_variant_id)
        .join(Variant, Variant.id == RunVariant.variant_id)
    )
    with database.reading() as session:
        first = dict(session.execute(query).all())
    for name in VARIANTS:
        seconds = [s for path, s in times.save if first.get(path.rsplit("/", 1)[1]) == name]
        error = 1.96 * stdev(seconds) / len(seconds) ** 0.5
        print(f"page with {name} first: {1000 * mean(seconds):.1f} ± {1000 * error:.1f} ms")


if __name__ == "__main__":
    main()
