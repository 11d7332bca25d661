"""When raters are offered a break, and when they have to stop."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sessions.rest import Spell, is_break_due, rests_until
from app.studies import SessionSpec

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SPEC = SessionSpec(session_minutes=30, rest_minutes=20)


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def judged(*ends: float, each: float = 1) -> list[Spell]:
    """Items that were shown a while before they were judged."""
    return [(at(end - each), at(end)) for end in ends]


class TestLimit:
    def test_none_is_asked_for(self) -> None:
        assert rests_until(judged(1, 500), SessionSpec(), at(500)) is None

    def test_nothing_was_judged(self) -> None:
        assert rests_until([], SPEC, at(0)) is None

    def test_a_short_sitting(self) -> None:
        assert rests_until(judged(1, 10, 29), SPEC, at(29)) is None

    def test_a_long_sitting(self) -> None:
        spells = judged(1, 10, 20, 30)
        assert rests_until(spells, SPEC, at(31)) == at(50)
        assert rests_until(spells, SPEC, at(49.9)) == at(50)
        assert rests_until(spells, SPEC, at(50)) is None

    def test_a_rest_in_between_begins_another_sitting(self) -> None:
        assert rests_until(judged(1, 20, 41, 60), SPEC, at(60)) is None
        assert rests_until(judged(1, 20, 41, 60, 70), SPEC, at(70)) == at(90)

    def test_pauses_do_not(self) -> None:
        assert rests_until(judged(1, 15, 32), SPEC, at(32)) == at(52)

    def test_a_long_look_counts(self) -> None:
        assert rests_until(judged(30, each=30), SPEC, at(30)) == at(50)

    @given(st.lists(st.floats(0.5, 60), min_size=1, max_size=30), st.floats(0, 100))
    def test_whoever_waited_for_the_rest_goes_on(self, gaps: list[float], wait: float) -> None:
        ends = [sum(gaps[: n + 1]) for n in range(len(gaps))]
        until = rests_until(judged(*ends, each=0.1), SPEC, at(ends[-1] + wait))
        assert until is None or until == at(ends[-1]) + timedelta(minutes=20)
        assert until is None or wait < 20


class TestBreak:
    @pytest.mark.parametrize(
        ("done", "due"), [(0, False), (1, False), (2, True), (3, False), (4, True)]
    )
    def test_after_every_so_many(self, done: int, due: bool) -> None:
        spells = judged(*range(1, done + 1))
        assert is_break_due(spells, SessionSpec(break_every=2), at(done), rested=0) == due

    def test_not_twice(self) -> None:
        spec = SessionSpec(break_every=2)
        assert not is_break_due(judged(1, 2), spec, at(2), rested=2)
        assert is_break_due(judged(1, 2, 3, 4), spec, at(4), rested=2)

    def test_not_for_who_was_away(self) -> None:
        assert not is_break_due(judged(1, 2), SessionSpec(break_every=2), at(15), rested=0)

    def test_never_without_a_setting(self) -> None:
        assert not is_break_due(judged(1, 2), SessionSpec(), at(2), rested=0)
