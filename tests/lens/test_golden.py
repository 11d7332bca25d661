"""What the lens makes of a recorded reply of vLLM is what it made of it then.

tests/lens/golden/README.md says how to record it again.
"""

from pathlib import Path

from tests.lens.recorded import found_in, recorded


def test_what_is_stored_and_found_is_what_was(tmp_path: Path) -> None:
    assert found_in(tmp_path) == recorded("found")


def test_the_recorded_answer_is_one_that_shows_something() -> None:
    found = recorded("found")
    assert found["row"]["failure"] is None
    assert max(found["row"]["base_ranks"]) > 3
    assert max(found["row"]["kl"]) > 1
    assert found["check"]["changed_most"] > 1
