"""What a word is: where it stands, what it is compared by, which sentence it belongs to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.borrowing.words import folded_words, stem, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The River Wye!", ["the", "river", "wye"]),
        ("don’t, Don't", ["don't", "don't"]),
        ("in 1,250 or 3.14.", ["in", "1,250", "or", "3.14"]),
        ("a_b c-d 4th 2.x", ["a", "b", "c", "d", "4th", "2", "x"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("Привет, 世界", ["привет", "世界"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
        ("ที่นี่", ["ที่นี่"]),
        ("בְּרֵאשִׁית בָּרָא", ["בְּרֵאשִׁית", "בָּרָא"]),
        ("مُحَمَّدٌ رَسُولُ", ["مُحَمَّدٌ", "رَسُولُ"]),
        ("1\ufe0f\u20e3 one \u0301 two", ["1", "one", "two"]),
        ("🙂 …", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert list(folded_words(text)) == words


def test_how_an_accent_is_encoded_does_not_count() -> None:
    apart = unicodedata.normalize("NFD", "café")
    assert folded_words(apart) == folded_words("café") == ("café",)


@given(st.text())
def test_words_stand_where_they_are_said_to(text: str) -> None:
    words = words_of(text)
    assert [folded_words(text[word.start : word.end]) for word in words] == [
        (word.folded,) for word in words
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One two. Three!", [0, 0, 1]),
        ("At 3.14 it ended.\nNext", [0, 0, 0, 0, 1]),
        ('He said "no." Then left', [0, 0, 0, 1, 1]),
        ("- one\n- two", [0, 1]),
        ("one, two", [0, 0]),
    ],
)
def test_sentences(text: str, sentences: list[int]) -> None:
    numbers = [word.sentence for word in words_of(text)]
    places = sorted(set(numbers))
    assert [places.index(number) for number in numbers] == sentences


def test_a_stem_is_what_common_endings_leave() -> None:
    assert {stem(f"celebrat{end}") for end in ("e", "es", "ed", "ing")} == {"celebrat"}
    assert [stem(word) for word in ("rivers", "river's", "1720s", "bed", "wye")] == [
        *("river", "river", "1720", "bed", "wye")
    ]
