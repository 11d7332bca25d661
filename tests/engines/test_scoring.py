"""Log-probabilities of given tokens: what is asked, and what a server may say to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.engines import ALL, score, tokenize
from app.engines.connections import close_clients
from app.errors import AppError, EngineError
from tests.engines.small_server import Server

pytestmark = pytest.mark.anyio


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


def entry(logprob: float, rank: int, text: str | None) -> dict[str, Any]:
    return {"logprob": logprob, "rank": rank, "decoded_token": text}


# After two ids of a prompt: a token that is first, and one that is not among the first two.
PLACES = [
    None,
    {"8": entry(-0.1, 1, " mere")},
    {"5": entry(-0.5, 1, " a"), "6": entry(-1.5, 2, " b")},
    {"9": entry(-7.0, 40, "</s>"), "5": entry(-0.5, 1, " a"), "6": entry(-1.5, 2, None)},
]


def says(server: Server, places: Any) -> None:
    server.reply = lambda path, body: (200, {"choices": [{"prompt_logprobs": places}]}, {})


class TestScore:
    async def test_exact_ids_are_asked_about(self, server: Server) -> None:
        says(server, PLACES)
        await score(server.target(), [7, 8], [5, 9], top=2)
        ((path, body),) = server.asked
        assert path == "/v1/completions"
        assert body["prompt"] == [7, 8, 5, 9]
        assert (body["prompt_logprobs"], body["max_tokens"], body["temperature"]) == (2, 1, 0)

    async def test_one_entry_per_token_of_the_answer(self, server: Server) -> None:
        says(server, PLACES)
        found = await score(server.target(), [7, 8], [5, 9], top=2)
        assert found.texts == [" a", "</s>"]
        assert found.logprobs == [-0.5, -7.0]
        assert found.ranks == [1, 40]

    async def test_candidates_are_best_first_and_the_token_itself_last(
        self, server: Server
    ) -> None:
        says(server, PLACES)
        found = await score(server.target(), [7, 8], [5, 9], top=2)
        first, second = found.candidates
        assert first.ids.tolist() == [5, 6]
        assert second.ids.tolist() == [5, 6, 9]
        assert second.logprobs.tolist() == [-0.5, -1.5, -7.0]
        assert second.texts == (" a", "", "</s>")

    async def test_all_are_asked_for(self, server: Server) -> None:
        says(server, PLACES)
        await score(server.target(), [7, 8], [5, 9], top=ALL)
        assert server.asked[0][1]["prompt_logprobs"] == -1

    @pytest.mark.parametrize(("prompt", "tokens"), [([], [5]), ([7], [])])
    async def test_nothing_to_score(
        self, server: Server, prompt: list[int], tokens: list[int]
    ) -> None:
        with pytest.raises(AppError, match="nothing to score"):
            await score(server.target(), prompt, tokens, top=2)
        assert server.asked == []

    async def test_an_answer_that_fills_the_context(self, server: Server) -> None:
        """vLLM lowers max_tokens to what is left, and then refuses a 0."""
        message = "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)"
        server.reply = lambda path, body: (400, {"error": {"message": message}}, {})
        with pytest.raises(AppError, match="fills the context") as caught:
            await score(server.target(), [7, 8], [5, 9], top=2)
        assert not isinstance(caught.value, EngineError)

    async def test_a_refusal_is_of_these_ids_only(self, server: Server) -> None:
        message = "Requested prompt logprobs of 1536, which is greater than max allowed: 20"
        server.reply = lambda path, body: (400, {"error": {"message": message}}, {})
        with pytest.raises(AppError, match="greater than max allowed") as caught:
            await score(server.target(), [7, 8], [5, 9], top=ALL)
        assert not isinstance(caught.value, EngineError)

    async def test_a_server_that_does_not_tell_is_no_engine_in_trouble(
        self, server: Server
    ) -> None:
        says(server, None)
        with pytest.raises(AppError, match="needs a vLLM server") as caught:
            await score(server.target(), [7, 8], [5, 9], top=2)
        assert not isinstance(caught.value, EngineError)

    @pytest.mark.parametrize(
        "places",
        [
            [],
            PLACES[:3],
            [*PLACES[:3], {"5": entry(-0.5, 1, " a")}],
            [*PLACES[:3], {"9": {"logprob": None, "rank": 1, "decoded_token": "x"}}],
        ],
        ids=["empty", "one too few", "without the token", "no number"],
    )
    async def test_what_is_no_scoring(self, server: Server, places: Any) -> None:
        says(server, places)
        with pytest.raises(EngineError, match="does not answer as OpenAI's API does"):
            await score(server.target(), [7, 8], [5, 9], top=2)


class TestTokenize:
    async def test_without_special_tokens(self, server: Server) -> None:
        server.reply = lambda path, body: (200, {"tokens": [4, 5], "count": 2}, {})
        assert await tokenize(server.target(), "a b") == [4, 5]
        ((path, body),) = server.asked
        assert path == "/tokenize"
        assert (body["prompt"], body["add_special_tokens"]) == ("a b", False)

    @pytest.mark.parametrize("status", [400, 404, 405, 501])
    async def test_a_server_that_does_not_tell(self, server: Server, status: int) -> None:
        server.reply = lambda path, body: (status, {"error": {"message": "Not Found"}}, {})
        target = server.target(is_local=True)  # one retry where a server fails, not five
        assert await tokenize(target, "a b") is None

    @pytest.mark.parametrize("content", [{}, {"tokens": "a b"}, {"tokens": None}])
    async def test_an_answer_of_another_kind(self, server: Server, content: dict[str, Any]) -> None:
        server.reply = lambda path, body: (200, content, {})
        assert await tokenize(server.target(), "a b") is None

    async def test_a_server_that_fails(self, server: Server) -> None:
        server.reply = lambda path, body: (500, {"error": {"message": "broken"}}, {})
        with pytest.raises(EngineError, match="broken"):
            await tokenize(server.target(is_local=True), "a b")
