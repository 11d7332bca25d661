"""Names beside points that do not stand on each other, on a figure as narrow as a phone's."""

import enum
from collections.abc import Sequence
from typing import Literal, NamedTuple

WIDTH = 300  # pixels: where names fit here, they fit on a wider figure
LETTER, LINE = 7.2, 17
LONGEST = 160


class _Beside(NamedTuple):
    align: Literal["left", "center", "right"]
    x: int
    y: int


class Place(enum.Enum):
    RIGHT_ABOVE = _Beside("left", 9, -12)
    LEFT_ABOVE = _Beside("right", -9, -12)
    RIGHT_BELOW = _Beside("left", 9, 13)
    LEFT_BELOW = _Beside("right", -9, 13)
    ABOVE = _Beside("center", 0, -20)
    BELOW = _Beside("center", 0, 21)

    @property
    def align(self) -> Literal["left", "center", "right"]:
        return self.value.align

    @property
    def x(self) -> int:
        return self.value.x

    @property
    def y(self) -> int:
        return self.value.y


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def placed(
    spots: Sequence[tuple[float, float]], names: Sequence[str], height: float
) -> list[Place | None]:
    """A place for each name, or None where there is no room. Spots are shares of the figure's
    width and height, from the top left."""
    points = [(x * WIDTH, y * height) for x, y in spots]
    taken = [_Box(x - 7, y - 7, x + 7, y + 7) for x, y in points]
    found: list[Place | None] = []
    for point, name in zip(points, names, strict=True):
        place, box = _free(point, name, taken, height)
        found.append(place)
        if box:
            taken.append(box)
    return found


def _free(
    point: tuple[float, float], name: str, taken: Sequence[_Box], height: float
) -> tuple[Place | None, _Box | None]:
    for place in Place:
        box = _box(point, name, place)
        inside = box.left >= 0 and box.right <= WIDTH and box.top >= 0 and box.bottom <= height
        if inside and not any(box.meets(other) for other in taken):
            return place, box
    return None, None


def _box(point: tuple[float, float], name: str, place: Place) -> _Box:
    width = min(LONGEST, LETTER * len(name))
    left = point[0] + place.x - {"left": 0.0, "center": width / 2, "right": width}[place.align]
    middle = point[1] + place.y
    return _Box(left, middle - LINE / 2, left + width, middle + LINE / 2)
