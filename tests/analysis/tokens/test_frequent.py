"""The most shifted tokens and how answers begin, on worked examples."""

from app.analysis.intervals import clustered_share
from app.analysis.tokens import OPENING, Example, Kind, most_shifted, openers
from tests.analysis.tokens.made import answer, drawn, table

BEFORE = [" x"] * OPENING
FLAT = [1] * OPENING


class TestMostShifted:
    def test_by_kind_from_the_most_often_shifted_down(self) -> None:
        tokens = table(
            answer([*BEFORE, " Rome", " Paris", " the"], [*FLAT, 9, 9, 9], prompt="p"),
            answer([*BEFORE, " Paris", " Rome", " Paris"], [*FLAT, 4, 3, 1], prompt="q"),
        )
        found = most_shifted(tokens)
        content = [(row.text, row.shifted, row.seen) for row in found[Kind.CONTENT]]
        assert content == [(" Paris", 2, 3), (" Rome", 1, 2)]
        assert [row.text for row in found[Kind.STYLE]] == [" the"]
        assert found[Kind.OPENING] == found[Kind.END] == ()

    def test_one_token_may_be_of_several_kinds(self) -> None:
        tokens = table(answer([" Rome", *BEFORE, " Rome"], [9, *FLAT, 8]))
        found = most_shifted(tokens)
        assert [row.text for row in found[Kind.OPENING]] == [" Rome"]
        assert [row.text for row in found[Kind.CONTENT]] == [" Rome"]

    def test_examples_are_shifted_ones_of_different_answers_first(self) -> None:
        twice = answer([*BEFORE, " Rome", " Rome"], [*FLAT, 9, 9])
        never = answer([*BEFORE, " Rome"], [*FLAT, 1])
        [row] = most_shifted(table(twice, never, twice))[Kind.CONTENT]
        assert row.examples == (Example(0, 5), Example(2, 5), Example(0, 6))

    def test_the_interval_resamples_prompts(self) -> None:
        tokens = drawn(2, 80, length=40, spread=0.2)
        [row, *_] = most_shifted(tokens)[Kind.CONTENT]
        mine = [
            tokens.text[place] == row.text and tokens.position[place] >= OPENING
            for place in range(len(tokens))
        ]
        share = clustered_share(tokens.is_shifted[mine], tokens.prompt[mine])
        assert (row.share.value, row.share.n) == (share.value, share.n)
        assert row.share == share

    def test_mean_kl_is_of_all_times_it_was_seen(self) -> None:
        kl = [0.0] * OPENING
        [row] = most_shifted(
            table(
                answer([*BEFORE, " Rome"], [*FLAT, 9], kl=[*kl, 3.0]),
                answer([*BEFORE, " Rome"], [*FLAT, 1], kl=[*kl, 1.0]),
            )
        )[Kind.CONTENT]
        assert row.kl == 2.0

    def test_without_kl(self) -> None:
        [row] = most_shifted(table(answer([*BEFORE, " Rome"], [*FLAT, 9])))[Kind.CONTENT]
        assert row.kl is None

    def test_no_more_than_asked_for(self) -> None:
        names = [f" Town{number}" for number in range(30)]
        found = most_shifted(table(answer([*BEFORE, *names], [*FLAT, *[9] * 30])), most=7)
        assert [row.text for row in found[Kind.CONTENT]] == names[:7]

    def test_nothing(self) -> None:
        assert most_shifted(table()) == dict.fromkeys(Kind, ())


class TestOpeners:
    def test_the_most_common_first(self) -> None:
        tokens = table(
            answer(["The", " town", " lies"], prompt="p"),
            answer([" Happy", " to", " help", "!"], prompt="p"),
            answer(["Happy", " to", " help", "ers"], prompt="q"),
        )
        found = openers(tokens, 3)
        assert (found.length, found.answers, found.distinct) == (3, 3, 2)
        assert [(one.text, one.answers, one.examples) for one in found.most_common] == [
            ("Happy to help", 2, (1, 2)),
            ("The town lies", 1, (0,)),
        ]

    def test_shares_resample_prompts(self) -> None:
        tokens = table(
            *(answer([("A", "B")[n % 3 == 0], " c", " d"], prompt=f"p{n // 2}") for n in range(40))
        )
        [most, _] = openers(tokens, 2).most_common
        first = [float(n % 3 != 0) for n in range(40)]
        assert most.share == clustered_share(first, [n // 2 for n in range(40)])

    def test_short_answers_and_empty_ones(self) -> None:
        found = openers(table(answer(["Yes", "</s>"]), answer([]), answer(["</s>"])), 5)
        assert (found.answers, [one.text for one in found.most_common]) == (1, ["Yes"])

    def test_no_more_than_asked_for(self) -> None:
        found = openers(table(*(answer([f"w{n}"]) for n in range(9))), 3, most=4)
        assert (len(found.most_common), found.distinct) == (4, 9)
        assert [one.answers for one in found.most_common] == [1] * 4

    def test_nothing(self) -> None:
        assert openers(table(), 3).most_common == ()
