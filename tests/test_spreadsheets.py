"""Cells that spreadsheets would run are told to be texts."""

import pytest

from app.spreadsheets import not_run

FORMULAS = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"]


class TestNotRun:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_formulas_begin_with_an_apostrophe(self, text: str) -> None:
        assert not_run(text) == f"'{text}"

    @pytest.mark.parametrize("text", [*FORMULAS, "'=1", "plain", "a=1", ""])
    def test_it_can_be_undone(self, text: str) -> None:
        assert str(not_run(text)).removeprefix("'") == text

    @pytest.mark.parametrize("cell", [-1.5, 3, None])
    def test_what_is_no_text_stays(self, cell: object) -> None:
        assert not_run(cell) == cell
