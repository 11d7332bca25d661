"""A small server that is not vLLM, in this process: it says what a test tells it to say."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from app.engines.connections import Target
from tests import servers

Reply = tuple[int, dict[str, Any] | str, dict[str, str]]

CHAT = {
    "id": "1",
    "object": "chat.completion",
    "created": 0,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "\n An answer. "},
        }
    ],
}


class Server:
    """Answers by `reply`; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.keys: list[str | None] = []
        self.connections: set[int] = set()
        self.reply: Callable[[str, dict[str, Any]], Reply] = lambda path, body: (200, CHAT, {})
        self.http = servers.Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def target(self, *, is_local: bool = False) -> Target:
        url = f"http://127.0.0.1:{self.http.server_port}/v1"
        return Target(url, "m", "k3y", is_local=is_local)

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append((self.path, body))
                server.keys.append(self.headers["Authorization"])
                server.connections.add(self.client_address[1])
                status, content, headers = server.reply(self.path, body)
                text = content if isinstance(content, str) else json.dumps(content)
                self.send_response(status)
                kind = "text/event-stream" if isinstance(content, str) else "application/json"
                lengths = {"Content-Type": kind, "Content-Length": str(len(text.encode()))}
                for name, value in (lengths | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler
