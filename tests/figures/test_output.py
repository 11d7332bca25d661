"""Files of a figure: what the browser gets, and what goes into a paper."""

import csv
import io
import json
import struct

import pytest

from app.figures import csv_text, png, spec, svg
from app.figures.theme import palette
from tests.figures.rows import MAKERS, SURE, positions, preference

NAMES = ["base", "lora", "full"]


class TestSpec:
    def test_it_is_json_without_gaps(self) -> None:
        for make in MAKERS:
            json.dumps(spec(make(NAMES, SURE)), allow_nan=False)

    def test_it_takes_the_width_of_its_place(self) -> None:
        assert spec(preference(NAMES, SURE))["width"] == "container"

    def test_colours_are_names_of_the_theme(self) -> None:
        made = spec(preference(NAMES, SURE))
        theme, narrow = made.pop("params")[:2]
        themes = made.pop("usermeta")["themes"]
        assert "#" not in json.dumps(made["layer"])
        assert theme["value"] == themes["light"]
        assert themes["dark"] == palette("dark")
        assert narrow == {"name": "narrow", "value": False}

    def test_it_describes_itself(self) -> None:
        figure = preference(NAMES, SURE)
        assert spec(figure)["description"] == f"{figure.title} {figure.caption}"


class TestSvg:
    def test_it_has_title_caption_and_numbers(self) -> None:
        made = svg(preference(NAMES, SURE))
        for text in (">What do the raters say?<", "cannot be distinguished", ">61 % (52–70)<"):
            assert text in made

    def test_dark_has_dark_paper(self) -> None:
        assert palette("dark")["paper"] in svg(preference(NAMES, SURE), "dark")

    def test_light_is_white_as_paper_is(self) -> None:
        assert "#ffffff" in svg(preference(NAMES, SURE))

    def test_another_theme_is_refused(self) -> None:
        with pytest.raises(ValueError, match="sepia"):
            svg(preference(NAMES, SURE), "sepia")

    def test_names_are_measured_in_the_font_that_they_are_set_in(self) -> None:
        # An unknown font would be taken for wider, and names cut that have room.
        assert ">Tides and weather<" in svg(positions(["Tides and weather"], SURE))


def test_png_has_twice_the_pixels() -> None:
    figure = preference(NAMES, SURE)
    (one, _), (two, _) = (struct.unpack(">II", png(figure, scale)[16:24]) for scale in (1, 2))
    assert two == 2 * one


class TestCsv:
    def test_it_is_the_rows_under_their_columns(self) -> None:
        figure = preference(NAMES, SURE)
        header, *rows = csv.reader(io.StringIO(csv_text(figure)))
        assert header == list(figure.columns)
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in figure.rows]

    def test_a_name_with_commas_and_quotes_is_one_field(self) -> None:
        name = 'a, "b"\nc'
        _, row = csv.reader(io.StringIO(csv_text(positions([name], SURE))))
        assert row[1] == name

    def test_a_name_that_a_spreadsheet_would_run_is_text(self) -> None:
        _, row = csv.reader(io.StringIO(csv_text(positions(["=HYPERLINK(1)"], SURE))))
        assert row[1] == "'=HYPERLINK(1)"
