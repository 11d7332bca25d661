"""The difference of two texts: nothing is lost, and what is the same is said to be."""

from hypothesis import given
from hypothesis import strategies as st

from app.diff import Difference, Side, compare_words

texts = st.lists(st.sampled_from(["a", "b", "Orrin", " ", "\n", ".", "(", "نص", "😀", "1742"])).map(
    "".join
)


def side(difference: Difference, only: Side) -> str:
    kept = [one.text for one in difference.stretches if one.side in (only, Side.BOTH)]
    return "".join(kept)


def said(left: str, right: str) -> list[tuple[str, str]]:
    return [(one.side.value, one.text) for one in compare_words(left, right).stretches]


@given(texts | st.text(), texts | st.text())
def test_both_texts_can_be_read_from_it(left: str, right: str) -> None:
    difference = compare_words(left, right)
    assert side(difference, Side.LEFT) == left
    assert side(difference, Side.RIGHT) == right
    assert not difference.is_cut


@given(texts | st.text())
def test_a_text_and_itself(text: str) -> None:
    assert said(text, text) == ([("both", text)] if text else [])


def test_words_and_not_letters() -> None:
    assert said("lit in 1742.", "lit in 1772.") == [
        ("both", "lit in"),
        ("left", " 1742"),
        ("right", " 1772"),
        ("both", "."),
    ]


def test_added_and_left_out() -> None:
    assert said("on Orrin", "on old Orrin") == [
        ("both", "on"),
        ("right", " old"),
        ("both", " Orrin"),
    ]
    assert said("", "all") == [("right", "all")]


def test_long_texts_are_cut() -> None:
    difference = compare_words("a " * 10, "b", most_words=4)
    assert difference.is_cut
    assert side(difference, Side.LEFT) == "a a a a"
