"""The requests to one engine: how many fly, whom a death makes a suspect, and when it ends."""

import asyncio
from collections.abc import Callable, Iterable

import pytest

from app.errors import EngineError
from app.runner import STRIKES, Effort, Flight

EAGER = Effort(16, back_off=(0, 0))


class Engine:
    """Answers numbers until its `temper` finds a reason to die among those in flight."""

    def __init__(
        self, tasks: Iterable[int], temper: Callable[[set[int]], bool], effort: Effort = EAGER
    ) -> None:
        self._tasks = iter(tasks)
        self._temper = temper
        self._flying: set[int] = set()
        self._doomed = False
        self.flight = Flight(effort, self._fresh, self._strike_out)
        self.fatal = False
        self.answered: list[int] = []
        self.struck_out: list[int] = []
        self.widths: list[int] = []

    async def _fresh(self) -> int | None:
        return next(self._tasks, None)

    async def _strike_out(self, task: int, error: EngineError) -> None:
        self.struck_out.append(task)
        self.flight.forgive()

    async def _ask(self, task: int) -> None:
        self._flying.add(task)
        await asyncio.sleep(0)  # all that may fly beside it have taken off
        self.widths[-1] = max(self.widths[-1], len(self._flying))
        self._doomed = self._doomed or self._temper(self._flying)
        await asyncio.sleep(0)
        self._flying.discard(task)
        if self._doomed:
            raise EngineError("It died.", fatal=self.fatal)
        self.answered.append(task)

    async def stream(self) -> None:
        """One life of the engine, and how full it was at most."""
        self.widths.append(0)
        self._doomed = False
        await self.flight.stream(self._ask)

    def live(self) -> int:
        """Until all are asked; -> deaths."""

        async def lives() -> int:
            for deaths in range(20):
                try:
                    await self.stream()
                except EngineError:
                    continue
                return deaths
            raise AssertionError("it never ends")

        return asyncio.run(lives())


def never(flying: set[int]) -> bool:
    return False


def test_all_are_asked_once_with_the_engine_full() -> None:
    engine = Engine(range(50), never)
    assert engine.live() == 0
    assert sorted(engine.answered) == list(range(50))
    assert engine.widths == [16]


def test_the_one_that_kills_is_struck_out_alone() -> None:
    engine = Engine(range(50), lambda flying: 20 in flying)
    assert engine.live() == 3
    assert engine.struck_out == [20]
    assert sorted([*engine.answered, 20]) == list(range(50))


def test_suspects_fly_in_ever_smaller_company() -> None:
    engine = Engine(range(16), lambda flying: 3 in flying)
    engine.live()
    assert engine.widths[:3] == [16, 8, 1]


def test_a_narrow_engine_is_not_widened_for_suspects() -> None:
    engine = Engine(range(10), lambda flying: 3 in flying, Effort(2, back_off=()))
    engine.live()
    assert max(engine.widths) == 2


def test_nobody_is_struck_out_for_deaths_in_different_company() -> None:
    deaths = iter((True, True))
    engine = Engine(range(50), lambda flying: next(deaths, False))
    assert engine.live() == 2
    assert engine.struck_out == []
    assert sorted(engine.answered) == list(range(50))


def test_a_fatal_error_strikes_nobody_out() -> None:
    engine = Engine([0], lambda flying: True)
    engine.fatal = True
    for _ in range(3):
        with pytest.raises(EngineError):
            asyncio.run(engine.stream())
    assert engine.struck_out == []


class TestRecovering:
    def recovers(self, flight: Flight[int], *, fatal: bool = False) -> bool:
        return asyncio.run(flight.recovers(EngineError("It died.", fatal=fatal)))

    def test_as_often_as_there_are_waits(self) -> None:
        flight = Engine([], never).flight
        assert [self.recovers(flight) for _ in range(4)] == [True, True, False, False]

    def test_again_after_progress(self) -> None:
        flight = Engine([], never).flight
        assert [self.recovers(flight) for _ in range(2)] == [True, True]
        assert flight.forgive()
        assert self.recovers(flight)

    def test_again_after_the_one_that_killed_is_known(self) -> None:
        engine = Engine([3], lambda flying: 3 in flying)
        for _ in range(STRIKES):
            with pytest.raises(EngineError):
                asyncio.run(engine.stream())
            assert self.recovers(engine.flight)
        assert engine.struck_out == [3]
        assert [self.recovers(engine.flight) for _ in range(2)] == [True, False]

    def test_progress_without_a_death_forgives_nothing(self) -> None:
        assert not Engine([], never).flight.forgive()

    def test_never_from_what_is_fatal(self) -> None:
        assert not self.recovers(Engine([], never).flight, fatal=True)
