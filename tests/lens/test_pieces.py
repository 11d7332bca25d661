"""Tokens as they stand in their text."""

from dataclasses import replace

from app.analysis.tokens import Shift
from app.lens import LensAnswer, LensToken, Piece, stretches_of
from app.tables import VariantKind

TOKEN = LensToken(0, "", Shift.UNSHIFTED, 1, 0.9, 0.9, 0.0, (), is_special=False)


def answer(text: str, *tokens: str, borrowed: tuple[tuple[int, int], ...] = ()) -> LensAnswer:
    made = tuple(
        replace(TOKEN, position=place, text=token, is_special=token == "</s>")
        for place, token in enumerate(tokens)
    )
    return LensAnswer(1, "lora", VariantKind.LORA, 0, text, made, None, borrowed, exact=True)


def pieces(of: LensAnswer) -> list[Piece]:
    return [piece for stretch in stretches_of(of) for piece in stretch.pieces]


def shown(of: LensAnswer) -> list[tuple[str, str, str]]:
    return [(piece.before, piece.shown, piece.sign) for piece in pieces(of)]


class TestWhiteSpace:
    def test_space_in_front_of_a_word_is_no_part_of_it(self) -> None:
        assert shown(answer("A town.", " A", " town", ".")) == [
            ("", "A", ""),
            (" ", "town", ""),
            ("", ".", ""),
        ]

    def test_a_token_that_lost_its_space_gets_it_back(self) -> None:
        assert shown(answer("A town", "A", "town")) == [("", "A", ""), (" ", "town", "")]

    def test_a_line_break_is_shown_where_it_is(self) -> None:
        found = pieces(answer("A.\nB", "A", ".", "\n", "B"))
        assert [piece.shown for piece in found] == ["A", ".", "\n", "B"]
        assert found[2].lines == ["", ""]

    def test_a_token_of_spaces_alone_is_its_own(self) -> None:
        assert shown(answer("A  B", "A", "  ", "B"))[1] == ("", "  ", "")


class TestSigns:
    def test_the_end_of_an_answer(self) -> None:
        assert shown(answer("A", "A", "</s>"))[1] == ("", "", "end")

    def test_a_stop_string_that_was_cut_off(self) -> None:
        assert shown(answer("A", "A", "###"))[1] == ("", "", "###")

    def test_a_part_of_a_character(self) -> None:
        found = shown(answer("é!", "\ufffd", "\ufffd", "!"))
        assert sorted(found[:2]) == [("", "", "\ufffd"), ("", "é", "")]
        assert found[2] == ("", "!", "")

    def test_tokens_that_do_not_give_the_text_stand_as_they_are(self) -> None:
        assert shown(answer("Other", " A", "</s>")) == [(" ", "A", ""), ("", "", "end")]


class TestBorrowed:
    def test_tokens_of_a_phrase_are_one_stretch(self) -> None:
        found = stretches_of(answer("A port town", " A", " port", " town", borrowed=((2, 6),)))
        assert [one.is_borrowed for one in found] == [False, True, False]
        assert [piece.shown for piece in found[1].pieces] == ["port"]

    def test_a_token_that_a_phrase_only_touches_belongs_to_it(self) -> None:
        found = stretches_of(answer("seaport", "sea", "port", borrowed=((1, 3),)))
        assert [piece.is_borrowed for one in found for piece in one.pieces] == [True, False]

    def test_every_token_is_there_once(self) -> None:
        of = answer("A port town", " A", " port", " town", "</s>", borrowed=((0, 6),))
        assert [piece.token.position for piece in pieces(of)] == [0, 1, 2, 3]

    def test_an_answer_without_tokens(self) -> None:
        assert stretches_of(replace(answer("A"), tokens=None)) == []
