"""Names in the plane stand beside their points and never on each other."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.figures.labels import WIDTH, Place, _box, placed

HEIGHT = 400
SHARES = st.floats(0, 1)


def test_a_point_alone_has_its_name_on_the_right() -> None:
    assert placed([(0.5, 0.5)], ["lora"], HEIGHT) == [Place.RIGHT_ABOVE]


def test_at_the_right_edge_the_name_stands_on_the_left() -> None:
    assert placed([(0.98, 0.5)], ["lora"], HEIGHT) == [Place.LEFT_ABOVE]


def test_where_there_is_no_room_there_is_no_name() -> None:
    found = placed([(0.5, 0.5)] * 20, ["a-name-of-some-length"] * 20, HEIGHT)
    assert None in found


@given(st.lists(st.tuples(SHARES, SHARES), max_size=20))
def test_no_two_names_meet(spots: list[tuple[float, float]]) -> None:
    names = [f"variant-{number}" for number in range(len(spots))]
    boxes = [
        _box((x * WIDTH, y * HEIGHT), name, place)
        for (x, y), name, place in zip(spots, names, placed(spots, names, HEIGHT), strict=True)
        if place
    ]
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
