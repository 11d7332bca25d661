import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engines.cores import as_ranges, share_cores


@pytest.mark.parametrize(
    ("cores", "text"), [((0, 1, 2), "0-2"), ((3,), "3"), ((0, 2, 3, 7), "0,2-3,7")]
)
def test_ranges(cores: tuple[int, ...], text: str) -> None:
    assert as_ranges(cores) == text


def test_more_engines_than_cores_take_turns() -> None:
    assert share_cores((4, 5), 3) == [(4,), (5,), (4,)]


@given(st.sets(st.integers(0, 200), min_size=1, max_size=64), st.integers(1, 64))
def test_shares_are_disjoint_complete_and_even(cores: set[int], engines: int) -> None:
    ordered = sorted(cores)
    shares = share_cores(ordered, engines)
    assert len(shares) == engines
    if engines <= len(ordered):
        assert [core for share in shares for core in share] == ordered
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
