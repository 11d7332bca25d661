"""A stand-in for vLLM's server: the same command line and addresses, and faults on demand.

The folder given as --model may hold fake.json:
  start_delay   seconds before it answers
  log           text printed at the start
  exit          exit code, right after printing the log
  exits         how many starts end so; later ones serve
  ignore_term   SIGTERM does nothing
  children      processes started in the same session, as vLLM starts its engine core
  length, shifts  of the language that it answers and scores in, see language.py
  max_logprobs  the most candidates that it tells of, else all
  faults        false: what is scored does no harm
Every start appends a line to starts.txt there. Prompts act too: "die" kills the server, "hang"
never answers, "too long" is refused, "broken" gets 500, and "close" closes the port while the
process lives on, as vLLM's does while it shuts down. So do prompts when their answers are scored,
under a tuned variant or the base: see `FAULTS`. A request with a JSON Schema gets the first thing
that fits it.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from language import ALL, PROMPT, SIZE, TEXTS, Language, logprob

PROBE = {"version": "0.0-fake", "cpu_only": True, "unfit": []}
# Prompts by what befalls the engine when an answer to them is scored; each has an id of its own.
FAULTS = {"dies as tuned": 900, "dies as base": 901, "hangs as tuned": 902, "hangs as base": 903}


def main(arguments: list[str]) -> None:
    if arguments[0] == "-c":
        print(json.dumps(PROBE))
        return
    folder = Path(value(arguments, "--model"))
    plan = json.loads((folder / "fake.json").read_text())
    starts = count_start(folder)
    print(plan.get("log", "fake engine starts"), flush=True)
    if "exit" in plan and starts <= plan.get("exits", 10**9):
        sys.exit(plan["exit"])
    if plan.get("ignore_term"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(plan.get("children", 0)):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "vllm-child"])
    time.sleep(plan.get("start_delay", 0))
    serve(arguments)


def count_start(folder: Path) -> int:
    Path(os.environ["VLLM_RPC_BASE_PATH"], "socket").touch()
    with (folder / "starts.txt").open("a") as file:
        file.write(f"{os.getpid()} {os.environ.get('VLLM_CPU_OMP_THREADS_BIND')}\n")
    return len((folder / "starts.txt").read_text().splitlines())


def value(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def values(arguments: list[str], name: str) -> list[str]:
    found = []
    for argument in arguments[arguments.index(name) + 1 :] if name in arguments else []:
        if argument.startswith("--"):
            break
        found.append(argument)
    return found


def serve(arguments: list[str]) -> None:
    names = values(arguments, "--served-model-name")
    names += [module.split("=")[0] for module in values(arguments, "--lora-modules")]
    Handler.names = names
    Handler.folder = Path(value(arguments, "--model"))
    Handler.key = os.environ["VLLM_API_KEY"]
    Handler.plan = json.loads((Handler.folder / "fake.json").read_text())
    Handler.language = Language.from_json(Handler.plan)
    address = (value(arguments, "--host"), int(value(arguments, "--port")))
    Server(address, Handler).serve_forever()
    threading.Event().wait()  # a prompt closed the port


class Server(ThreadingHTTPServer):
    request_queue_size = 128  # of 5, the kernel has whoever comes next try again a second later


class Handler(BaseHTTPRequestHandler):
    names: list[str]
    key: str
    folder: Path
    plan: dict[str, Any]
    language: Language

    def do_GET(self) -> None:
        if self.path == "/health":
            self.answer(200, {})
        elif self.path == "/version":
            self.answer(200, {"version": "0.0-fake"})
        elif self.headers["Authorization"] != f"Bearer {self.key}":
            self.answer(401, {"error": {"message": "Unauthorized"}})
        else:
            self.answer(200, {"object": "list", "data": [{"id": name} for name in self.names]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body.get("prompt") or body["messages"][-1]["content"]
        if self.path == "/tokenize":
            self.answer(200, {"tokens": [ord(character) for character in prompt]})
            return
        if "prompt_logprobs" in body:
            self.score(body["model"], prompt, body["prompt_logprobs"])
            return
        if prompt == "die":
            self.die()
        if prompt == "hang":
            self.hang()
        if prompt == "close":
            self.server.shutdown()
            self.server.server_close()
            return
        if prompt == "too long":
            self.refuse(400, "This prompt is too long: 300 tokens, at most 256.")
        elif prompt == "broken":
            self.refuse(500, "internal error")
        else:
            self.answer(200, answer_to(self.language, body, prompt))

    def score(self, name: str, ids: list[int], top: int) -> None:
        role = "base" if name == "base" else "tuned"
        harmful = self.plan.get("faults", True)
        if harmful and FAULTS[f"dies as {role}"] in ids:
            self.die()
        if harmful and FAULTS[f"hangs as {role}"] in ids:
            self.hang()
        if top == ALL and "max_logprobs" in self.plan:
            self.refuse(400, f"Requested all, at most {self.plan['max_logprobs']} are allowed.")
            return
        scored = self.language.prompt_logprobs(name, ids, top)
        self.answer(200, {"id": "x", "choices": [{"text": "", "prompt_logprobs": scored}]})

    def die(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def hang(self) -> None:
        with (self.folder / "hanging.txt").open("a") as file:
            file.write("x")
        threading.Event().wait()

    def refuse(self, status: int, message: str) -> None:
        self.answer(status, {"error": {"message": message, "code": status}})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        encoded = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_: Any) -> None:
        pass


def answer_to(language: Language, body: dict[str, Any], prompt: str) -> dict[str, Any]:
    """Echoes what was asked of whom, so that tests can check the request. Its ids are an answer in
    the language all the same."""
    text = f" {body['model']} says {prompt} "
    if "response_format" in body:
        text = json.dumps(fitting(body["response_format"]["json_schema"]["schema"]))
    ids, prompt_ids = language.answer(body["model"]), prompt_ids_of(prompt)
    tokens = [TEXTS[token] for token in ids]
    common = {"index": 0, "finish_reason": "stop", "token_ids": ids}
    head = {"id": "x", "created": 0, "model": body["model"]}
    if "messages" in body:
        logprobs = {
            "content": [
                {"token": token, "logprob": logprob(1), "bytes": [], "top_logprobs": []}
                for token in tokens
            ]
        }
        choice = {"message": {"role": "assistant", "content": text}, "logprobs": logprobs}
        told = {"prompt_token_ids": prompt_ids, "prompt_text": f"<user>{prompt}"}
        return head | {"object": "chat.completion", "choices": [common | choice]} | told
    logprobs = {
        "token_logprobs": [logprob(1)] * len(ids),
        "tokens": tokens,
        "text_offset": [0] * len(ids),
    }
    choice = {"text": text, "logprobs": logprobs, "prompt_token_ids": prompt_ids}
    return head | {"object": "text_completion", "choices": [common | choice]}


def prompt_ids_of(prompt: str) -> list[int]:
    return [PROMPT, FAULTS.get(prompt, PROMPT + len(prompt) % SIZE)]


def fitting(schema: dict[str, Any]) -> Any:
    """Of an enumeration its first value, and of an object all of its fields."""
    if "properties" in schema:
        return {name: fitting(field) for name, field in schema["properties"].items()}
    return fitting(schema["anyOf"][0]) if "anyOf" in schema else schema.get("enum", ["text"])[0]


if __name__ == "__main__":
    main(sys.argv[1:])
