"""Spans of tokens, from worked examples and from texts cut at every byte."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.analysis.tokens import is_special, token_spans
from app.analysis.tokens.spans import text_at


def read(text: str, tokens: list[str]) -> list[str] | None:
    """What stands where the tokens are said to stand."""
    spans = token_spans(text, tokens)
    return None if spans is None else [text[start:end] for start, end in spans]


class TestExamples:
    def test_plain(self) -> None:
        assert token_spans("Sure thing!", ["Sure", " thing", "!"]) == [(0, 4), (4, 10), (10, 11)]

    def test_white_space_that_was_stripped(self) -> None:
        assert read("Hi you", [" ", "\n Hi", " you", " \n", "\n"]) == ["", "Hi", " you", "", ""]

    @pytest.mark.parametrize("end", ["</s>", "<|eot_id|>", "<｜end▁of▁sentence｜>", ""])
    def test_what_ends_an_answer_stands_behind_it(self, end: str) -> None:
        assert token_spans("Hi", ["Hi", end]) == [(0, 2), (2, 2)]

    def test_a_stop_string_is_cut_off(self) -> None:
        assert read("Yes.", ["Yes", ".\n", "\n#", " Query", ":"]) == ["Yes", ".", "", "", ""]

    def test_halves_of_a_character(self) -> None:
        assert read("café!", ["caf", "\ufffd", "\ufffd", "!"]) == ["caf", "", "é", "!"]

    def test_a_half_that_is_nothing(self) -> None:
        assert read("café!", ["caf", "", "é", "!"]) == ["caf", "", "é", "!"]

    def test_a_half_beside_whole_characters(self) -> None:
        assert read("a 😀!b", ["a \ufffd", "\ufffd!", "b"]) == ["a 😀", "!", "b"]

    def test_special_tokens_within(self) -> None:
        tokens = ["<|channel|>", "Yes", "<|message|>", " you"]
        assert read("Yes you", tokens) == ["", "Yes", "", " you"]

    def test_a_tag_that_the_text_has(self) -> None:
        assert read("a<b>c</s>", ["a", "<b>", "c", "</s>", "</s>"]) == ["a", "<b>", "c", "</s>", ""]

    def test_spaces_that_were_lost(self) -> None:
        tokens = ["Great", "question", "!", "It", "'", "s", "<b>"]
        assert read("Great question! It's <b>", tokens) == tokens

    def test_a_text_that_is_all_white_space_or_nothing(self) -> None:
        assert token_spans("", [" ", "</s>"]) == [(0, 0), (0, 0)]
        assert token_spans("", []) == []

    def test_a_long_text_of_half_characters(self) -> None:
        text = "漢字" * 400
        assert read(text, ["\ufffd"] * 1600) is not None


class TestNoAlignment:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("Hello", ["Good", "bye"]),
            ("Hello you", ["Hello"]),
            ("Hello", []),
            ("Hello you", ["Hello", " they"]),
            ("éé", ["\ufffd", "x"]),
        ],
    )
    def test_other_texts(self, text: str, tokens: list[str]) -> None:
        assert token_spans(text, tokens) is None


class TestSpecial:
    @pytest.mark.parametrize("token", ["</s>", "<eos>", "<|im_end|>", "<end_of_turn>", "[EOS]"])
    def test_is(self, token: str) -> None:
        assert is_special(token)

    @pytest.mark.parametrize("token", ["", "s", "<", "[1]", "< 3", "a</s>", "[note]"])
    def test_is_not(self, token: str) -> None:
        assert not is_special(token)


cuts = st.lists(st.integers(0, 200), max_size=20)
texts = st.text(alphabet="ab é漢😀\n<>/s", max_size=30)


class TestProperties:
    @given(text=texts, at=cuts)
    def test_a_text_cut_anywhere(self, text: str, at: list[int]) -> None:
        stripped = text.strip()
        edges = [0, *sorted(cut for cut in at if cut < len(text)), len(text)]
        tokens = [text[start:end] for start, end in pairwise(edges)]
        spans = token_spans(stripped, [*tokens, "</s>"])
        assert spans is not None
        assert "".join(stripped[start:end] for start, end in spans) == stripped
        for token, (start, end) in zip(tokens, spans, strict=False):
            assert stripped[start:end] in token

    @given(text=texts, at=cuts)
    def test_a_text_cut_between_bytes(self, text: str, at: list[int]) -> None:
        """Each token decodes alone, so that characters are lost where they are cut."""
        stripped, raw = text.strip(), text.encode()
        edges = [0, *sorted(cut for cut in at if cut < len(raw)), len(raw)]
        tokens = [raw[start:end].decode(errors="replace") for start, end in pairwise(edges)]
        spans = token_spans(stripped, tokens)
        assert spans is not None
        flat = [edge for span in spans for edge in span]
        assert flat == sorted(flat)
        assert "".join(stripped[start:end] for start, end in spans) == stripped

    @given(text=texts, tokens=st.lists(st.text(alphabet="ab \ufffd</s>é", max_size=4), max_size=8))
    def test_spans_are_in_order_and_inside(self, text: str, tokens: list[str]) -> None:
        spans = token_spans(text, tokens)
        flat = [0] if spans is None else [edge for span in spans for edge in span]
        assert flat == sorted(flat)
        assert all(0 <= edge <= len(text) for edge in flat)


class TestTextAt:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [
            ("Hi you", [" ", "\n Hi", " you", " \n", "\n"]),
            ("Yes", [" Yes\n", "</s>"]),
            (" A b", ["  A", " b"]),
            ("Hi there, you", ["Hi", "there", ",", "you", "</s>"]),
            ("Stop", ["Stop", "###", "more"]),
            ("", ["</s>"]),
            ("", []),
        ],
    )
    def test_it_is_the_text_that_the_spans_are_of(self, text: str, tokens: list[str]) -> None:
        spans = token_spans(text, tokens)
        assert spans is not None
        assert text_at(tokens, spans) == text
