"""What was computed once: the newest version of each thing, and nobody waits for another's."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from app.latest import Latest


class TestLatest:
    def test_one_version_of_a_thing_is_kept(self) -> None:
        made: list[str] = []

        def make(name: str) -> str:
            made.append(name)
            return name

        kept: Latest[str] = Latest(2)
        for version in (1, 1, 2, 1):
            kept.get("a", version, lambda version=version: make(f"a{version}"))
        assert made == ["a1", "a2", "a1"]

    def test_of_the_things_asked_for_last(self) -> None:
        kept: Latest[str] = Latest(2)
        for thing in ("a", "b", "a", "c"):
            kept.get(thing, 0, lambda: "old")
        assert [kept.get(thing, 0, lambda: "new") for thing in ("a", "b")] == ["old", "new"]

    def test_nothing_is_a_value_too(self) -> None:
        kept: Latest[str | None] = Latest(2)
        assert kept.get("a", 0, lambda: None) is None
        assert kept.get("a", 0, lambda: "made again") is None

    def test_who_asks_for_another_thing_does_not_wait(self) -> None:
        kept: Latest[str] = Latest(2)
        begun, may_end = Event(), Event()

        def slowly() -> str:
            begun.set()
            assert may_end.wait(30)
            return "slow"

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(kept.get, "a", 0, slowly)
            assert begun.wait(30)
            same = pool.submit(kept.get, "a", 0, lambda: "made twice")
            assert kept.get("b", 0, lambda: "quick") == "quick"
            may_end.set()
            assert [first.result(), same.result()] == ["slow", "slow"]
