"""Figures of tokens: what is drawn at positions and in bars."""

from typing import Any

from app import figures
from app.analysis.intervals import Estimate
from app.figures import ClassRow, Figure, PositionRow, in_order, spec

BASE, LORA, FULL = in_order([("base", "base"), ("lora", "lora"), ("full", "full")])
SURE = Estimate(0.3, 0.2, 0.4, 40, 20)
UNSURE = Estimate(0.3, None, None, 3, 2, "fewer than 6 prompts")
NOTHING = Estimate(None, None, None, 0, 0, "no data")


def layers(figure: Figure, mark: str) -> list[list[dict[str, Any]]]:
    """The data of each layer of a kind of mark."""
    made = spec(figure)
    return [
        made["datasets"][layer["data"]["name"]]
        if "name" in layer["data"]
        else layer["data"]["values"]
        for layer in made["layer"]
        if layer["mark"]["type"] == mark
    ]


def lines(*estimates: Estimate) -> Figure:
    rows = [PositionRow(LORA, at, one) for at, one in enumerate(estimates)]
    return figures.shift_by_position("Where?", rows)


class TestPositions:
    def test_positions_taken_together_stand_in_their_middle(self) -> None:
        rows = [PositionRow(LORA, 39, SURE), PositionRow(LORA, 40, SURE, 44)]
        figure = figures.shift_by_position("Where?", rows)
        assert "From 40 on, several positions are taken together." in figure.caption
        assert [row[1:3] for row in figure.rows] == [(39, 39), (40, 44)]
        [_, told] = layers(figure, "line")  # the strong one, and the thin one with all that is told
        assert {(point["position"], point["at"]) for point in told} == {
            *((39, "39"), (42, "40 to 44"))
        }

    def test_a_band_does_not_bridge_positions_without_an_interval(self) -> None:
        [band] = layers(lines(SURE, SURE, UNSURE, SURE, SURE), "area")
        stretches: dict[str, list[int]] = {}
        for point in band:
            stretches.setdefault(point["stretch"], []).append(point["position"])
        assert list(stretches.values()) == [[0, 1], [3, 4]]

    def test_the_line_goes_on_where_there_is_no_band(self) -> None:
        strong, thin = layers(lines(SURE, UNSURE), "line")
        assert ([p["position"] for p in strong], [p["position"] for p in thin]) == ([0], [0, 1])

    def test_n_are_the_answers_of_all_variants(self) -> None:
        rows = [PositionRow(one, at, SURE) for one in (LORA, FULL) for at in range(3)]
        caption = figures.kl_by_position("How far?", rows).caption
        assert caption.startswith("80 answers; fewer reach later positions.")
        assert "over the whole vocabulary" in caption

    def test_a_bound_is_called_one(self) -> None:
        figure = figures.kl_by_position("How far?", [PositionRow(LORA, 0, SURE)], bounded=True)
        assert "at least, from the most likely tokens of both" in figure.caption
        assert figure.columns[3] == "mean kl, at least"


class TestClasses:
    def figure(self, shifted: Estimate = SURE) -> Figure:
        marginal, unshifted = (Estimate(v, v - 0.1, v + 0.1, 40, 20) for v in (0.2, 0.5))
        return figures.token_classes(
            "What?", [ClassRow(LORA, BASE, "All tokens", unshifted, marginal, shifted)]
        )

    def test_parts_follow_each_other_from_the_shifted_on(self) -> None:
        [parts] = [rows for rows in layers(self.figure(), "bar") if "x2" in rows[0]]
        assert [(part["x"], part["x2"]) for part in parts] == [(0, 0.3), (0.3, 0.5), (0.5, 1.0)]
        assert [part["long"] for part in parts] == [
            "shifted 30 %",
            "marginal 20 %",
            "unshifted 50 %",
        ]

    def test_classes_differ_without_colour(self) -> None:
        [parts] = [rows for rows in layers(self.figure(), "bar") if "x2" in rows[0]]
        assert len({(part["hue"], part["certainty"]) for part in parts}) == 3

    def test_every_class_has_a_row_with_its_interval(self) -> None:
        rows = self.figure().rows
        assert [row[:5] for row in rows] == [
            ("lora", "base", "All tokens", "shifted", 0.3),
            ("lora", "base", "All tokens", "marginal", 0.2),
            ("lora", "base", "All tokens", "unshifted", 0.5),
        ]
        assert rows[0][5:7] == (0.2, 0.4)

    def test_a_part_without_tokens_has_no_bar(self) -> None:
        figure = figures.token_classes(
            "What?", [ClassRow(LORA, BASE, "Later tokens", NOTHING, NOTHING, NOTHING)]
        )
        assert "No interval: no data." in figure.caption
        assert layers(figure, "rule") == [[]]
