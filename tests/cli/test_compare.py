"""`triptych compare`: tables of the same variants in several studies."""

import pytest

from app.registry import load_registry
from tests.cli.conftest import Home, Triptych
from tests.lineage.studies import judged


@pytest.fixture
def studies(home: Home) -> None:
    registry = load_registry(home.folder / "models.yaml")
    database = home.database()
    with database.writing() as session:
        for name, prompts in (("May", 6), ("June", 6), ("July", 7)):
            judged(session, registry, name, {"base": 0.0, "lora": 0.5}, prompts=prompts)
    database.dispose()


@pytest.mark.usefixtures("studies")
class TestCompare:
    def test_tables_and_what_else_differs(self, triptych: Triptych) -> None:
        called = triptych("compare", "May", "June", "--criterion", "style")
        assert (called.code, called.err) == (0, "")
        assert "Preferred over base on Style" in called.out
        assert "Mean score on Style" in called.out
        assert "points" in called.out
        assert "Prompts: May and June have the same prompts." in called.out

    def test_other_prompts_have_no_difference(self, triptych: Triptych) -> None:
        called = triptych("compare", "May", "July")
        assert "different prompts: not comparable directly" in called.out
        assert called.out.startswith("No variant was judged in two of these studies")

    def test_another_opponent(self, triptych: Triptych) -> None:
        assert "Preferred over lora" in triptych("compare", "May", "June", "--against", "lora").out

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (["May"], "Choose two or more studies."),
            (["May", "Autumn"], "There is no study 'Autumn'."),
            (["May", "June", "--criterion", "taste"], "None of these studies asks about 'taste'."),
            (["May", "June", "--against", "x"], "None of these studies has a variant 'x'."),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_what_there_is_not(self, triptych: Triptych, given: list[str], said: str) -> None:
        called = triptych("compare", *given)
        assert called.code == 1
        assert said in called.err
