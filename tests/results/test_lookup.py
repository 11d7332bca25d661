"""From ids to places, however far apart the ids are."""

import numpy as np
import pytest

from app.results.lookup import NULL, Lookup

CLOSE = [7, 3, 5]
FAR = [2**31 - 1, 3, 10**6]


@pytest.mark.parametrize("ids", [CLOSE, FAR])
class TestOf:
    def test_places(self, ids: list[int]) -> None:
        wanted = np.array([ids[2], ids[0], ids[0], ids[1]])
        assert Lookup(np.array(ids)).of(wanted).tolist() == [2, 0, 0, 1]

    def test_values(self, ids: list[int]) -> None:
        found = Lookup(np.array(ids), np.array([10, 20, 30], dtype=np.int8)).of(np.array(ids))
        assert found.tolist() == [10, 20, 30]

    def test_others_are_not_there(self, ids: list[int]) -> None:
        others = np.array([0, 4, ids[0] - 1, ids[0] + 1, 2**40])
        assert Lookup(np.array(ids)).of(others).tolist() == [NULL] * 5


def test_without_any_ids() -> None:
    none = np.empty(0, dtype=np.int64)
    assert Lookup(none).of(np.array([0, 1])).tolist() == [NULL, NULL]
    assert Lookup(none).of(none).tolist() == []
