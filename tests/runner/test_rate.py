"""Rates over the last ten seconds."""

import sys
import threading
from collections.abc import Iterator

import pytest

from app.runner import RunRate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_before_anything_is_saved_there_is_no_time_left() -> None:
    result = RunRate(due=30, clock=Clock()).result()
    assert (result.saved, result.due, result.responses_per_s) == (0, 30, 0)
    assert result.seconds_left is None


def test_only_the_last_ten_seconds_count() -> None:
    clock = Clock()
    rate = RunRate(due=200, clock=clock)
    rate.record(50, 2500)
    rate.record(50, 2500)
    clock.now += 15
    rate.record(20, 400)
    result = rate.result()
    assert (result.responses_per_s, result.tokens_per_s) == (2.0, 40.0)
    assert (result.saved, result.due, result.seconds_left) == (120, 80, 40.0)


def test_the_time_that_engines_take_to_start_does_not_count() -> None:
    clock = Clock()
    rate = RunRate(due=100, clock=clock)
    clock.now += 60
    rate.record(10, 40)
    assert rate.result().seconds_left is None
    clock.now += 4
    rate.record(20, 80)
    result = rate.result()
    assert (result.responses_per_s, result.tokens_per_s, result.seconds_left) == (5.0, 20.0, 14.0)


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """They take turns in the middle of everything."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_pages_look_while_answers_come() -> None:
    rate, trouble = RunRate(due=10**6), list[Exception]()
    ended = threading.Event()

    def look() -> None:
        try:
            while not ended.is_set():
                rate.result()
        except RuntimeError as error:
            trouble.append(error)

    pages = [threading.Thread(target=look) for _ in range(3)]
    for page in pages:
        page.start()
    for _ in range(500):
        rate.record(1, 1)
    ended.set()
    for page in pages:
        page.join()
    assert not trouble
