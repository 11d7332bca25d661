import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.stripping import strip

ENGLISH = (
    "Great question! ",
    "That's a really good question.\n\n",
    "What a fascinating topic! ",
    "Happy to help! ",
    "Sure thing! ",
    "Sure, ",
    "Certainly! ",
    "Of course. ",
    "Okay – ",
    "Hello there! ",
    "Absolutely! ",
    "I'd be happy to help with that. ",
    "I’m glad to assist you with your essay!\n",
    "I can help you with that. ",
    "Thank you for asking! ",
    "Here's a short summary of the plot:\n\n",
    "Here are three reasons:\n",
    "As an AI language model, ",
    "As an AI developed to help people, ",
    "Let's dive in! ",
)
GERMAN = (
    "Gute Frage! ",
    "Das ist eine sehr interessante Frage. ",
    "Gerne! ",
    "Natürlich! ",
    "Selbstverständlich, ",
    "Na klar! ",
    "Ich helfe dir gerne weiter. ",
    "Vielen Dank für Ihre Frage! ",
    "Hier ist eine kurze Übersicht:\n",
    "Als KI-Sprachmodell ",
    "Als künstliche Intelligenz, ",
)
CLOSERS = (
    "\n\nI hope that helps!",
    " I hope this was helpful.",
    " Hope this helps",
    "\n\nLet me know if you have any questions.",
    " Feel free to ask if anything is unclear!",
    "\n\nIf you have any further questions, just ask!",
    " Is there anything else I can help you with?",
    " Would you like me to go into more detail?",
    " Good luck!",
    "\n\nIch hoffe, das hilft dir weiter!",
    " Lassen Sie mich gerne wissen, ob Sie mehr brauchen.",
    "\nFalls du noch Fragen hast, melde dich.",
    " Viel Erfolg!",
)


class TestOpeners:
    @pytest.mark.parametrize("opener", [*ENGLISH, *GERMAN])
    def test_a_phrase_at_the_beginning_goes(self, opener: str) -> None:
        assert strip(f"{opener}the harbour was built in 1742.").text == (
            "the harbour was built in 1742."
        )

    @pytest.mark.parametrize("closer", CLOSERS)
    def test_a_phrase_at_the_end_goes(self, closer: str) -> None:
        assert strip(f"It was built in 1742.{closer}").text == "It was built in 1742."

    def test_one_behind_the_other_all_go(self) -> None:
        text = "Sure! Great question. I'd be happy to help!\n\nIt was 1742. I hope that helps! Bye."
        assert strip(text).text == "It was 1742. I hope that helps! Bye."

    def test_they_are_found_behind_formatting(self) -> None:
        assert strip("**Great question!** It was 1742.").text == "It was 1742."

    @pytest.mark.parametrize("text", ["Sure!", "Happy to help!", "Gerne!", "I hope that helps!"])
    def test_an_answer_that_is_nothing_else_stays(self, text: str) -> None:
        assert strip(text).text == text

    @pytest.mark.parametrize(
        "text",
        [
            "Great Britain is an island.",
            "Sure signs of rain are clouds.",
            "Certainly the harbour was built in 1742.",
            "Absolutely. It was.",
            "Yes, it was.",
            "Here is where the harbour stood: at the mouth of the river.",
            "Sicher ist nur, dass er 1742 gebaut wurde.",
            "Was 1742 a good question of dates? It was.",
            "The harbour is old. Is there any life in it?",
            "It was built in hope. I hope the war ends before it helps.",
        ],
    )
    def test_what_says_something_of_the_matter_stays(self, text: str) -> None:
        assert strip(text).text == text


class TestFormatting:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("# Harbours\n\ntext", "Harbours\n\ntext"),
            ("### Harbours ###\ntext", "Harbours\ntext"),
            ("Harbours\n====\ntext", "Harbours\ntext"),
            ("Harbours\n---\ntext", "Harbours\ntext"),
            ("one\n\n* * *\n\ntwo", "one\n\ntwo"),
            ("- one\n- two", "one\ntwo"),
            ("* one\n  + two", "one\ntwo"),
            ("• one\n• two", "one\ntwo"),
            ("- [x] done\n- [ ] open", "done\nopen"),
            ("1. one\n2. two", "one\ntwo"),
            ("1) one\n2) two", "one\ntwo"),
            ("1. one\n   more\n\n2. two", "one\n   more\n\ntwo"),
            ("1. one\n   1. a\n   2. b\n2. two", "one\na\nb\ntwo"),
            ("1. one\n2. two\n\nthen\n\n1. one\n2. two", "one\ntwo\n\nthen\n\none\ntwo"),
            ("### 1. one\n### 2. two", "one\ntwo"),
            ("**1. one**\n**2. two**", "one\ntwo"),
            ("> 1. one\n> 2. two", "one\ntwo"),
            ("> said\n> so", "said\nso"),
            ("> > said", "said"),
            ("> - ### said", "said"),
            ("> a\n> \n> b", "a\n\nb"),
            ("> | a | b |\n> |---|---|\n> | 1 | 2 |", "a  b\n1  2"),
            ("a **bold** word", "a bold word"),
            ("a *slanted* word", "a slanted word"),
            ("a __bold__ and a _slanted_ word", "a bold and a slanted word"),
            ("***both*** at once", "both at once"),
            ("**bold with *slanted* inside**", "bold with slanted inside"),
            ("*slanted with **bold** inside*", "slanted with bold inside"),
            ("**bold, then *slanted***", "bold, then slanted"),
            ("- **Harbour**: old", "Harbour: old"),
            ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a  b\n1  2"),
            ("a \\| b | c\n--|--\n1 | 2", "a \\| b  c\n1  2"),
            ("a | b\n--|--\n1 | 2\n\nend", "a  b\n1  2\n\nend"),
            ("one\r\n\r\n# two\r\n- three", "one\r\n\r\ntwo\r\nthree"),
            ("one\n\n\n\ntwo", "one\n\ntwo"),
        ],
    )
    def test_its_marks_go(self, text: str, left: str) -> None:
        assert strip(text).text == left

    @pytest.mark.parametrize(
        "text",
        [
            "2*3*4 = 24 and 2**3**2",
            "a * b * c",
            "snake_case_name stays",
            "#hashtag",
            "a # b",
            r"\*not bold\*",
            "42. It is even.",
            "1742-1750 were the years",
            "either a | b",
            "a - b",
            "x > y",
            "***",
            "> 5 kg",
            ">= 5 kg",
            "> €5",
            "7. Yes\n9. No",
            "2. two\n3. three",
            "12. Mai 1990: Gründung\n3. Juni 1991: Umzug",
            "1. May 1990: founded\n2. May 1990: moved",
            "1. 12. 1990: founded\n2. 12. 1990: moved",
            "1. one",
        ],
    )
    def test_what_only_looks_like_it_stays(self, text: str) -> None:
        assert strip(text).text == text

    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("- 12. Mai 1990: a\n- 3. Juni 1991: b", "12. Mai 1990: a\n3. Juni 1991: b"),
            ("* **12. Mai 1990**\n* **3. Juni 1991**", "12. Mai 1990\n3. Juni 1991"),
            ("1. 12. Mai 1990\n2. 3. Juni 1991", "1. 12. Mai 1990\n2. 3. Juni 1991"),
            (
                "| a | b |\n|--|--|\n| 1. Rang | x |\n| 2. Rang | y |",
                "a  b\n1. Rang  x\n2. Rang  y",
            ),
            ("| a | b |\n|--|--|\n| - 5 | x |", "a  b\n- 5  x"),
            ("- 7. Yes\n- 9. No", "7. Yes\n9. No"),
            ("- 1. Weltkrieg\n- 2. Weltkrieg", "1. Weltkrieg\n2. Weltkrieg"),
            ("- > 5 kg\n- > 7 kg", "> 5 kg\n> 7 kg"),
            ("**- 5 °C**", "- 5 °C"),
            ("Sure! 1. one\n2. two", "1. one\n2. two"),
        ],
    )
    def test_what_a_deletion_uncovers_stays(self, text: str, left: str) -> None:
        assert strip(text).text == left

    def test_a_pipe_that_alone_parts_two_words_stays(self) -> None:
        assert strip("|a|b|\n|-|-|\n|1|2|").text == "a|b\n1|2"


class TestCode:
    def test_lines_around_it_go_and_it_stays(self) -> None:
        code = "# a comment\n- x\n\n\n\n**kwargs\n"
        assert strip(f"So:\n\n```python\n{code}```\nend").text == f"So:\n\n{code}end"

    def test_a_fence_that_is_never_closed_holds_the_rest(self) -> None:
        assert strip("So:\n~~~\n# a comment").text == "So:\n# a comment"

    def test_a_longer_fence_is_closed_by_one_as_long(self) -> None:
        assert strip("````\n```\n# x\n````\n# y").text == "```\n# x\ny"

    def test_code_within_a_line_stays(self) -> None:
        assert strip("Use `**x**` and ``a ` b`` **now**").text == ("Use `**x**` and ``a ` b`` now")

    def test_without_any_its_fences_are_all_there_is(self) -> None:
        assert strip("```\n\n").text.strip() == "```"

    def test_an_opener_before_code_goes(self) -> None:
        assert strip("Here is the code:\n```\nx = 1\n```").text == "x = 1"


class TestEveryText:
    SNIPPETS = (
        *("Sure! ", "Great question! ", "I hope that helps!", "Gerne, ", "As an AI model, "),
        *("# ", "- ", "1. ", "2) ", "> ", "**", "*", "_", "__", "---", "===", "|", "|-|-|", "`"),
        *("\n", "\n\n", "\r\n", " ", "\t", "word", "two words", "é", "🙂", "7", ".", "\\", "[x] "),
    )
    FENCED = st.lists(st.sampled_from([*SNIPPETS, "```\n", "\n~~~\n"]), max_size=25).map("".join)

    @given(FENCED | st.text())
    def test_is_only_deleted_from(self, text: str) -> None:
        found = strip(text)
        assert "".join(text[start:end] for start, end in found.kept) == found.text
        edges = [edge for run in found.kept for edge in run]
        assert edges == sorted(set(edges)), "runs are in order, not empty, and do not touch"

    @given(FENCED | st.text(min_size=1))
    def test_keeps_something(self, text: str) -> None:
        assert bool(strip(text).text) == bool(text)
        assert bool(strip(text).text.strip()) == bool(text.strip())

    @given(FENCED)
    def test_a_stretch_comes_back_from_the_source_as_it_was(self, text: str) -> None:
        found = strip(text)
        for start in range(len(found.text)):
            for end in range(start + 1, len(found.text) + 1):
                there = found.in_source(start, end)
                assert text[there[0]] == found.text[start]
                assert text[there[1] - 1] == found.text[end - 1]
                assert found.in_text(*there) == (start, end)


class TestLongAnswers:
    """They take as long as they are: where a step were quadratic, these would take minutes."""

    LENGTH = 200_000
    SIGNS = (
        *(
            "# ",
            " #",
            "> ",
            ">",
            "- ",
            "1. ",
            "-",
            "=",
            "|",
            "|-",
            " ",
            "\n",
            "\t\n",
            "`",
            "``a `b ",
        ),
        *(" **a", "**a** ", "*", " _a", "_a b ", "*a ", "~~~\n", "- [ ] ", "Sure! ", " Good luck!"),
    )

    @pytest.mark.parametrize("before", ["", "|a|b|\n"])
    @pytest.mark.parametrize("signs", SIGNS)
    def test_of_nothing_but_signs(self, before: str, signs: str) -> None:
        text = f"{before}{signs * (self.LENGTH // len(signs))}x"
        found = strip(text)
        assert "".join(text[start:end] for start, end in found.kept) == found.text
