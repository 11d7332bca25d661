"""Every page and component with sample data, under the real Content-Security-Policy.

python -m tests.frontend.gallery                  # look at http://127.0.0.1:8399
python -m tests.frontend.gallery --shoot FOLDER   # screenshots in two sizes and two themes
"""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler
from mimetypes import guess_type
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from app import figures
from app.web.render import HASHED, environment, static_hash
from app.web.security import HEADERS
from tests import servers
from tests.frontend import figure_samples, samples

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Page = tuple[str, Any, str | None]
PAGES: dict[str, Callable[[], Page]] = {
    "components": lambda: ("components.html", None, "admin"),
    "rate-two": lambda: ("rate/judge.html", samples.judge(2), "rater"),
    "rate-three": lambda: ("rate/judge.html", samples.judge(3), "rater"),
    "rate-long": lambda: ("rate/judge.html", samples.long_pair(), "rater"),
    "rate-judged": lambda: ("rate/judge.html", samples.judged(2), "rater"),
    "rate-judged-three": lambda: ("rate/judge.html", samples.judged(3), "rater"),
    "rate-between": lambda: ("rate/judge.html", samples.judge(3, next_url="/rate-two"), "rater"),
    "rate-marks": lambda: ("rate/judge.html", samples.marked(), "rater"),
    "rate-marked": lambda: ("rate/judge.html", samples.marked_before(), "rater"),
    "rate-marks-plain": lambda: ("rate/judge.html", samples.marked_plain(), "rater"),
    "rate-turns": lambda: ("rate/judge.html", samples.conversation(), "rater"),
    "rate-diff": lambda: ("rate/diff.html", samples.difference(), "rater"),
    "rate-plain": lambda: ("rate/judge.html", samples.plain(), "rater"),
    "rate-scales": lambda: (
        "rate/judge.html",
        samples.judge(2, criteria=samples.every_scale(), assignment="scales"),
        "rater",
    ),
    "rate-scales-judged": lambda: (
        "rate/judge.html",
        samples.judge(2, criteria=samples.every_scale_judged(), assignment="scales-judged"),
        "rater",
    ),
    "rate-preview": lambda: (
        "rate/judge.html",
        samples.judge(2, is_preview=True, next_url="/rate-two"),
        "admin",
    ),
    "rate-start": lambda: ("rate/start.html", samples.START, "rater"),
    "rate-start-again": lambda: ("rate/start.html", samples.START_AGAIN, "rater"),
    "rate-done": lambda: ("rate/done.html", samples.DONE, "rater"),
    "rate-start-joined": lambda: ("rate/start.html", samples.START_JOINED, "rater"),
    "rate-practice": lambda: (
        "rate/judge.html",
        samples.judge(2, is_practice=True, assignment="practice"),
        "rater",
    ),
    "rate-through": lambda: ("rate/done.html", samples.THROUGH, "rater"),
    "rate-join": lambda: ("rate/join.html", samples.Ns(action="/join", is_of_team=True), None),
    "rate-consent": lambda: ("rate/consent.html", samples.CONSENT, "rater"),
    "rate-declined": lambda: ("rate/declined.html", samples.Ns(back_url="/back"), "rater"),
    "rate-questions": lambda: ("rate/questions.html", samples.questions("before"), "rater"),
    "rate-questions-after": lambda: (
        "rate/questions.html",
        samples.questions(
            "after",
            problems=[samples.Ns(where="How old are you?", message="write a number.")],
            fields={"q-age": "old", "told_apart": "unsure"},
        ),
        "rater",
    ),
    "rate-guesses-two": lambda: ("rate/questions.html", samples.guesses(2), "rater"),
    "rate-guesses-three": lambda: ("rate/questions.html", samples.guesses(3), "rater"),
    "rate-guesses-wide": lambda: ("rate/questions.html", samples.guesses_wide(), "rater"),
    "rate-wide": lambda: ("rate/judge.html", samples.wide(assignment="wide"), "rater"),
    "rate-feedback": lambda: ("rate/feedback.html", samples.feedback(False), "rater"),
    "rate-feedback-met": lambda: ("rate/feedback.html", samples.feedback(True), "rater"),
    "rate-break": lambda: ("rate/wait.html", samples.wait("break"), "rater"),
    "rate-rest": lambda: ("rate/wait.html", samples.wait("rest"), "rater"),
    "rate-paused": lambda: ("rate/wait.html", samples.wait("paused"), "rater"),
    "rate-screened-out": lambda: (
        "rate/wait.html",
        samples.wait("screened_out", leave_url="https://panel.example.org/out"),
        "rater",
    ),
    "rate-closed": lambda: ("rate/closed.html", samples.CLOSED, "rater"),
    "live": lambda: ("live/index.html", samples.LIVE_INDEX, "admin"),
    "live-empty": lambda: ("live/index.html", samples.LIVE_EMPTY, "rater"),
    "live-waiting": lambda: ("live/show.html", samples.live("waiting"), "rater"),
    "live-ready": lambda: ("live/show.html", samples.live("ready"), "rater"),
    "live-voted": lambda: ("live/show.html", samples.live("voted"), "rater"),
    "live-failed": lambda: ("live/show.html", samples.live("failed"), "rater"),
    "compare": lambda: ("compare/index.html", samples.COMPARE, "admin"),
    "judged-form": lambda: ("judged/form.html", samples.judgements_form(), "admin"),
    "judged-refused": lambda: (
        "judged/form.html",
        samples.judgements_form(error=samples.INVALID, name="Arena"),
        "admin",
    ),
    "judged-report": lambda: ("judged/report.html", samples.JUDGEMENTS_REPORT, "admin"),
    "figures": lambda: ("figures.html", figure_samples.every(), "admin"),
    "sign-in": lambda: ("auth/sign_in.html", {"error": None, "name": ""}, None),
    "sign-in-wrong": lambda: (
        "auth/sign_in.html",
        {"error": samples.NOT_FOUND, "name": "Ada"},
        None,
    ),
    "team": lambda: ("team/index.html", samples.team(), "admin"),
    "password": lambda: (
        "auth/set_password.html",
        {"error": None, "has_password": False, "saved": True},
        "admin",
    ),
    "become-rater": lambda: ("auth/become_rater.html", {"action": "/r/x/as-rater"}, None),
    "error": lambda: ("error.html", samples.ERROR, "admin"),
    "not-found": lambda: ("error.html", samples.NOT_FOUND, None),
}
EVENTS = (
    b'data: {"variant": "base", "state": "answering"}\n\n'
    b'data: {"variant": "lora", "state": "starting"}\n\n'
    b'data: {"variant": "base", "delta": "The lighthouse "}\n\n'
    b'data: {"variant": "base", "delta": "of Orrin."}\n\n'
    b'data: {"variant": "base", "state": "done"}\n\n'
    b'data: {"variant": "lora", "delta": "Orrin!"}\n\n'
    b'data: {"variant": "lora", "state": "done"}\n\n'
    b'data: {"variant": "full", "state": "failed", "error": "The engine died.", '
    b'"hint": "See its log."}\n\n'
    b"event: done\ndata: {}\n\n"
)


@cache
def templates() -> Environment:
    env = environment(FastAPI())
    env.loader = ChoiceLoader([env.loader or FileSystemLoader("."), FileSystemLoader(HERE)])
    return env


def render(name: str) -> str:
    template, page, role = PAGES[name]()
    extra = {"variants": samples.VARIANTS, "error": samples.ERROR, "invalid": samples.INVALID}
    section = "live" if name.startswith(("live", "compare")) else "runs"
    context: dict[str, Any] = {
        "page": page,
        "role": role,
        "section": section,
        "language": "en",
        "manages": role == "admin",
    }
    return templates().get_template(template).render(**context, **extra)


@dataclass
class Gallery:
    """A running gallery. `posts` collects what forms sent; `answer` decides the reply's status."""

    address: str = ""
    posts: list[dict[str, str]] = field(default_factory=list)
    answer: int = 303


@contextmanager
def serving(port: int = 0) -> Iterator[Gallery]:
    gallery = Gallery()
    handler = type("Handler", (_Handler,), {"gallery": gallery})
    server = servers.Server(("127.0.0.1", port), handler)
    gallery.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield gallery
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    gallery: Gallery
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/static/"):
            return self._file(ROOT / path.replace(f"{HASHED}{static_hash()}/", "").lstrip("/"))
        if path.startswith("/figures/"):
            return self._figure(Path(path))
        name = path.strip("/") or "index"
        if name == "index":
            links = "".join(f'<li><a href="/{page}">{page}</a></li>' for page in PAGES)
            return self._reply(200, f"<!doctype html><ul>{links}</ul>".encode())
        if name not in PAGES:
            return self._reply(404, b"nothing here")
        return self._reply(200, render(name).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        if self.path == "/compare/stream":
            return self._reply(200, EVENTS, "text/event-stream")
        fields = {
            name: values[-1] for name, values in parse_qs(body, keep_blank_values=True).items()
        }
        self.gallery.posts.append(fields)
        if self.gallery.answer == 303:
            return self._reply(303, b"", location="/rate-done")
        problem = b'{"error": "The study is closed.", "hint": null, "problems": []}'
        return self._reply(self.gallery.answer, problem, "application/json")

    def handle(self) -> None:
        with suppress(ConnectionError):  # a browser that has seen enough
            super().handle()

    def _figure(self, path: Path) -> None:
        """A figure of the samples as the file that the ending names."""
        figure = next((one for one in figure_samples.every() if one.name == path.stem), None)
        if figure is None:
            return self._reply(404, b"")
        if path.suffix == ".png":
            return self._reply(200, figures.png(figure), "image/png")
        text, kind = {
            ".json": lambda: (json.dumps(figures.spec(figure)), "application/json"),
            ".svg": lambda: (figures.svg(figure), "image/svg+xml"),
            ".csv": lambda: (figures.csv_text(figure), "text/csv; charset=utf-8"),
        }[path.suffix]()
        return self._reply(200, text.encode(), kind)

    def _file(self, file: Path) -> None:
        if not file.is_file():
            return self._reply(404, b"")
        return self._reply(200, file.read_bytes(), guess_type(file.name)[0] or "font/woff2")

    def _reply(
        self, status: int, body: bytes, kind: str = "text/html; charset=utf-8", location: str = ""
    ) -> None:
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def shoot(folder: Path, only: list[str]) -> None:
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    sizes = {"phone": (390, 844), "desk": (1440, 900)}
    with serving() as gallery, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for theme in ("light", "dark"):
            for label, (width, height) in sizes.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    has_touch=label == "phone",
                    is_mobile=label == "phone",
                )
                page = context.new_page()
                page.on("console", lambda message: print(message.location, message.text))
                for name in only or PAGES:
                    page.goto(f"{gallery.address}/{name}")
                    page.evaluate("document.fonts.ready")
                    whole = not name.startswith("rate-")
                    page.screenshot(path=folder / f"{name}-{label}-{theme}.png", full_page=whole)
                context.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shoot", type=Path)
    parser.add_argument("--port", type=int, default=8399)
    parser.add_argument("pages", nargs="*")
    arguments = parser.parse_args()
    if arguments.shoot:
        shoot(arguments.shoot, arguments.pages)
    else:
        with serving(arguments.port) as running:
            print(running.address)
            try:
                Thread().join()
                input("Enter ends it. ")
            except KeyboardInterrupt:
                pass
