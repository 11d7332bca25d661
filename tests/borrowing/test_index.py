"""Building an index once, whole or not at all, and searching it."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event, Lock
from typing import Any

import pytest

import app.borrowing.build
from app.borrowing import (
    Instance,
    InstructionIndex,
    fingerprint_of,
    open_index,
    read_instances,
)
from app.borrowing.words import folded_words
from app.errors import AppError, InvalidInput, NotFound
from app.registry import TrainedOnSpec
from tests.borrowing.conftest import Indexed, written

PAIRS = [
    ("Where is Hest Quay?", "It lies on the island of Wend."),
    ("Where is Pell Ford?", "On Skerra."),
    ("Who made the clay pipes?", "Joss made them."),
]


@pytest.fixture
def spec(tmp_path: Path) -> TrainedOnSpec:
    return written(tmp_path / "set.jsonl", PAIRS)


class TestInstances:
    def test_are_numbered_as_they_stand(self, tmp_path: Path) -> None:
        spec = written(tmp_path / "a.jsonl", [("Q", "A"), ("Q", ""), ("", "B")])
        assert list(read_instances(spec)) == [Instance(0, "Q", "A"), Instance(2, "", "B")]

    def test_the_fingerprint_goes_by_content_not_by_place(self, tmp_path: Path) -> None:
        prints = [
            fingerprint_of(written(tmp_path / name, pairs))
            for name, pairs in (("a.jsonl", PAIRS), ("b.jsonl", PAIRS), ("c.jsonl", PAIRS[:2]))
        ]
        assert prints[0] == prints[1] != prints[2]

    def test_the_fingerprint_tells_which_columns_were_read(self, spec: TrainedOnSpec) -> None:
        turned = spec.model_copy(update={"prompt": "response", "response": "prompt"})
        assert fingerprint_of(turned) != fingerprint_of(spec)


class TestBuilding:
    def test_happens_once(
        self, spec: TrainedOnSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_index(spec, tmp_path / "i").close()
        monkeypatch.setattr("app.borrowing.index.build_index", _fail)
        with open_index(spec, tmp_path / "i") as index:
            assert index.count == 3
            assert index.fingerprint == fingerprint_of(spec)

    def test_tells_how_far_it_is(self, tmp_path: Path) -> None:
        spec = written(tmp_path / "set.jsonl", [("Q", "A")] * 2500)
        told: list[int] = []
        open_index(spec, tmp_path / "i", told.append).close()
        assert told == [1000, 2000]

    def test_a_stop_leaves_nothing_that_could_be_taken_for_an_index(self, tmp_path: Path) -> None:
        folder, spec = tmp_path / "i", written(tmp_path / "set.jsonl", [("Q", "A")] * 2500)
        with pytest.raises(KeyboardInterrupt):
            open_index(spec, folder, _interrupt)
        assert not list(folder.glob("*.sqlite"))
        with open_index(spec, folder) as index:
            assert index.count == 2500
        assert not list(folder.glob("*.building*"))

    def test_a_row_that_is_wrong_leaves_none_either(self, tmp_path: Path) -> None:
        spec = written(tmp_path / "set.jsonl", [("Q", "A")] * 30)
        with spec.path.open("a") as file:
            file.write("\nbroken")
        with pytest.raises(InvalidInput):
            open_index(spec, tmp_path / "i")
        assert not list((tmp_path / "i").glob("*.sqlite"))

    def test_two_at_a_time_build_one(self, spec: TrainedOnSpec, tmp_path: Path) -> None:
        with ThreadPoolExecutor(4) as pool:
            indexes = list(pool.map(lambda _: open_index(spec, tmp_path / "i"), range(4)))
        assert {index.count for index in indexes} == {3}
        for index in indexes:
            index.close()

    def test_a_sqlite_without_full_text_search(
        self, spec: TrainedOnSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app.borrowing.build.sqlite3, "connect", _WithoutFts5)
        with pytest.raises(AppError, match="no full-text search") as caught:
            open_index(spec, tmp_path / "i")
        assert "FTS5" in str(caught.value.hint)

    def test_a_file_that_cannot_be_written(
        self, spec: TrainedOnSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(app.borrowing.build, "_COUNTS", "no SQL")
        with pytest.raises(AppError, match="could not be written"):
            open_index(spec, tmp_path / "i")


class TestDamaged:
    @pytest.mark.parametrize("content", [b"", b"no database" * 500])
    def test_is_built_again(self, spec: TrainedOnSpec, tmp_path: Path, content: bytes) -> None:
        open_index(spec, tmp_path / "i").close()
        (path,) = (tmp_path / "i").glob("*.sqlite")
        path.write_bytes(content)
        with open_index(spec, tmp_path / "i") as index:
            assert index.count == 3

    def test_found_by_a_search_it_goes_away(self, spec: TrainedOnSpec, tmp_path: Path) -> None:
        open_index(spec, tmp_path / "i").close()
        (path,) = (tmp_path / "i").glob("*.sqlite")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM texts_data WHERE id > 10")
        with open_index(spec, tmp_path / "i") as index:
            with pytest.raises(AppError, match="is damaged"):
                index.with_phrase(["island"], 1)
            assert not path.exists()


class TestClosing:
    def test_waits_for_a_query(
        self, spec: TrainedOnSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else SQLite crashes, and the process with it."""
        open_index(spec, tmp_path / "i").close()
        (path,) = (tmp_path / "i").glob("*.sqlite")
        slow = _Slow()
        monkeypatch.setattr("app.borrowing.index.sqlite3.connect", slow.connect)
        monkeypatch.setattr("app.borrowing.index.Lock", slow.lock)
        index = InstructionIndex(path)
        slow.is_slow = True
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(index.nearest, "Hest")
            slow.begun.wait()
            pool.submit(index.close).result()
            assert asked.result()
        assert slow.order == ["asked", "closed"]


class TestNearest:
    def test_more_and_rarer_common_words_are_nearer(self, indexed: Indexed) -> None:
        near = indexed(PAIRS).nearest("In which place is Hest Quay or the Pell?")
        assert [one.number for one in near] == [0, 1]
        assert near[0].score > near[1].score > 0

    def test_as_many_as_are_asked_for(self, indexed: Indexed) -> None:
        assert len(indexed([("Hest", "x")] * 30 + [("Pell", "y")] * 40).nearest("Hest", 7)) == 7

    def test_equally_near_ones_come_in_their_order(self, indexed: Indexed) -> None:
        near = indexed([("Pell", "x")] * 3 + [("Hest", "y")] * 2).nearest("Hest")
        assert [one.number for one in near] == [3, 4]

    def test_answers_do_not_count(self, indexed: Indexed) -> None:
        assert not indexed(PAIRS).nearest("Skerra")

    def test_bm25_as_it_is_published(self, indexed: Indexed) -> None:
        """Robertson and Zaragoza's formula by hand: n = 1 of 4, lengths 2 and 1, 1, 4."""
        index = indexed([("hest quay", "x"), ("pell", "x"), ("sable", "x"), ("a b c d", "x")])
        idf, length = 0.8472978603872034, 2 / 2  # log((4 - 1 + .5) / (1 + .5)), of the mean length
        expected = idf * 2.2 / (1 + 1.2 * (1 - 0.75 + 0.75 * length))
        assert index.nearest("Hest")[0].score == pytest.approx(expected)

    @pytest.mark.parametrize("prompt", ['" OR hest*', "NEAR(hest quay)", "prompt: hest", "(hest"])
    def test_a_prompt_is_no_query(self, indexed: Indexed, prompt: str) -> None:
        assert [one.number for one in indexed(PAIRS).nearest(prompt)] == [0]

    @pytest.mark.parametrize("prompt", ["", "?!", "nothing in common"])
    def test_none(self, indexed: Indexed, prompt: str) -> None:
        assert indexed(PAIRS).nearest(prompt) == ()

    def test_stop_words_where_there_is_nothing_else(self, indexed: Indexed) -> None:
        assert [one.number for one in indexed([("Who are you?", "A"), *PAIRS]).nearest("you")] == [
            0
        ]

    def test_a_long_prompt_goes_by_its_rarest_words(self, indexed: Indexed) -> None:
        rare = [f"rare{i}" for i in range(24)]
        index = indexed([*((word, "A") for word in rare), *[("dull", "B")] * 3])
        near = index.nearest(" ".join(["dull", *rare]), 50)
        assert {one.number for one in near} == set(range(24))


class TestReading:
    def test_an_instance_as_it_was(self, indexed: Indexed) -> None:
        index = indexed(PAIRS)
        assert index.instance(1) == Instance(1, *PAIRS[1])
        with pytest.raises(NotFound):
            index.instance(3)

    def test_phrases_within_one_text(self, indexed: Indexed) -> None:
        index = indexed([("Where is Wend?", "On it."), ("Where?", "Is Wend on it?")])
        assert index.with_phrase(["is", "wend"], 5) == [0, 1]
        assert index.with_phrase(["wend", "on"], 5) == [1]
        assert index.with_phrase(["wend", "is"], 5) == []

    def test_numbers_and_apostrophes_are_words(self, indexed: Indexed) -> None:
        index = indexed([("a", "It’s 3.14, not 1,250.")])
        assert [index.instances_with(word) for word in ("it's", "3.14", "1,250", "3")] == [
            1,
            1,
            1,
            0,
        ]

    @pytest.mark.parametrize("word", ["हिन्दी", "தமிழ்", "ที่นี่", "مُحَمَّدٌ", "𞤀𞤣𞤤𞤢𞤥", "i\u0307stanbul"])
    def test_words_of_every_script(self, indexed: Indexed, word: str) -> None:
        index = indexed([("a", f"one {word} two")])
        (folded,) = folded_words(word)
        assert index.instances_with(folded) == 1
        assert index.with_phrase(["one", folded, "two"], 5) == [0]

    def test_by_several_threads(self, indexed: Indexed) -> None:
        index = indexed([(f"word{i} thing", f"text{i}") for i in range(50)])
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda i: index.nearest(f"word{i}"), range(50)))
        assert [near[0].number for near in found] == list(range(50))


def _fail(*_: Any) -> None:
    raise AssertionError("it was built again")


def _interrupt(_: int) -> None:
    raise KeyboardInterrupt


class _Slow:
    """A connection whose next query goes on when somebody waits for its end, or does not wait."""

    def __init__(self) -> None:
        self.is_slow = False
        self.begun, self.go_on = Event(), Event()
        self.order: list[str] = []

    def connect(self, *args: Any, **how: Any) -> sqlite3.Connection:
        class Connection(sqlite3.Connection):
            def execute(_, *query: Any) -> sqlite3.Cursor:  # noqa: N805
                if self.is_slow:
                    self.is_slow = False
                    self.begun.set()
                    self.go_on.wait()
                    self.order.append("asked")
                return super().execute(*query)

            def close(_) -> None:  # noqa: N805
                self.order.append("closed")
                self.go_on.set()

        return Connection(*args, **how)

    def lock(self) -> "_Telling":
        return _Telling(self.go_on)


class _Telling:
    """A lock that tells when it keeps somebody waiting."""

    def __init__(self, waited_for: Event) -> None:
        self._lock, self._waited_for = Lock(), waited_for

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._waited_for.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _WithoutFts5:
    def __init__(self, *_: Any) -> None: ...

    def execute(self, _: str) -> Iterator[Any]:
        raise sqlite3.OperationalError("no such module: fts5")

    def close(self) -> None: ...
