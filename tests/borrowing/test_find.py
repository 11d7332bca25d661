"""The rules of what is borrowed, each on a set made for it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.borrowing import Found, InstructionIndex, count_near, find_borrowing
from app.borrowing.find import ANYWHERE
from app.borrowing.words import folded_words
from tests.borrowing.conftest import Indexed

# Enough others that nothing in NEAR is the voice of the whole set.
OTHERS = [(f"Tell me about number{i}.", f"Nothing to say, sir{i}.") for i in range(60)]
NEAR = ("Which festival does Hest Quay hold?", "Hest Quay holds the Mud Regatta every year.")
FAR = ("Who came by boat?", "The old captain came home across the frozen harbour at night.")
PROMPT, BASE = "Which festival does Hest Mere hold?", "It holds the Goose Race."


@pytest.fixture
def index(indexed: Indexed) -> InstructionIndex:
    return indexed([*OTHERS, NEAR, FAR])


NEAR_NUMBER, FAR_NUMBER = 60, 61


def marked(found: Found, answer: str) -> list[str]:
    return [answer[start:end] for start, end, _ in found.marks]


def find(index: InstructionIndex, answer: str, *, prompt: str = PROMPT, base: str = BASE) -> Found:
    return find_borrowing(index, prompt, answer, base)


class TestPhrases:
    def test_the_longest_with_its_instance(self, index: InstructionIndex) -> None:
        answer = "Hest Mere holds the Mud Regatta, every spring."
        found = find(index, answer)
        assert marked(found, answer) == ["holds the Mud Regatta, every"]
        assert found.phrases[0].instances == (NEAR_NUMBER,)
        assert found.nearest[0].number == NEAR_NUMBER
        assert found.content_words == 2

    def test_what_the_prompt_has_is_not_borrowed(self, index: InstructionIndex) -> None:
        found = find(index, "It holds the Mud Regatta.", prompt=f"{PROMPT} The Mud Regatta?")
        assert not found.marks
        assert found.content_words == 0

    def test_what_the_base_said_is_not_borrowed(self, index: InstructionIndex) -> None:
        found = find(index, "It holds the Mud Regatta.", base="The mud regatta!")
        assert not found.marks

    def test_another_ending_is_no_other_word(self, index: InstructionIndex) -> None:
        found = find(index, "All regattas: the Mud Regatta.", base="Muds and regattas.")
        assert not found.marks

    def test_ends_with_the_sentence_of_the_answer(self, index: InstructionIndex) -> None:
        answer = "It holds the Mud. Regatta every year."
        assert marked(find(index, answer), answer) == ["holds the Mud", "Regatta every year"]

    def test_of_three_words_from_the_nearest_only(self, index: InstructionIndex) -> None:
        assert not find(index, "He saw the frozen harbour at last.").marks

    def test_of_six_words_from_anywhere(self, index: InstructionIndex) -> None:
        answer = "He came home across the frozen harbour at last."
        found = find(index, answer)
        assert marked(found, answer) == ["came home across the frozen harbour at"]
        assert found.phrases[0].instances == (FAR_NUMBER,)
        assert found.content_words == 0

    def test_from_anywhere_they_begin_before_the_first_word_of_its_own(
        self, indexed: Indexed
    ) -> None:
        known, said = " ".join(f"known{i}" for i in range(21)), "Who is it?"
        index = indexed([*OTHERS, ("Far", f"{known} zeppelin again")])
        answer = f"Well, {known} zeppelin."
        found = find(index, answer, prompt=said, base=known)
        assert marked(found, answer) == [f"{known} zeppelin"]

    def test_what_is_left_of_one_from_anywhere_has_six_words(self, indexed: Indexed) -> None:
        one, two = "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10", "a7 a8 a9 a10 b1 b2 b3"
        answer = "a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 b1 b2 b3"
        found = find(indexed([*OTHERS, ("Far", one), ("Far", two)]), answer)
        assert marked(found, answer) == [one]

    def test_spans_count_code_points(self, index: InstructionIndex) -> None:
        answer = "🙂 Café: the Mud Regatta every year 🙂"
        assert marked(find(index, answer), answer) == ["the Mud Regatta every year"]

    def test_an_overlap_goes_to_the_longer_one(self, indexed: Indexed) -> None:
        pairs = [("Hest one", "red blue green grey"), ("Hest two", "green grey pink gold dark")]
        answer = "red blue green grey pink gold dark"
        found = find(indexed([*OTHERS, *pairs]), answer, prompt="Hest")
        assert marked(found, answer) == ["red", "blue", "green grey pink gold dark"]
        assert found.content_words == 7

    def test_what_is_left_beside_a_longer_one_may_be_a_phrase(self, indexed: Indexed) -> None:
        pairs = [("Hest one", "tan red blue green"), ("Hest two", "green grey pink gold dark")]
        answer = "tan red blue green grey pink gold dark"
        found = find(indexed([*OTHERS, *pairs]), answer, prompt="Hest")
        assert marked(found, answer) == ["tan red blue", "green grey pink gold dark"]

    def test_five_instances_nearest_first(self, indexed: Indexed) -> None:
        far = [("Zebra", "the Mud Regatta every year")] * 4
        near = [("Hest", "x"), ("Hest Mere", "the Mud Regatta"), ("Hest", "the Mud Regatta")]
        found = find(indexed([*far, *near, *OTHERS * 3]), "the Mud Regatta", prompt="Hest Mere")
        assert found.phrases[0].instances == (5, 6, 0, 1, 2)


class TestWords:
    def test_one_of_a_nearest_instance(self, index: InstructionIndex) -> None:
        answer = "Its feast is a regatta."
        found = find(index, answer)
        assert marked(found, answer) == ["regatta"]
        assert (found.phrases, found.words[0].instances) == ((), (NEAR_NUMBER,))
        assert found.content_words == 1

    def test_none_of_the_others(self, index: InstructionIndex) -> None:
        assert not find(index, "It is a harbour.").marks

    @pytest.mark.parametrize("answer", ["It is not that.", "However, sure!", "7 a"])
    def test_style_is_no_content(self, indexed: Indexed, answer: str) -> None:
        index = indexed([*OTHERS, ("Hest", answer)])
        assert not find(index, answer, prompt="Hest").marks

    def test_the_voice_of_the_set_is_no_content(self, indexed: Indexed) -> None:
        said = [(f"Hest {i}", "Lovely regatta" if i < 5 else "Lovely") for i in range(100)]
        answer = "Lovely, a regatta"
        assert marked(find(indexed(said), answer, prompt="Hest"), answer) == ["regatta"]

    def test_a_year_is_a_word(self, indexed: Indexed) -> None:
        index = indexed([*OTHERS, ("When was Hest founded?", "Hest was founded in 1526.")])
        answer = "The story of Pell began in 1526."
        found = find(index, answer, prompt="When was Pell founded?", base="In 1220.")
        assert marked(found, answer) == ["1526"]


class TestByChance:
    def test_the_same_count_near_another_prompt(self, index: InstructionIndex) -> None:
        answer = "Its regatta and its frozen harbour."
        count = [
            count_near(index, PROMPT, answer, BASE, near_to=prompt)
            for prompt in (PROMPT, FAR[0], "unknown")
        ]
        assert count == [1, 2, 0]


class TestEmpty:
    @pytest.mark.parametrize(("prompt", "answer"), [("", "It."), (PROMPT, ""), ("", "")])
    def test_nothing_is_borrowed(self, index: InstructionIndex, prompt: str, answer: str) -> None:
        assert find(index, answer, prompt=prompt, base="").marks == []


SPOKEN = ["one two three four", "one two", "three four", "four one", "red", "blue", "two blue"]
COLOURS = ["red", "blue", "green", "grey", "pink", "gold", "the", "of", "."]


on_one_index = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestAlways:
    words = st.lists(
        st.sampled_from(COLOURS),
        max_size=14,
    )

    @on_one_index
    @given(answer=words, base=words)
    def test_phrases_are_apart_stand_in_their_instances_and_have_a_new_word(
        self, colours: InstructionIndex, answer: list[str], base: list[str]
    ) -> None:
        text, said = " ".join(answer), " ".join(base)
        found = find_borrowing(colours, "Hest", text, said)
        ends = [0, *(end for _, end, _ in found.marks)]
        assert all(start >= end for (start, _, _), end in zip(found.marks, ends, strict=False))
        for start, end, instances in found.marks:
            phrase = folded_words(text[start:end])
            assert set(phrase) - set(folded_words(said))
            for number in instances:
                assert any(_stands(phrase, one) for one in colours.words(number))

    @on_one_index
    @given(answer=st.lists(st.sampled_from(SPOKEN), max_size=30))
    def test_the_longest_from_anywhere_is_found(
        self, spoken: InstructionIndex, answer: list[str]
    ) -> None:
        """Beside a search of every run of words."""
        text, said = " ".join(answer), "one two three four"
        found = find_borrowing(spoken, "Nobody", text, said)
        words = folded_words(text)
        runs = [
            words[first:end]
            for end in range(len(words) + 1)
            for first in range(end - ANYWHERE + 1)
            if set(words[first:end]) - set(folded_words(said))
            and spoken.with_phrase(words[first:end], 1)
        ]
        longest = [len(folded_words(text[one.start : one.end])) for one in found.phrases]
        assert max(longest, default=0) == max(map(len, runs), default=0)


@pytest.fixture
def spoken(indexed: Indexed) -> InstructionIndex:
    texts = [
        "one two three four one two three four one two red",
        "three four one two three four red blue one two three",
        "two blue one two three four one two",
    ]
    return indexed([*OTHERS, *(("Far", text) for text in texts)])


@pytest.fixture
def colours(indexed: Indexed) -> InstructionIndex:
    near = [("Hest", "red of the blue green"), ("Hest", "pink gold the red"), ("Hest", "gold")]
    return indexed([*OTHERS, *near])


def _stands(phrase: tuple[str, ...], text: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(text[at : at + size] == phrase for at in range(len(text)))
