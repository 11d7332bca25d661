"""Rates over the last ten seconds."""

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
