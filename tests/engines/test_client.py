"""What is sent to a server and what comes back, against a small server that is not vLLM."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.engines.client import PromptInput, generate, stream
from app.engines.connections import client_of, close_clients
from app.errors import AppError, EngineError
from app.registry import EndpointSpec, FormatSpec, SamplingSpec, VariantSpec
from app.tables import VariantKind
from tests.engines.small_server import CHAT, Reply, Server

pytestmark = pytest.mark.anyio

TEXT = {
    "id": "1",
    "object": "text_completion",
    "created": 0,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "length", "text": " An answer."}],
}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture(autouse=True)
async def closing(anyio_backend):
    yield
    await close_clients()


def variant(format: str = "chat", **sampling: Any) -> VariantSpec:
    return VariantSpec(
        name="remote",
        kind=VariantKind.OTHER,
        endpoint=EndpointSpec(url="http://x", served_name="m"),
        format=FormatSpec(type=format),
        sampling=SamplingSpec(**sampling),
    )


def refusing(*names: str) -> Callable[[str, dict[str, Any]], Reply]:
    """A server that knows no such parameters, and says so about the first one it meets."""

    def reply(path: str, body: dict[str, Any]) -> Reply:
        for name in names:
            if name in body:
                message = f"Unrecognized request argument supplied: {name}"
                return 400, {"error": {"message": message}}, {}
        return 200, CHAT, {}

    return reply


class TestRequest:
    async def test_chat(self, server: Server) -> None:
        prompt = PromptInput("Hi", system="Be brief.")
        chosen = variant(
            temperature=0.5,
            top_p=0.9,
            top_k=5,
            max_tokens=7,
            stop=("END",),
            stop_token_ids=(2,),
        )
        answer = await generate(server.target(), chosen, prompt, seed=3)
        ((path, body),) = server.asked
        assert path == "/v1/chat/completions"
        assert body["model"] == "m"
        assert body["messages"] == prompt.messages
        assert (body["temperature"], body["top_p"], body["top_k"]) == (0.5, 0.9, 5)
        assert (body["max_tokens"], body["stop"], body["seed"]) == (7, ["END"], 3)
        assert body["stop_token_ids"] == [2]
        assert body["logprobs"] is True
        assert body["return_token_ids"] is True
        assert "min_p" not in body
        assert server.keys == ["Bearer k3y"]
        assert (answer.text, answer.finish_reason) == ("An answer.", "stop")

    async def test_raw_uses_completions(self, server: Server) -> None:
        server.reply = lambda path, body: (200, TEXT, {})
        answer = await generate(server.target(), variant("raw"), PromptInput("Once"))
        ((path, body),) = server.asked
        assert (path, body["prompt"]) == ("/v1/completions", "Once")
        assert answer.rendered_prompt == "Once"
        assert (answer.text, answer.finish_reason) == ("An answer.", "length")

    async def test_given_sampling_replaces_the_variants(self, server: Server) -> None:
        chosen = variant(temperature=0.5, top_p=0.9)
        sampling = SamplingSpec(max_tokens=9)
        await generate(server.target(), chosen, PromptInput("Hi"), sampling=sampling)
        body = server.asked[0][1]
        assert (body["temperature"], body["max_tokens"]) == (0.0, 9)
        assert not body.keys() & {"top_p", "stop", "stop_token_ids"}
        assert "top_p" not in body

    async def test_connections_are_kept(self, server: Server) -> None:
        for _ in range(3):
            await generate(server.target(), variant(), PromptInput("Hi"))
        assert len(server.connections) == 1


class TestConnections:
    async def test_an_engine_that_starts_again_takes_the_place_of_the_last(
        self, server: Server
    ) -> None:
        for key in ("first", "second"):
            target = replace(server.target(is_local=True), api_key=key)
            await generate(target, variant(), PromptInput("Hi"))
        assert server.keys == ["Bearer first", "Bearer second"]
        assert client_of(replace(target, api_key="third")) is client_of(target)

    async def test_an_endpoint_is_asked_with_each_key(self, server: Server) -> None:
        one, other = (replace(server.target(), api_key=key) for key in ("one", "other"))
        assert client_of(one) is not client_of(other)


class TestOtherServers:
    async def test_absent_evidence_is_tolerated(self, server: Server) -> None:
        answer = await generate(server.target(), variant(), PromptInput("Hi"))
        assert (answer.token_ids, answer.prompt_token_ids, answer.logprobs) == ([], [], [])
        assert answer.rendered_prompt is None

    async def test_refused_evidence_is_not_asked_for_again(self, server: Server) -> None:
        server.reply = refusing("return_token_ids", "return_prompt_text", "logprobs")
        for _ in range(2):
            answer = await generate(server.target(), variant(), PromptInput("Hi"))
            assert answer.text == "An answer."
        assert len(server.asked) == 4 + 1
        assert not {"return_token_ids", "logprobs"} & server.asked[-1][1].keys()

    async def test_refused_sampling_is_an_error_because_it_changes_answers(
        self, server: Server
    ) -> None:
        server.reply = refusing("top_k")
        with pytest.raises(AppError, match="top_k"):
            await generate(server.target(), variant(top_k=5), PromptInput("Hi"))
        assert len(server.asked) == 1


class TestFailures:
    async def test_retry_after_is_honoured(self, server: Server) -> None:
        replies: list[Reply] = [
            (429, {"error": {"message": "slow down"}}, {"Retry-After": "0.01"}),
            (503, {"error": {"message": "loading"}}, {"Retry-After": "0.01"}),
            (200, CHAT, {}),
        ]
        server.reply = lambda path, body: replies.pop(0)
        answer = await generate(server.target(), variant(), PromptInput("Hi"))
        assert answer.text == "An answer."
        assert len(server.asked) == 3

    @pytest.mark.parametrize(("status", "message"), [(401, "refuses the key"), (404, "not know")])
    async def test_what_no_retry_can_help_is_fatal(
        self, server: Server, status: int, message: str
    ) -> None:
        server.reply = lambda path, body: (status, {"error": {"message": "no"}}, {})
        with pytest.raises(EngineError, match=message) as caught:
            await generate(server.target(), variant(), PromptInput("Hi"))
        assert caught.value.fatal
        assert caught.value.hint
        assert len(server.asked) == 1

    async def test_a_prompt_that_is_refused(self, server: Server) -> None:
        message = "This model's maximum context length is 256 tokens."
        server.reply = lambda path, body: (400, {"error": {"message": message}}, {})
        with pytest.raises(AppError, match="maximum context length") as caught:
            await generate(server.target(), variant(), PromptInput("Hi"))
        assert not isinstance(caught.value, EngineError)

    async def test_nobody_listens(self, server: Server) -> None:
        target = server.target(is_local=True)
        server.http.shutdown()
        server.http.server_close()
        with pytest.raises(EngineError, match="does not answer") as caught:
            await generate(target, variant(), PromptInput("Hi"))
        assert not caught.value.fatal

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("text/html", "<html>Welcome</html>"),
            ("application/json", "{broken"),
            ("application/json", "[]"),
            ("application/json", '{"choices": [{"message": null}]}'),
        ],
    )
    async def test_what_is_no_answer_does_not_pass_for_a_defect_of_ours(
        self, server: Server, kind: str, content: str
    ) -> None:
        server.reply = lambda path, body: (200, content, {"Content-Type": kind})
        with pytest.raises(EngineError, match="does not answer as OpenAI's API does") as caught:
            await generate(server.target(), variant(), PromptInput("Hi"))
        assert not caught.value.fatal
        assert "/v1" in (caught.value.hint or "")

    async def test_half_characters_can_be_stored(self, server: Server) -> None:
        server.reply = lambda path, body: (200, chat_saying("Blue \ud83d\0 glass"), {})
        answer = await generate(server.target(), variant(), PromptInput("Hi"))
        assert answer.text == "Blue \ufffd\ufffd glass"

    @pytest.mark.parametrize("logprob", [None, float("-inf")])
    async def test_incomplete_log_probabilities_are_none(
        self, server: Server, logprob: float | None
    ) -> None:
        tokens = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": logprob}]
        choice = CHAT["choices"][0] | {"logprobs": {"content": tokens}}
        server.reply = lambda path, body: (200, CHAT | {"choices": [choice]}, {})
        answer = await generate(server.target(), variant(), PromptInput("Hi"))
        assert answer.logprobs == []


def chat_saying(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return CHAT | {"choices": [{"index": 0, "finish_reason": "stop", "message": message}]}


def events(*texts: str) -> str:
    head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    pieces = [
        head | {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}
        for text in texts
    ]
    return "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces)


class TestStream:
    async def test_pieces_without_leading_space(self, server: Server) -> None:
        text = events("", " ", " One", " two") + "data: [DONE]\n\n"
        server.reply = lambda path, body: (200, text, {})
        found = [piece async for piece in stream(server.target(), variant(), PromptInput("Hi"))]
        assert found == ["One", " two"]
        assert server.asked[0][1]["stream"] is True

    async def test_a_connection_that_breaks_in_the_middle(self, server: Server) -> None:
        longer = {"Content-Length": "100000", "Connection": "close"}
        server.reply = lambda path, body: (200, events("One"), longer)
        found = []
        with pytest.raises(EngineError, match="does not answer"):  # noqa: PT012
            async for piece in stream(server.target(), variant(), PromptInput("Hi")):
                found.append(piece)
        assert found == ["One"]

    async def test_what_is_no_stream(self, server: Server) -> None:
        server.reply = lambda path, body: (200, "data: {broken\n\n", {})
        with pytest.raises(EngineError, match="does not answer as"):
            _ = [piece async for piece in stream(server.target(), variant(), PromptInput("Hi"))]

    async def test_an_error_in_the_middle(self, server: Server) -> None:
        broken = {"error": {"message": "EngineDeadError", "code": 500}}
        text = events("One") + f"data: {json.dumps(broken)}\n\n"
        server.reply = lambda path, body: (200, text, {})
        found = []
        with pytest.raises(EngineError, match="EngineDeadError"):  # noqa: PT012
            async for piece in stream(server.target(), variant(), PromptInput("Hi")):
                found.append(piece)
        assert found == ["One"]
