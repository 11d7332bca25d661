"""Kinds of tokens by the rules that are stated."""

import pytest

from app.analysis.tokens import OPENING, Kind, kinds_of
from app.analysis.tokens.english import MARKERS, PHRASES, STOP_WORDS
from app.analysis.tokens.kinds import is_style
from tests.analysis.tokens.made import answer, table

BEFORE = [" x"] * OPENING


def kinds(*tokens: str, text: str | None = None) -> list[Kind]:
    """Of tokens that stand after the opening."""
    found = kinds_of(table(answer([*BEFORE, *tokens], text=text)))
    return [Kind(code) for code in found[OPENING:]]


class TestRules:
    def test_the_opening_goes_by_position_alone(self) -> None:
        found = kinds_of(table(answer(["Paris", ",", " of", " 1492", " x", " Rome"])))
        assert found.tolist() == [Kind.OPENING] * 5 + [Kind.CONTENT]

    def test_what_ends_an_answer_is_no_opening(self) -> None:
        found = kinds_of(table(answer(["Yes", "</s>"])))
        assert found.tolist() == [Kind.OPENING, Kind.END]

    @pytest.mark.parametrize("token", [" of", " The", " however", " Please", " it's", " don’t"])
    def test_words_of_style(self, token: str) -> None:
        assert kinds(token) == [Kind.STYLE]

    @pytest.mark.parametrize("token", [".", "\n\n", "**", "##", " -", "`", "!", "😀", "…"])
    def test_what_has_no_letter_and_no_digit(self, token: str) -> None:
        assert kinds(token) == [Kind.STYLE]

    @pytest.mark.parametrize("token", [" Paris", " 1492", " Paris's", " was2", " größer", "漢字"])
    def test_content(self, token: str) -> None:
        assert kinds(token) == [Kind.CONTENT]

    def test_whole_words_decide(self) -> None:
        assert kinds(" the", "atre") == [Kind.CONTENT] * 2
        assert kinds(" how", "ever") == [Kind.STYLE] * 2

    @pytest.mark.parametrize("word", ["हिन्दी", "தமிழ்", "cafe\u0301", "שָׁלוֹם"])
    def test_marks_are_part_of_the_word(self, word: str) -> None:
        assert kinds(" x", *word) == [Kind.CONTENT] * (1 + len(word))

    def test_numbers_of_items(self) -> None:
        assert kinds("\n", "1", ".", " Paris") == [*[Kind.STYLE] * 3, Kind.CONTENT]
        assert kinds(" in", " 1492", ".") == [Kind.STYLE, Kind.CONTENT, Kind.STYLE]


class TestPhrases:
    def test_every_word_of_one_is_style(self) -> None:
        assert kinds(" of", " course", ",", " Paris") == [*[Kind.STYLE] * 3, Kind.CONTENT]

    def test_a_word_of_one_alone_is_content(self) -> None:
        assert kinds(" a", " course") == [Kind.STYLE, Kind.CONTENT]

    def test_pieces_and_punctuation_do_not_break_it(self) -> None:
        assert kinds(" for", ",", " exam", "ple") == [Kind.STYLE] * 4

    def test_it_does_not_go_on_in_the_next_answer(self) -> None:
        found = table(answer([*BEFORE, " of"]), answer(["course", *BEFORE]))
        assert kinds_of(found)[OPENING + 1] == Kind.OPENING
        long = table(answer(["of"]), answer([*BEFORE, " course"]))
        assert kinds_of(long)[-1] == Kind.CONTENT

    def test_the_end_of_the_last_answer(self) -> None:
        assert kinds(" of") == [Kind.STYLE]


class TestLists:
    def test_everything_is_in_lower_case(self) -> None:
        words = STOP_WORDS | MARKERS | {word for phrase in PHRASES for word in phrase}
        assert {word.lower() for word in words} == words

    def test_no_word_is_in_two_lists(self) -> None:
        assert not STOP_WORDS & MARKERS

    def test_every_phrase_has_a_word_that_is_no_style_by_itself(self) -> None:
        assert [phrase for phrase in PHRASES if all(map(is_style, phrase))] == []

    def test_no_tokens(self) -> None:
        assert kinds_of(table()).tolist() == []
