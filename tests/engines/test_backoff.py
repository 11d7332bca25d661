from app.engines.backoff import FATAL_PAUSE, WINDOW, Backoff


def test_waits_longer_each_time_and_gives_up_after_three_further_tries() -> None:
    backoff = Backoff()
    assert backoff.delay(0.0) == 0.0
    seen = []
    for now in (0.0, 1.0, 2.0):
        backoff.failed(now, fatal=False)
        seen.append((backoff.delay(now), backoff.gives_up(now)))
    assert seen == [(1.0, False), (2.0, False), (4.0, False)]
    backoff.failed(3.0, fatal=False)
    assert backoff.gives_up(3.0)


def test_old_failures_are_forgotten() -> None:
    backoff = Backoff()
    for now in range(4):
        backoff.failed(float(now), fatal=False)
    assert not backoff.gives_up(WINDOW + 1)
    assert backoff.delay(WINDOW + 10) == 0.0


def test_a_fatal_failure_stops_at_once_but_not_for_ever() -> None:
    backoff = Backoff()
    backoff.failed(0.0, fatal=True)
    assert backoff.gives_up(FATAL_PAUSE - 1)
    assert not backoff.gives_up(FATAL_PAUSE + 1)


def test_reset_forgets_everything() -> None:
    backoff = Backoff()
    backoff.failed(0.0, fatal=True)
    backoff.reset()
    assert not backoff.gives_up(1.0)
    assert backoff.delay(1.0) == 0.0
