"""`triptych team`."""

from tests.cli.conftest import Triptych


def test_inviting_prints_a_link_that_the_list_knows_about(triptych: Triptych) -> None:
    called = triptych("team", "invite", "Ada", "--role", "analyst")
    assert called.code == 0
    assert "/setup/" in called.out
    listed = triptych("team", "list").out
    assert "Ada" in listed
    assert "not set" in listed


def test_a_taken_name_is_an_error_with_a_next_step(triptych: Triptych) -> None:
    triptych("team", "invite", "Ada")
    again = triptych("team", "invite", "Ada")
    assert again.code == 1
    assert "already somebody called Ada" in again.err
    assert "another name" in again.err
