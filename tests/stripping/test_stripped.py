import pytest

from app.stripping import strip, whole

SOURCE = "**one** two"  # shown as "one two"


class TestInSource:
    def test_a_stretch_that_nothing_was_deleted_from(self) -> None:
        start, end = strip(SOURCE).in_source(4, 7)
        assert SOURCE[start:end] == "two"

    def test_a_stretch_holds_what_was_deleted_inside_of_it(self) -> None:
        start, end = strip(SOURCE).in_source(0, 7)
        assert SOURCE[start:end] == "one** two"

    @pytest.mark.parametrize("stretch", [(0, 8), (3, 3), (-1, 2)])
    def test_what_is_no_stretch_is_refused(self, stretch: tuple[int, int]) -> None:
        with pytest.raises(ValueError, match="no part"):
            strip(SOURCE).in_source(*stretch)


class TestInText:
    def test_a_stretch_that_was_deleted_is_empty(self) -> None:
        assert strip(SOURCE).in_text(0, 2) == (0, 0)

    def test_what_is_left_of_a_stretch(self) -> None:
        assert strip(SOURCE).in_text(0, 11) == (0, 7)


class TestWhole:
    def test_nothing_is_deleted(self) -> None:
        found = whole(SOURCE)
        assert (found.text, found.in_source(2, 5)) == (SOURCE, (2, 5))

    def test_an_empty_stretch_parts_nothing(self) -> None:
        assert whole(SOURCE).without([(2, 2)]) == whole(SOURCE)

    def test_of_nothing(self) -> None:
        assert whole("").kept == ()
