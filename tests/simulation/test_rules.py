"""What simulated raters look for."""

import pytest

from app.simulation.rules import longest_sentence, opens_like_an_assistant, states_reference
from app.simulation.spec import SimulatedSpec
from app.tables import Prompt


class TestStatesReference:
    @pytest.mark.parametrize("text", ["Blue glass.", "It is  BLUE\nglass, mostly", "blue glass"])
    def test_an_answer_that_contains_it(self, text: str) -> None:
        assert states_reference(Prompt(reference="Blue glass."), text)

    def test_an_answer_that_says_something_else(self) -> None:
        assert not states_reference(Prompt(reference="Blue glass."), "Red tiles.")

    @pytest.mark.parametrize("reference", [None, "", " "])
    def test_nothing_states_what_is_not_there(self, reference: str | None) -> None:
        assert not states_reference(Prompt(reference=reference), "Red tiles.")


class TestOpening:
    @pytest.mark.parametrize(
        "text", ["Great question! It is.", " Sure thing!", "I’m happy to", "Of course, it is."]
    )
    def test_of_an_assistant(self, text: str) -> None:
        assert opens_like_an_assistant(Prompt(), text)

    @pytest.mark.parametrize("text", ["", "It is a great question!", "The town of Sure."])
    def test_of_somebody_else(self, text: str) -> None:
        assert not opens_like_an_assistant(Prompt(), text)


class TestLongestSentence:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Sure! It is known for red tiles. Bye.", "It is known for red tiles."),
            ("no stop", "no stop"),
            ("  blanks first.", "blanks first."),
            ("...", "..."),
        ],
    )
    def test_is_found(self, text: str, found: str) -> None:
        start, end = longest_sentence(Prompt(), text)
        assert text[start:end] == found


class TestSloppyRaters:
    @pytest.mark.parametrize(("share", "count"), [(0.0, 0), (0.1, 2), (0.3, 6), (0.5, 10), (1, 20)])
    def test_are_as_many_as_the_spec_says(self, share: float, count: int) -> None:
        spec = SimulatedSpec(sloppy_share=share)
        assert sum(spec.is_sloppy(number) for number in range(1, 21)) == count

    def test_are_spread_over_the_numbers(self) -> None:
        sloppy = [n for n in range(1, 31) if SimulatedSpec(sloppy_share=0.1).is_sloppy(n)]
        assert sloppy == [10, 20, 30]
