"""The table of tokens: columns, places in the text, words."""

import numpy as np
import pytest

from app.analysis.tokens import NO_WORD, NOWHERE, Texts, words_of
from tests.analysis.tokens.made import answer, table


def words(text: str, tokens: list[str]) -> list[str]:
    found = table(answer(tokens, text=text))
    return [found.word[row] for row in range(len(found))]


class TestColumns:
    def test_answer_by_answer(self) -> None:
        found = table(
            answer(["A", " b"], [1, 7], prompt="p"),
            answer([], prompt="q"),
            answer(["C"], [3], prompt="r"),
            answer(["D"], [2], prompt="p"),
        )
        assert found.answer.tolist() == [0, 0, 2, 3]
        assert found.prompt.tolist() == [0, 0, 2, 0]
        assert found.position.tolist() == [0, 1, 0, 0]
        assert found.rank.tolist() == [1, 7, 3, 2]
        assert found.shift.tolist() == [0, 2, 1, 1]
        assert [found.text[row] for row in range(4)] == ["A", " b", "C", "D"]

    def test_what_is_not_had_is_not_a_number(self) -> None:
        found = table(answer(["A"], kl=[0.5]), answer(["B"]))
        assert found.kl[0] == 0.5
        assert np.isnan(found.kl[1])
        assert np.isnan(found.unknown).all()

    def test_no_answers(self) -> None:
        assert len(table()) == 0

    def test_some_are_taken(self) -> None:
        found = table(answer(["A", "b"]), answer(["C"])).take(np.array([False, True, True]))
        assert found.answer.tolist() == [0, 1]
        assert [found.text[row] for row in range(2)] == ["b", "C"]

    def test_lists_of_other_lengths(self) -> None:
        with pytest.raises(ValueError, match="answer 1 differ"):
            table(answer(["A"]), answer(["B"], [1, 2]))

    def test_a_rank_of_0(self) -> None:
        with pytest.raises(ValueError, match="below 1"):
            table(answer(["A", "b"], [1, 0]))

    def test_texts_are_kept_once(self) -> None:
        assert Texts.of(["b", "a", "b"]).known == ("b", "a")


class TestPlaces:
    def test_in_the_stored_text(self) -> None:
        found = table(answer([" Sure", " thing", "</s>"], text="Sure thing"))
        assert (found.start.tolist(), found.end.tolist()) == ([0, 4, 10], [4, 10, 10])
        assert found.ends.tolist() == [False, False, True]

    def test_without_a_text_special_tokens_at_the_end_are_no_part_of_it(self) -> None:
        found = table(answer(["A", " b", "", "</s>"]))
        assert found.ends.tolist() == [False, False, True, True]
        assert found.end.tolist() == [1, 3, 3, 3]

    def test_white_space_behind_the_text_does_not_end_it(self) -> None:
        found = table(answer(["A", "\n", "</s>"], text="A"))
        assert found.ends.tolist() == [False, False, True]

    def test_a_stop_string_ends_it(self) -> None:
        found = table(answer(["A", "\n#", " Query"], text="A"))
        assert found.ends.tolist() == [False, True, True]

    def test_of_another_text_words_are_known_and_places_are_not(self) -> None:
        found = table(answer(["Par", "is", "</s>"], text="London"))
        assert set(found.start.tolist() + found.end.tolist()) == {NOWHERE}
        assert [found.word[row] for row in range(3)] == ["paris", "paris", "</s>"]
        assert found.ends.tolist() == [False, False, True]


class TestWords:
    def test_pieces_have_the_whole_word(self) -> None:
        tokens = ["How", "ever", ",", " it", "’", "s", " Par", "is"]
        assert words("However, it’s Paris", tokens) == [
            "however",
            "however",
            ",",
            "it's",
            "it's",
            "it's",
            "paris",
            "paris",
        ]

    def test_a_number_keeps_what_divides_it(self) -> None:
        assert words("3.14!", ["3", ".", "14", "!"]) == ["3.14", "3.14", "3.14", "!"]

    def test_the_number_of_an_item_has_its_dot(self) -> None:
        assert words("1. Paris\n 2) 3", ["1", ".", " Paris", "\n 2", ")", " 3"]) == [
            "1.",
            "1.",
            "paris",
            "2)",
            "2)",
            "3",
        ]

    def test_halves_of_a_character(self) -> None:
        assert words("café!", ["caf", "\ufffd", "\ufffd", "!"]) == ["café", "café", "café", "!"]

    def test_a_token_over_two_words_is_part_of_the_first(self) -> None:
        assert words("of the", ["of the"]) == ["of"]

    def test_white_space_has_none(self) -> None:
        assert words_of("a  b", ["a", " ", " b"], [(0, 1), (1, 2), (2, 4)]) == [
            ("a", 0),
            ("", NO_WORD),
            ("b", 1),
        ]

    def test_white_space_that_was_stripped_has_none(self) -> None:
        assert words("a", [" ", "a"]) == ["", "a"]
